"""The policy table: what the triggers' roles and their dead-letter queue say."""

from __future__ import annotations

from policy_functions import TABLE, items, of_every_function
from policy_promotion import KEEPING
from policy_rows import ACCOUNT, REGION, AwsOnly, Row, Rows, ask, evaluated, on

from modeleval.store.keys import LISTS_INDEX, OPEN_INDEX

QUEUE = "${ModelTriggersDeadLetters.Arn}"
RULE = "${ModelTriggersNewVersion.Arn}"
OTHER_TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/other"
OTHER_QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:other"
INDEX = f"{TABLE}/index/"
OWN_ITEMS = on("dynamodb:GetItem dynamodb:UpdateItem", TABLE, OTHER_TABLE)
KEEPS = on("sqs:SendMessage", QUEUE, OTHER_QUEUE)

_STEPS: dict[str, Rows] = {
    "TriggerRun": {
        "RunItems": items(
            "BatchGetItem GetItem Query UpdateItem",
            on(
                "dynamodb:BatchGetItem dynamodb:GetItem dynamodb:Query dynamodb:UpdateItem",
                TABLE,
                OTHER_TABLE,
            ),
        ),
        "FindRuns": Row(
            "dynamodb:Query",
            "an approved version's runs: they are kept",
            on("dynamodb:Query", f"{INDEX}{LISTS_INDEX}", f"{INDEX}{OPEN_INDEX}"),
        ),
        **KEEPING,
        "StartRuns": Row(
            "states:StartExecution",
            "a run of a suite",
            on("states:StartExecution", "${WorkflowRun}", "${WorkflowJob}"),
        ),
        "KeepFailedEvents": Row("sqs:SendMessage", "an event that could not start its run", KEEPS),
        "ListVersions": Row(
            "sagemaker:ListModelPackageGroups sagemaker:ListModelPackages",
            "the reconciler looks for versions that no event told of",
            AwsOnly("which resources IAM asks for when lists are read is not certain"),
        ),
    },
    "EnableTriggers": {"RunItems": items("GetItem UpdateItem", OWN_ITEMS)},
}

TRIGGER_ROLES: dict[str, Rows] = {
    **{
        f"Functions{step}Role": {**of_every_function(step), **rows} for step, rows in _STEPS.items()
    },
    "ModelTriggersScheduleRole": {
        "Trust": Row(
            "sts:AssumeRole",
            "EventBridge Scheduler, for this account's default group",
            AwsOnly("the embedded AWS does not enforce the roles of Scheduler"),
        ),
        "InvokeTrigger": Row(
            "lambda:InvokeFunction",
            "a suite's time has come",
            on("lambda:InvokeFunction", "${FunctionsTriggerRun.Arn}", "${FunctionsSweepRuns.Arn}"),
        ),
        "KeepFailedEvents": Row("sqs:SendMessage", "a time that started nothing", KEEPS),
    },
}

TRIGGER_RESOURCES: dict[str, Rows] = {
    "ModelTriggersDeadLetters": {
        "DenyPlainHttp": Row(
            "sqs:*",
            "nobody reads or writes without TLS",
            evaluated(
                ask("sqs:ReceiveMessage", QUEUE, aws__SecureTransport="false"),
                near=(ask("sqs:ReceiveMessage", QUEUE, aws__SecureTransport="true"),),
            ),
        ),
        "KeepFailedEvents": Row(
            "sqs:SendMessage",
            "EventBridge, for this stack's rule",
            evaluated(
                ask("sqs:SendMessage", QUEUE, aws__SourceArn=RULE),
                near=(
                    ask("sqs:SendMessage", QUEUE),
                    ask("sqs:SendMessage", QUEUE, aws__SourceArn="${TriggersEnded.Arn}"),
                ),
            ),
        ),
    },
}
"""Statements of the queue's own policy."""
