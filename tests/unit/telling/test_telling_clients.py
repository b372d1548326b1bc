"""What the three services are asked, and what becomes of their refusals."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY, Stubber

from modeleval.errors import ServiceRefused, TransientServiceError
from modeleval.telling.clients import EventBus, Topic, WaitingSteps

TOKEN = "abcdefghij"  # noqa: S105 - a test's


def stubbed(service: str) -> tuple[Any, Stubber]:
    client = boto3.client(
        service,
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",  # noqa: S106 - a test's
    )
    return client, Stubber(client)


def test_an_event_goes_to_the_default_bus() -> None:
    client, stub = stubbed("events")
    entry = {
        "Source": "modeleval",
        "DetailType": "Done",
        "Detail": json.dumps({"a": 1}).replace(" ", ""),
    }
    stub.add_response(
        "put_events", {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}, {"Entries": [entry]}
    )
    with stub:
        EventBus(client).put("modeleval", "Done", {"a": 1})


@pytest.mark.parametrize(
    ("code", "error"),
    [("InternalFailure", TransientServiceError), ("NotAuthorizedForSource", ServiceRefused)],
)
def test_an_entry_that_fails_is_an_error_though_the_answer_is_not(
    code: str, error: type[Exception]
) -> None:
    client, stub = stubbed("events")
    stub.add_response("put_events", {"FailedEntryCount": 1, "Entries": [{"ErrorCode": code}]})
    with stub, pytest.raises(error, match=code):
        EventBus(client).put("modeleval", "Done", {})


def test_a_message_goes_to_the_topic() -> None:
    client, stub = stubbed("sns")
    wanted = {"TopicArn": "arn:aws:sns:us-east-1:1:t", "Subject": "s", "Message": "m"}
    stub.add_response("publish", {"MessageId": "1"}, wanted)
    with stub:
        Topic(client, "arn:aws:sns:us-east-1:1:t").publish("s", "m")


def test_a_step_is_answered_with_the_same_token_each_time() -> None:
    client, stub = stubbed("sagemaker")
    wanted = {
        "CallbackToken": TOKEN,
        "OutputParameters": [{"Name": "verdict", "Value": "passed"}],
        "ClientRequestToken": ANY,
    }
    seen: list[str] = []
    client.meta.events.register(
        "before-parameter-build.sagemaker.*",
        lambda params, **_: seen.append(params["ClientRequestToken"]),
    )
    for _ in range(2):
        stub.add_response("send_pipeline_execution_step_success", {}, wanted)
    stub.add_response("send_pipeline_execution_step_failure", {})
    steps = WaitingSteps(client)
    with stub:
        assert steps.succeed(TOKEN, "name", {"verdict": "passed"})
        assert steps.succeed(TOKEN, "name", {"verdict": "passed"})
        assert steps.fail(TOKEN, "name", "x" * 300)
    first, second, third = seen
    assert first == second != third
    assert 32 <= len(first) <= 128


@pytest.mark.parametrize("code", ["ResourceNotFound", "ValidationException"])
def test_a_step_that_waits_no_more_is_no_error(code: str) -> None:
    client, stub = stubbed("sagemaker")
    stub.add_client_error("send_pipeline_execution_step_failure", code)
    with stub:
        assert not WaitingSteps(client).fail(TOKEN, "name", "because")


@pytest.mark.parametrize(
    ("code", "error"),
    [("ConflictException", TransientServiceError), ("AccessDeniedException", ClientError)],
)
def test_other_errors_are_raised(code: str, error: type[Exception]) -> None:
    client, stub = stubbed("sagemaker")
    stub.add_client_error("send_pipeline_execution_step_success", code)
    with stub, pytest.raises(error):
        WaitingSteps(client).succeed(TOKEN, "name", {})
