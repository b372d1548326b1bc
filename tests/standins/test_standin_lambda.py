"""Lambda as patched: errors keep their names, events are tried again, schedules say their time."""

from __future__ import annotations

import io
import json
import time
import zipfile
from typing import Any

import pytest
from standin_world import BUCKET, World, statement, unique

from demo.embedded import embedded_aws

CODE = """
import json, os, sys, time
import botocore.session
import from_layer

def client(service):
    return botocore.session.get_session().create_client(service)

class SuiteInvalid(Exception):
    pass

calls = 0

def handler(event, context):
    global calls
    calls += 1
    if event.get("fail"):
        raise SuiteInvalid(f"call {calls}")
    if "where" in event:
        client("s3").put_object(Bucket=os.environ["BUCKET"], Key=event["where"], Body=b"")
    if "key" in event:
        name = f"out/lambda/{event['key']}/{time.time_ns()}"
        client("s3").put_object(
            Bucket=os.environ["BUCKET"], Key=name, Body=json.dumps(event)
        )
        if event.get("then") == "fail":
            raise SuiteInvalid("after the work")
        return {}
    me = client("sts").get_caller_identity()["Arn"]
    return {"calls": calls, "me": me, "layer": from_layer.VALUE,
            "path": sys.path, "environment": sorted(os.environ)}
"""


def zipped(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def function(shared: World) -> str:
    """A function, deployed once for these tests."""
    return deploy(shared)


def deploy(shared: World) -> str:
    """Make a function with a layer, and a role that may write below out/lambda/."""
    name = unique("function")
    client = shared.aws.client("lambda")
    layer = client.publish_layer_version(
        LayerName=name, Content={"ZipFile": zipped({"python/from_layer.py": "VALUE = 'layer'"})}
    )["LayerVersionArn"]
    trust = shared.trust(Principal={"Service": "lambda.amazonaws.com"}, Condition={})
    write = statement("s3:PutObject", f"arn:aws:s3:::{BUCKET}/out/lambda/*")
    client.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="functions.handler",
        Code={"ZipFile": zipped({"functions.py": CODE})},
        Role=shared.make_role(trust, [write]),
        Layers=[layer],
        Timeout=30,
        Environment={"Variables": {"BUCKET": BUCKET}},
    )
    return name


def invoke(world: World, function: str, event: dict[str, Any]) -> tuple[dict[str, Any], str | None]:
    answer = world.aws.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
    return json.load(answer["Payload"]), answer.get("FunctionError")


def test_role_layer_and_environment(world: World, function: str) -> None:
    answer, error = invoke(world, function, {})
    assert error is None
    assert ":assumed-role/role-" in answer["me"]
    assert answer["layer"] == "layer"
    # Before MiniStack's own packages, so that a layer's pinned libraries win.
    places = [n for n, path in enumerate(answer["path"]) if path.endswith("/python")]
    own = [n for n, path in enumerate(answer["path"]) if path.endswith("site-packages")]
    assert places[0] < own[0]
    # The environment is made from scratch: nothing of this shell reaches a function.
    assert not {"PYTEST_CURRENT_TEST", "PYTHONPATH", "AWS_PROFILE"} & set(answer["environment"])


def test_an_exception_keeps_its_name_and_the_worker(world: World, function: str) -> None:
    before = invoke(world, function, {})[0]["calls"]
    answer, error = invoke(world, function, {"fail": True})
    assert error == "Unhandled"
    assert answer["errorType"] == "SuiteInvalid"
    assert answer["errorMessage"] == f"call {before + 1}"
    assert "in handler" in answer["stackTrace"][0]
    assert invoke(world, function, {})[0]["calls"] == before + 2


def test_a_role_is_enforced(world: World, function: str) -> None:
    answer, error = invoke(world, function, {"where": "in/forbidden"})
    assert (error, answer["errorType"]) == ("Unhandled", "AccessDenied")
    assert "is not authorized to perform: s3:PutObject" in answer["errorMessage"]


def test_step_functions_catches_by_name(world: World, function: str) -> None:
    client = world.aws.client("stepfunctions")
    catch = {"ErrorEquals": ["SuiteInvalid"], "Output": "{% $states.errorOutput %}", "Next": "End"}
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": function, "Payload": {"fail": True}},
        "Catch": [catch],
        "End": True,
    }
    states = {"Task": task, "End": {"Type": "Succeed"}}
    definition = {"QueryLanguage": "JSONata", "StartAt": "Task", "States": states}
    machine = client.create_state_machine(
        name=unique("machine"), definition=json.dumps(definition), roleArn=world.role
    )["stateMachineArn"]
    run = client.start_execution(stateMachineArn=machine)["executionArn"]
    while (end := client.describe_execution(executionArn=run))["status"] == "RUNNING":
        time.sleep(0.05)
    output = json.loads(end["output"])
    assert output["Error"] == "SuiteInvalid"
    assert json.loads(output["Cause"])["errorType"] == "SuiteInvalid"


def written(world: World, key: str, count: int) -> list[dict[str, Any]]:
    prefix = f"out/lambda/{key}/"
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        found = world.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
        if len(found) >= count:
            bodies = [world.s3.get_object(Bucket=BUCKET, Key=o["Key"])["Body"] for o in found]
            return [json.load(body) for body in bodies]
        time.sleep(0.1)
    raise AssertionError(f"{len(found)} of {count} written")


def schedule(world: World, function: str, event: dict[str, Any]) -> str:
    name = unique("hourly")
    arn = f"arn:aws:lambda:{world.aws.region}:{world.aws.account}:function:{function}"
    world.aws.client("scheduler").create_schedule(
        Name=name,
        ScheduleExpression="rate(1 hour)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": arn, "RoleArn": world.role, "Input": json.dumps(event)},
    )
    return name


def test_a_schedule_fired_now_says_its_time(world: World, function: str) -> None:
    key = unique("fired")
    event = {
        "key": key,
        "at": "<aws.scheduler.scheduled-time>",
        "by": "<aws.scheduler.schedule-arn>",
    }
    name = schedule(world, function, event)
    fired = world.aws.control(
        "POST", "schedules/fire", {"name": name, "scheduledTime": "2026-11-22T08:00:00Z"}
    )
    (event,) = written(world, key, 1)
    assert event["at"] == "2026-11-22T08:00:00Z"
    assert event["by"] == fired["scheduleArn"]
    assert fired["expression"] == "rate(1 hour)"


@pytest.mark.timeout(120)
def test_an_event_is_tried_three_times() -> None:
    with embedded_aws(wait_scale=0.001) as aws:
        other = World(aws)
        name = deploy(other)
        key = unique("again")
        schedule_name = schedule(other, name, {"key": key, "then": "fail"})
        aws.control("POST", "schedules/fire", {"name": schedule_name})
        written(other, key, 3)
        time.sleep(0.5)
        written(other, key, 3)
        listed = other.s3.list_objects_v2(Bucket=BUCKET, Prefix=f"out/lambda/{key}/")
        assert listed["KeyCount"] == 3
