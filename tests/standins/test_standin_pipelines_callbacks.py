"""Callback steps: a message, a token, an answer; and the conditions that look at the answer."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pipeline_world import Pipelines, definition
from sagemaker_world import SageMakerWorld
from standin_world import World, statement, unique

OUTPUTS = [{"OutputName": name, "OutputType": "String"} for name in ("verdict", "runId")]
VERDICT = {"Get": "Steps.Evaluate.OutputParameters['verdict']"}


class Asked(Pipelines):
    """Pipelines whose steps send messages to a queue that the test reads."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.sqs = world.aws.client("sqs")
        self.queue = self.sqs.create_queue(QueueName=unique("steps"))["QueueUrl"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])
        self.queue_arn = attributes["Attributes"]["QueueArn"]
        self.role = self.role_with(statement("sqs:SendMessage", self.queue_arn))
        self.settings(transitionSeconds=0.1)

    def role_with(self, *statements: dict[str, Any]) -> str:
        return self.world.make_role(trust=self.trust(), statements=list(statements))

    def callback(self, **more: Any) -> dict[str, Any]:
        return {
            "Name": "Evaluate",
            "Type": "Callback",
            "SqsQueueUrl": self.queue,
            "OutputParameters": OUTPUTS,
            "Arguments": {"suite": "answers", "model": {"Get": "Parameters.model"}},
            **more,
        }

    def asks(self, *steps: dict[str, Any], **more: Any) -> str:
        """Start a pipeline with such a step before the others; its execution."""
        parameters = [{"Name": "model", "Type": "String", "DefaultValue": "group"}]
        whole = definition(self.callback(**more), *steps, Parameters=parameters)
        return self.start(self.create(whole))

    def message(self, seconds: float = 10) -> dict[str, Any]:
        """The next message's body."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = self.sqs.receive_message(QueueUrl=self.queue).get("Messages", [])
            for one in found:
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=one["ReceiptHandle"])
                return dict(json.loads(one["Body"]))
            time.sleep(0.05)
        raise AssertionError("no message came")

    def answer(self, token: str, verdict: str = "passed", **more: Any) -> Any:
        values = {"verdict": verdict, "runId": "me1"}
        parameters = [{"Name": name, "Value": value} for name, value in values.items()]
        return self.client.send_pipeline_execution_step_success(
            CallbackToken=token, OutputParameters=parameters, **more
        )


@pytest.fixture
def pipelines(world: World) -> Asked:
    return Asked(world)


def condition(**more: Any) -> dict[str, Any]:
    """Fails the pipeline unless the verdict is `passed`."""
    fail = {"Name": "Refuse", "Type": "Fail", "Arguments": {"ErrorMessage": "not good enough"}}
    equals = {"Type": "Equals", "LeftValue": VERDICT, "RightValue": "passed"}
    arguments = {"Conditions": [equals], "IfSteps": [], "ElseSteps": [fail], **more}
    return {"Name": "Check", "Type": "Condition", "Arguments": arguments}


def test_a_step_sends_its_arguments_with_a_token_and_waits_for_its_outputs(
    pipelines: Asked,
) -> None:
    arn = pipelines.asks()
    body = pipelines.message()

    assert body["arguments"] == {"suite": "answers", "model": "group"}
    assert body["pipelineExecutionArn"] == arn
    assert len(body["token"]) == 10
    assert pipelines.steps(arn)["Evaluate"]["StepStatus"] == "Executing"
    pipelines.answer(body["token"])
    pipelines.wait(arn, "Succeeded")
    callback = pipelines.steps(arn)["Evaluate"]["Metadata"]["Callback"]
    assert callback["SqsQueueUrl"] == pipelines.queue
    assert {one["Name"]: one["Value"] for one in callback["OutputParameters"]} == {
        "verdict": "passed",
        "runId": "me1",
    }


@pytest.mark.parametrize(("verdict", "status"), [("passed", "Succeeded"), ("failed", "Failed")])
def test_a_condition_looks_at_an_output(pipelines: Asked, verdict: str, status: str) -> None:
    arn = pipelines.asks(condition())
    pipelines.answer(pipelines.message()["token"], verdict)

    assert pipelines.wait(arn)["PipelineExecutionStatus"] == status
    steps = pipelines.steps(arn)
    assert steps["Check"]["Metadata"]["Condition"]["Outcome"] == str(verdict == "passed")
    assert ("Refuse" in steps) is (verdict == "failed")
    if verdict == "failed":
        assert steps["Refuse"]["FailureReason"] == "not good enough"


def test_a_step_that_is_failed_fails_the_pipeline_with_the_reason(pipelines: Asked) -> None:
    arn = pipelines.asks(condition())
    pipelines.client.send_pipeline_execution_step_failure(
        CallbackToken=pipelines.message()["token"], FailureReason="no such suite"
    )
    pipelines.wait(arn, "Failed")
    steps = pipelines.steps(arn)
    assert steps["Evaluate"]["FailureReason"] == "no such suite"
    assert "Check" not in steps


def test_an_answer_counts_once_and_may_be_repeated(pipelines: Asked) -> None:
    arn = pipelines.asks()
    token = pipelines.message()["token"]
    request = {"ClientRequestToken": uuid.uuid4().hex}
    assert pipelines.answer(token, **request)["PipelineExecutionArn"] == arn
    assert pipelines.answer(token, **request)["PipelineExecutionArn"] == arn
    with pytest.raises(ClientError, match="answered before"):
        pipelines.answer(token, "failed")
    with pytest.raises(ClientError, match="ResourceNotFound"):
        pipelines.answer("a" * 10)


def test_a_stopped_pipeline_asks_again_and_waits_for_the_answer(pipelines: Asked) -> None:
    arn = pipelines.asks()
    token = pipelines.message()["token"]
    pipelines.client.stop_pipeline_execution(PipelineExecutionArn=arn)

    body = pipelines.message()
    assert (body["token"], body["status"]) == (token, "Stopping")
    assert pipelines.wait(arn, "Stopping")
    pipelines.client.send_pipeline_execution_step_failure(CallbackToken=token)
    assert pipelines.wait(arn, "Stopped")


def test_the_pipelines_role_must_be_allowed_to_send(pipelines: Asked) -> None:
    pipelines.role = pipelines.role_with(statement("sqs:SendMessage", f"{pipelines.queue_arn}-2"))
    arn = pipelines.asks()
    pipelines.wait(arn, "Failed")
    assert "sqs:SendMessage" in pipelines.steps(arn)["Evaluate"]["FailureReason"]


def test_only_who_is_allowed_answers(pipelines: Asked) -> None:
    pipelines.asks()
    token = pipelines.message()["token"]
    client = SageMakerWorld(pipelines.world).caller(statement("sqs:*", "*"))
    with pytest.raises(ClientError, match="AccessDenied"):
        client.send_pipeline_execution_step_success(CallbackToken=token)


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        ({"SqsQueueUrl": None}, "SqsQueueUrl must be the URL"),
        ({"SqsQueueUrl": "https://" + "x" * 256}, "at most 256"),
        ({"OutputParameters": [{"OutputName": "a"}]}, "exactly OutputName and OutputType"),
        ({"OutputParameters": [{"OutputName": "a", "OutputType": "Text"}]}, "OutputType must be"),
        ({"CacheConfig": {}}, "Unknown properties in step"),
    ],
)
def test_a_callback_step_is_read_strictly(
    pipelines: Asked, step: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ClientError, match=reason):
        pipelines.asks(**step)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"Conditions": []}, "at least one condition"),
        ({"Conditions": [{"Type": "Like"}]}, "knows the conditions"),
        ({"Conditions": [{"Type": "Equals", "LeftValue": 1}]}, "a condition Equals has"),
        ({"Conditions": [{"Type": "Not", "Expression": {}}]}, "knows the conditions"),
        ({"ElseSteps": [{"Name": "Evaluate", "Type": "Fail", "Arguments": {}}]}, "unique"),
        ({"ElseSteps": [{"Name": "F", "Type": "Fail", "Arguments": {}}]}, "ErrorMessage"),
        (
            {
                "Conditions": [
                    {
                        "Type": "Equals",
                        "LeftValue": {"Get": "Steps.Evaluate.OutputParameters['other']"},
                        "RightValue": "",
                    }
                ]
            },
            "has no",
        ),
    ],
)
def test_a_condition_is_read_strictly(
    pipelines: Asked, arguments: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ClientError, match=reason):
        pipelines.asks(condition(**arguments))


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        ({"Type": "In", "QueryValue": VERDICT, "Values": ["passed", "none"]}, "True"),
        (
            {
                "Type": "Not",
                "Expression": {"Type": "Equals", "LeftValue": VERDICT, "RightValue": "passed"},
            },
            "False",
        ),
        (
            {
                "Type": "Or",
                "Conditions": [
                    {"Type": "Equals", "LeftValue": VERDICT, "RightValue": verdict}
                    for verdict in ("failed", "passed")
                ],
            },
            "True",
        ),
    ],
)
def test_conditions(pipelines: Asked, found: dict[str, Any], outcome: str) -> None:
    arn = pipelines.asks(condition(Conditions=[found]))
    pipelines.answer(pipelines.message()["token"])
    pipelines.wait(arn)
    assert pipelines.steps(arn)["Check"]["Metadata"]["Condition"]["Outcome"] == outcome
