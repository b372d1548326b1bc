"""What functions call is recorded, and disturbed on demand."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from standin_world import World, statement, unique

from demo.embedded import embedded_aws

CODE = """
import botocore.session
from botocore.config import Config

def handler(event, context):
    retries = {"mode": "standard", "total_max_attempts": event.get("tries", 3)}
    config = Config(retries=retries, read_timeout=10)
    client = botocore.session.get_session().create_client(event["service"], config=config)
    for operation, arguments in event["calls"]:
        getattr(client, operation)(**arguments)
    return "done"
"""
READS = {
    "s3": ["list_buckets", {}],
    "dynamodb": ["list_tables", {}],
    "stepfunctions": ["list_state_machines", {}],
    "sagemaker": ["list_model_package_groups", {}],
    "bedrock": ["list_evaluation_jobs", {}],
    "lambda": ["list_functions", {}],
    "sns": ["list_topics", {}],
    "events": ["list_rules", {}],
}
ALLOWED = [
    "bedrock:*", "dynamodb:*", "events:*", "lambda:*", "s3:*", "sagemaker:*", "sns:*", "states:*",
]  # fmt: skip


@pytest.fixture(scope="module")
def quick() -> Iterator[World]:
    """An embedded AWS whose functions' SDK hardly waits between its tries."""
    with embedded_aws(client_scale=0.05) as aws:
        yield World(aws)


@pytest.fixture(scope="module")
def function(quick: World) -> str:
    """A function that calls what it is told to."""
    name = unique("function")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writing:
        writing.writestr("functions.py", CODE)
    trust = quick.trust(Principal={"Service": "lambda.amazonaws.com"}, Condition={})
    quick.aws.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="functions.handler",
        Code={"ZipFile": archive.getvalue()},
        Role=quick.make_role(trust, [statement(ALLOWED, "*")]),
        Timeout=30,
    )
    return name


@pytest.fixture(autouse=True)
def _as_after_the_start(quick: World) -> None:
    quick.aws.control("POST", "reset")


def disturb(quick: World, how: str, **more: Any) -> None:
    quick.aws.control("POST", "disturbances", {"how": how, **more})


def invoke(quick: World, function: str, service: str, *calls: Any, **more: Any) -> Any:
    """The function's answer, or the name and message of its error."""
    event = {"service": service, "calls": calls or [READS[service]], **more}
    answer = quick.aws.client("lambda").invoke(
        FunctionName=function, Payload=json.dumps(event).encode()
    )
    result = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        return result["errorType"], result["errorMessage"]
    return result


def recorded(quick: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = quick.aws.control("GET", "function-calls")["calls"]
    return found


@pytest.mark.parametrize("service", READS)
def test_a_call_is_recorded_with_its_function_service_and_operation(
    quick: World, function: str, service: str
) -> None:
    assert invoke(quick, function, service) == "done"

    [call] = recorded(quick)
    operation = READS[service][0].title().replace("_", "")
    assert (call["function"], call["service"], call["operation"], call["occurrence"]) == (
        function, service, operation, 1,
    )  # fmt: skip
    assert (call["tries"], call["status"], call["disturbed"]) == (1, 200, 0)


@pytest.mark.parametrize(
    ("service", "how"),
    [
        *((service, how) for service in READS for how in ("throttle", "error")),
        *((service, how) for service in ("s3", "sagemaker") for how in ("cut", "late")),
    ],
)
def test_what_happens_twice_is_tried_again_by_the_sdk(
    quick: World, function: str, service: str, how: str
) -> None:
    disturb(quick, how, service=service, tries=2)

    assert invoke(quick, function, service) == "done"

    [call] = recorded(quick)
    assert (call["tries"], call["status"], call["disturbed"]) == (3, 200, 2)


@pytest.mark.parametrize("service", READS)
@pytest.mark.parametrize(
    ("how", "words"), [("throttle", ("thr", "slow", "too")), ("error", ("intern", "serv"))]
)
def test_a_service_refuses_in_its_own_protocol(
    quick: World, function: str, service: str, how: str, words: tuple[str, ...]
) -> None:
    disturb(quick, how, service=service)

    name, message = invoke(quick, function, service, tries=1)

    assert name.endswith(("Exception", "ClientError", "Error"))
    assert any(word in message.lower() for word in words)


def test_a_connection_breaks_after_the_work_is_done(quick: World, function: str) -> None:
    bucket = unique("made")
    disturb(quick, "cut", operation="CreateBucket")

    made = invoke(quick, function, "s3", ["create_bucket", {"Bucket": bucket}], tries=1)

    assert made[0] == "ConnectionClosedError"
    assert bucket in [one["Name"] for one in quick.s3.list_buckets()["Buckets"]]


def test_an_answer_comes_too_late(quick: World, function: str) -> None:
    bucket = unique("made")
    disturb(quick, "late", operation="CreateBucket")

    made = invoke(quick, function, "s3", ["create_bucket", {"Bucket": bucket}], tries=1)

    assert made[0] == "ReadTimeoutError"
    assert bucket in [one["Name"] for one in quick.s3.list_buckets()["Buckets"]]


def test_a_function_is_killed_after_its_call_and_starts_anew(quick: World, function: str) -> None:
    bucket = unique("made")
    disturb(quick, "kill", operation="CreateBucket", occurrence=1)

    name, message = invoke(quick, function, "s3", ["create_bucket", {"Bucket": bucket}])

    assert (name, message.endswith("Runtime exited with error: signal: killed")) == (
        "Runtime.ExitError", True,
    )  # fmt: skip
    assert bucket in [one["Name"] for one in quick.s3.list_buckets()["Buckets"]]
    assert invoke(quick, function, "s3") == "done"


def test_a_call_is_held_until_its_disturbance_is_forgotten(quick: World, function: str) -> None:
    bucket = unique("made")
    quick.aws.control("POST", "scopes", {"name": "mine", "texts": ["run-a"]})
    disturb(quick, "hold", scope="mine", function=function, operation="CreateBucket")
    disturb(quick, "throttle", scope="mine", function="another")
    disturb(quick, "throttle", scope="others")
    create = ["create_bucket", {"Bucket": bucket}]

    with ThreadPoolExecutor() as pool:
        made = pool.submit(invoke, quick, function, "s3", create, run="run-a")
        wait_until(lambda: [call for call in recorded(quick) if call["disturbed"]])
        assert bucket not in [one["Name"] for one in quick.s3.list_buckets()["Buckets"]]
        assert not made.done()
        quick.aws.control("DELETE", "disturbances", {"scope": "mine", "function": function})
        assert made.result() == "done"

    assert bucket in [one["Name"] for one in quick.s3.list_buckets()["Buckets"]]
    left = quick.aws.control("GET", "disturbances")["disturbances"]
    assert [(one["scope"], one["function"]) for one in left] == [
        ("mine", "another"),
        ("others", ""),
    ]
    of_scope = quick.aws.control("GET", "function-calls", {"scope": "mine"})["calls"]
    assert [call["status"] for call in of_scope] == [200]
    assert quick.aws.control("GET", "function-calls", {"scope": "others"})["calls"] == []


def wait_until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_one_of_several_calls_of_one_scope(quick: World, function: str) -> None:
    quick.aws.control("POST", "scopes", {"name": "mine", "texts": ["run-a"]})
    disturb(quick, "throttle", scope="mine", operation="ListBuckets", occurrence=2)
    three = [READS["s3"]] * 3

    invoke(quick, function, "s3", *three, run="run-b")
    invoke(quick, function, "s3", *three, run="run-a")

    found = [(call["scope"], call["occurrence"], call["disturbed"]) for call in recorded(quick)]
    assert found == [
        ("", 1, 0), ("", 2, 0), ("", 3, 0), ("mine", 1, 0), ("mine", 2, 1), ("mine", 3, 0),
    ]  # fmt: skip


def test_a_scope_learns_what_belongs_to_it(quick: World, function: str) -> None:
    quick.aws.control(
        "POST", "scopes", {"name": "mine", "texts": ["package-7"], "learns": ["runId"]}
    )

    invoke(quick, function, "s3", package="package-7", runId="run-c")
    invoke(quick, function, "s3", of="run-c")
    invoke(quick, function, "s3", of="run-d")

    assert [call["scope"] for call in recorded(quick)] == ["mine", "mine", ""]


def test_a_scope_that_is_forgotten_keeps_its_calls_and_gets_no_more(
    quick: World, function: str
) -> None:
    for name in ("mine", "other"):
        quick.aws.control("POST", "scopes", {"name": name, "texts": [f"run-{name}"]})
        disturb(quick, "throttle", scope=name)
        invoke(quick, function, "s3", run=f"run-{name}")
    quick.aws.control("DELETE", "scopes", {"name": "mine"})
    for name in ("mine", "other"):
        invoke(quick, function, "s3", run=f"run-{name}")
    assert [one["scope"] for one in recorded(quick)] == ["mine", "other", "", "other"]
    left = quick.aws.control("GET", "disturbances")["disturbances"]
    assert [one["scope"] for one in left] == ["other"]


@pytest.mark.parametrize(
    ("value", "message"), [({"how": "bite"}, "how is one of"), ({"how": "cut", "of": 1}, "no ")]
)
def test_what_is_no_disturbance_is_refused(
    quick: World, value: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        quick.aws.control("POST", "disturbances", value)
    assert quick.aws.control("GET", "disturbances") == {"disturbances": []}


def test_disturbances_end_when_asked_to(quick: World, function: str) -> None:
    disturb(quick, "error", tries=3)
    quick.aws.control("DELETE", "disturbances")

    assert invoke(quick, function, "s3") == "done"
