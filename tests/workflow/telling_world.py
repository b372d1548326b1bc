"""Those who are told of runs: a queue behind a rule, a queue behind the topic, a pipeline."""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deployed_world import DeployedWorld, Finished
from gate_world import gated, lines

PAGE = Path(__file__).parents[2] / "docs" / "sagemaker-pipelines.md"
GOOD, BAD = "r" * 40, "w" * 40
SUITE, DATASET = "asked-by-pipelines", "datasets/asked-by-pipelines.jsonl"
MINIMUM = {"metric": "Correctness", "minimum": 0.7}


class Inbox:
    """A queue of a test's own, and what comes into it."""

    def __init__(self, world: DeployedWorld) -> None:
        self._sqs = world.aws.client("sqs")
        self.name = f"inbox-{uuid.uuid4().hex[:8]}"
        self._url = self._sqs.create_queue(QueueName=self.name)["QueueUrl"]
        found = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        self.arn = found["Attributes"]["QueueArn"]
        deliver = {
            "Effect": "Allow",
            "Principal": {"Service": ["events.amazonaws.com", "sns.amazonaws.com"]},
            "Action": "sqs:SendMessage",
            "Resource": self.arn,
        }
        policy = {"Policy": _policy(deliver)}
        self._sqs.set_queue_attributes(QueueUrl=self._url, Attributes=policy)
        self._kept: list[dict[str, Any]] = []

    def messages(self) -> list[dict[str, Any]]:
        """Everything that has come, the bodies parsed."""
        while True:
            answer = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10)
            if not answer.get("Messages"):
                return self._kept
            for one in answer["Messages"]:
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=one["ReceiptHandle"])
                self._kept.append(json.loads(one["Body"]))


class Listeners:
    """A rule on our events, and a subscription of the stack's topic."""

    def __init__(self, world: DeployedWorld) -> None:
        self._world = world
        self._events, self._mails = Inbox(world), Inbox(world)
        rules = world.aws.client("events")
        pattern = {"source": ["modeleval"], "detail-type": ["Model Evaluation Completed"]}
        rules.put_rule(Name=self._events.name, EventPattern=json.dumps(pattern))
        target = {"Id": "inbox", "Arn": self._events.arn}
        rules.put_targets(Rule=self._events.name, Targets=[target])
        sns = world.aws.client("sns")
        [topic] = [one["TopicArn"] for one in sns.list_topics()["Topics"]]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=self._mails.arn)

    def events(self, run_id: str) -> list[dict[str, Any]]:
        """The details of the events about a run."""
        found = [message["detail"] for message in self._events.messages()]
        return [detail for detail in found if detail["runId"] == run_id]

    def mails(self, run_id: str) -> list[dict[str, Any]]:
        return [one for one in self._mails.messages() if run_id in one["Message"]]

    def heard(self, run_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """The one event and the one mail about a run, once they have come."""
        self._world.until(lambda: self.events(run_id) and self.mails(run_id), patience=20)
        [event], [mail] = self.events(run_id), self.mails(run_id)
        return event, mail


def answered(world: DeployedWorld, letters: str) -> Finished:
    """A run with a gate about these answers (gate_world.RESPONSES)."""
    return world.evaluate(gated(world, {"a": letters}, MINIMUM, name="told"))


def collect_answers(world: DeployedWorld, letters: str) -> None:
    """Put the dataset of the suite that pipelines ask for."""
    world.put_dataset(lines({"a": letters}), DATASET)


@contextmanager
def failing_gates(world: DeployedWorld) -> Iterator[None]:
    """The state machine as failOnFailedGate makes it."""
    machine = world.stack.run_state_machine_arn
    before = world.sfn.describe_state_machine(stateMachineArn=machine)["definition"]
    changed = before.replace("'false' = 'true'", "'true' = 'true'")
    assert changed != before
    world.sfn.update_state_machine(stateMachineArn=machine, definition=changed)
    try:
        yield
    finally:
        world.sfn.update_state_machine(stateMachineArn=machine, definition=before)


@contextmanager
def without_events(world: DeployedWorld) -> Iterator[None]:
    """The function TellRun may send no event."""
    iam, [name] = world.aws.client("iam"), [one for one in world._functions if "TellRun" in one]
    role = world.lambda_.get_function_configuration(FunctionName=name)["Role"].rsplit("/", 1)[-1]
    [policy] = iam.list_role_policies(RoleName=role)["PolicyNames"]
    found = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    kept = [one for one in found["Statement"] if one["Sid"] != "SendEvents"]
    assert len(kept) == len(found["Statement"]) - 1

    def put(statements: list[dict[str, Any]]) -> None:
        document = json.dumps({**found, "Statement": statements})
        iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=document)

    put(kept)
    try:
        yield
    finally:
        put(found["Statement"])


class Asking:
    """A team's pipeline, whose step asks this stack, with a role that may send and no more."""

    def __init__(self, world: DeployedWorld) -> None:
        self._world = world
        self._client = world.aws.client("sagemaker")
        sqs = world.aws.client("sqs")
        found = [url for url in sqs.list_queues()["QueueUrls"] if "PipelineStepsQueue" in url]
        [self.queue] = found
        attributes = sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])
        self._role = self._make_role(attributes["Attributes"]["QueueArn"])

    def _make_role(self, queue: str) -> str:
        iam, name = self._world.aws.client("iam"), f"pipeline-{uuid.uuid4().hex[:8]}"
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        send = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": queue}
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trust))
        iam.put_role_policy(RoleName=name, PolicyName="send", PolicyDocument=_policy(send))
        return f"arn:aws:iam::{self._world.aws.account}:role/{name}"

    def start(self, arguments: dict[str, str]) -> str:
        """The execution of a pipeline that ends well only if the verdict is `passed`."""
        name = f"train-{uuid.uuid4().hex[:8]}"
        self._client.create_pipeline(
            PipelineName=name,
            PipelineDefinition=json.dumps(definition(self.queue, arguments)),
            RoleArn=self._role,
            ClientRequestToken=uuid.uuid4().hex,
        )
        started = self._client.start_pipeline_execution(
            PipelineName=name, ClientRequestToken=uuid.uuid4().hex
        )
        return str(started["PipelineExecutionArn"])

    def status(self, arn: str) -> str:
        found = self._client.describe_pipeline_execution(PipelineExecutionArn=arn)
        return str(found["PipelineExecutionStatus"])

    def finish(self, arn: str) -> str:
        running = ("Executing", "Stopping")
        self._world.until(lambda: self.status(arn) not in running)
        return self.status(arn)

    def stop(self, arn: str) -> None:
        self._client.stop_pipeline_execution(
            PipelineExecutionArn=arn, ClientRequestToken=uuid.uuid4().hex
        )

    def steps(self, arn: str) -> dict[str, dict[str, Any]]:
        found = self._client.list_pipeline_execution_steps(PipelineExecutionArn=arn)
        return {step["StepName"]: step for step in found["PipelineExecutionSteps"]}

    def outputs(self, arn: str) -> dict[str, str]:
        callback = self.steps(arn)["Evaluate"]["Metadata"]["Callback"]
        return {one["Name"]: one["Value"] for one in callback["OutputParameters"]}


def definition(queue: str, arguments: dict[str, str]) -> dict[str, Any]:
    """The definition that docs/sagemaker-pipelines.md shows, for this queue and these arguments."""
    [shown] = [
        block
        for block in re.findall(r"```json\n(.*?)```", PAGE.read_text(), re.DOTALL)
        if '"Callback"' in block
    ]
    found = json.loads(shown)
    found["Steps"][0] |= {"SqsQueueUrl": queue, "Arguments": arguments}
    return dict(found)


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def settle() -> None:
    """Time for the reaper to hear of an execution's end: what it must not do, it would do now."""
    time.sleep(2)
