"""Telling others: the topic, the queue of pipeline steps, and the setting of failed gates."""

from __future__ import annotations

import pytest
from stack_synthesis import Synthesize
from template_reader import Template, rendered
from variants import EVERYTHING, TEAMS_TOPIC

EMAILS = ["team@example.com", "night@example.com"]
TELLERS = ["ReapRun", "SweepRuns", "TellRun"]


@pytest.fixture(scope="module")
def everything(synthesize: Synthesize) -> Template:
    return synthesize(**EVERYTHING)


@pytest.fixture(scope="module")
def mailed(synthesize: Synthesize) -> Template:
    return synthesize(notifyEmails=EMAILS, pipelineCallbacks="true")


def actions(template: Template, step: str) -> set[str]:
    statements = template.statements(f"Functions{step}Role")
    return {action for statement in statements for action in statement.actions}


# -- events ----------------------------------------------------------------------------------------


def test_whoever_ends_a_run_may_tell_of_it_and_nobody_else(template: Template) -> None:
    able = {name for name in template.functions if "events:PutEvents" in actions(template, name)}
    assert able == set(TELLERS)


# -- people ----------------------------------------------------------------------------------------


def test_nobody_is_notified_by_default(template: Template) -> None:
    assert template.of_type("AWS::SNS::Topic") == {}
    assert "TopicArn" not in template.document["Outputs"]
    for step in TELLERS:
        assert "sns:Publish" not in actions(template, step)


def test_each_address_is_subscribed_to_a_topic_of_the_stack(mailed: Template) -> None:
    found = [
        rendered(one["Properties"]) for one in mailed.of_type("AWS::SNS::Subscription").values()
    ]
    assert {one["Endpoint"] for one in found} == set(EMAILS)
    assert {(one["Protocol"], one["TopicArn"]) for one in found} == {
        ("email", "${NotificationsTopic}")
    }
    assert rendered(mailed.document["Outputs"]["TopicArn"]["Value"]) == "${NotificationsTopic}"


def test_the_topic_is_encrypted_and_takes_nothing_without_tls(mailed: Template) -> None:
    topic = rendered(mailed.only("AWS::SNS::Topic")["Properties"])
    assert topic["KmsMasterKeyId"].endswith(":alias/aws/sns")
    (statement,) = rendered(mailed.only("AWS::SNS::TopicPolicy")["Properties"])["PolicyDocument"][
        "Statement"
    ]
    assert (statement["Effect"], statement["Principal"]) == ("Deny", {"AWS": "*"})
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_with_a_customer_key_it_is_that_one(everything: Template) -> None:
    topic = rendered(everything.only("AWS::SNS::Topic")["Properties"])
    assert topic["KmsMasterKeyId"] == "${EncryptionKey.Arn}"


@pytest.mark.parametrize("step", TELLERS)
def test_a_topic_that_is_brought_is_published_to_and_not_made(
    synthesize: Synthesize, step: str
) -> None:
    found = synthesize(notificationTopicArn=TEAMS_TOPIC)
    assert found.of_type("AWS::SNS::Topic") == {}
    (publish,) = (
        statement
        for statement in found.statements(f"Functions{step}Role")
        if "sns:Publish" in statement.actions
    )
    assert publish.resources == {TEAMS_TOPIC}
    variables = found.functions[step]["Environment"]["Variables"]
    assert variables["NOTIFICATION_TOPIC_ARN"] == TEAMS_TOPIC


# -- failed gates ----------------------------------------------------------------------------------


def test_a_failed_gate_fails_the_execution_only_if_the_setting_says_so(
    template: Template, everything: Template
) -> None:
    for found, value in ((template, "false"), (everything, "true")):
        substitutions = found.machines["Run"]["DefinitionSubstitutions"]
        assert substitutions["FailOnFailedGate"] == value


# -- pipeline steps --------------------------------------------------------------------------------


def test_without_the_setting_no_step_is_heard_or_answered(template: Template) -> None:
    assert template.of_type("AWS::Lambda::EventSourceMapping") == {}
    assert list(template.of_type("AWS::SQS::Queue")) == ["ModelTriggersDeadLetters"]
    assert actions(template, "PipelineStep").isdisjoint({"states:StartExecution"})
    for step in (*TELLERS, "PipelineStep"):
        assert not [name for name in actions(template, step) if "PipelineExecutionStep" in name]


def test_the_queue_is_encrypted_and_gives_up_into_another(mailed: Template) -> None:
    queues = {
        name.removeprefix("PipelineSteps"): rendered(queue["Properties"])
        for name, queue in mailed.of_type("AWS::SQS::Queue").items()
        if name.startswith("PipelineSteps")
    }
    assert set(queues) == {"Queue", "DeadLetters"}
    assert all(queue["SqsManagedSseEnabled"] for queue in queues.values())
    assert queues["Queue"]["RedrivePolicy"] == {
        "deadLetterTargetArn": "${PipelineStepsDeadLetters.Arn}",
        "maxReceiveCount": 5,
    }


def test_a_message_stays_hidden_for_six_times_the_functions_timeout(mailed: Template) -> None:
    """Lambda developer guide, "Using Lambda with Amazon SQS"."""
    queue = mailed.of_type("AWS::SQS::Queue")["PipelineStepsQueue"]["Properties"]
    assert queue["VisibilityTimeout"] == 6 * mailed.functions["PipelineStep"]["Timeout"]


def test_the_function_reads_the_queue_and_says_which_messages_failed(mailed: Template) -> None:
    mapping = rendered(mailed.only("AWS::Lambda::EventSourceMapping")["Properties"])
    assert mapping["EventSourceArn"] == "${PipelineStepsQueue.Arn}"
    assert mapping["FunctionName"] == "${FunctionsPipelineStep}"
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_a_dead_letter_is_an_alarm(mailed: Template) -> None:
    alarm = rendered(mailed.of_type("AWS::CloudWatch::Alarm")["PipelineStepsDeadLettersAlarm"])
    assert alarm["Properties"]["Dimensions"] == [
        {"Name": "QueueName", "Value": "${PipelineStepsDeadLetters.QueueName}"}
    ]


def test_the_queue_is_told_to_those_who_write_pipelines(mailed: Template) -> None:
    found = rendered(mailed.document["Outputs"]["PipelineQueueUrl"]["Value"])
    assert found == "${PipelineStepsQueue}"
