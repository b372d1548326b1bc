"""The policy table: what tells others of a run, and what takes the asks of pipeline steps."""

from __future__ import annotations

from policy_functions import BUCKET, ON_OBJECTS, READS_KEY, TABLE, items, kms, of_every_function
from policy_rows import ACCOUNT, REGION, AwsOnly, Row, Rows, ask, evaluated, on

TOPIC = "${NotificationsTopic}"
QUEUE = "${PipelineStepsQueue.Arn}"
DEAD = "${PipelineStepsDeadLetters.Arn}"
OTHER_TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/other"
OTHER_TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:other"
BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus"
RUN = f"{BUCKET}/runs/meaaaaaaaaaaaaaaaa"
RUNS = f"arn:aws:states:{REGION}:{ACCOUNT}:execution:${{WorkflowRun.Name}}"
JOBS = f"arn:aws:states:{REGION}:{ACCOUNT}:execution:${{WorkflowJob.Name}}"
SUCCEED = "sagemaker:SendPipelineExecutionStepSuccess"
FAIL = "sagemaker:SendPipelineExecutionStepFailure"
NO_RESOURCE = AwsOnly("IAM knows no resource for it: who has the step's token answers it")
TAKE = "sqs:DeleteMessage sqs:GetQueueAttributes sqs:ReceiveMessage"

TELLING: Rows = {
    "ReadRuns": Row(
        "s3:GetObject",
        "the conditions that failed, in the run's summary",
        on("s3:GetObject", f"{RUN}/summary.json", f"{RUN}/inputs/e0/p0.jsonl", f"{BUCKET}/x"),
    ),
    "SendEvents": Row(
        "events:PutEvents",
        "Model Evaluation Completed, on the default bus",
        on("events:PutEvents", f"{BUS}/default", f"{BUS}/other"),
    ),
    "NotifyPeople": Row(
        "sns:Publish", "the topic of the settings", on("sns:Publish", TOPIC, OTHER_TOPIC)
    ),
    "AnswerSteps": Row(
        f"{FAIL} {SUCCEED}", "the pipeline step that waits for the run", NO_RESOURCE
    ),
    "UseTheKeyForObjects": READS_KEY,
    "UseTheKeyForMessages": Row(
        ON_OBJECTS,
        "the customer key, through SNS",
        kms(f"sns.{REGION}.amazonaws.com", ON_OBJECTS),
    ),
}
"""Of those that end runs: the last step, the reaper, the sweep."""

_STEPS: dict[str, Rows] = {
    "TellRun": {
        "RunItems": items(
            "GetItem UpdateItem", on("dynamodb:GetItem dynamodb:UpdateItem", TABLE, OTHER_TABLE)
        ),
        **TELLING,
    },
    "PipelineStep": {
        "RunItems": items(
            "GetItem PutItem UpdateItem",
            on("dynamodb:GetItem dynamodb:PutItem dynamodb:UpdateItem", TABLE, OTHER_TABLE),
        ),
        "RefuseSteps": Row(FAIL, "a step whose run cannot be started", NO_RESOURCE),
        "TakeMessages": Row(TAKE, "what pipeline steps ask for", on(TAKE, QUEUE, DEAD)),
        "StartRuns": Row(
            "states:StartExecution",
            "the run that a step asks for",
            on("states:StartExecution", "${WorkflowRun}", "${WorkflowJob}"),
        ),
        "StopRuns": Row(
            "states:StopExecution",
            "the run of a pipeline that was stopped",
            on("states:StopExecution", f"{RUNS}:pipeline-step-1", f"{JOBS}:me1-j0-t0-d0"),
        ),
    },
}

TELLING_ROLES: dict[str, Rows] = {
    f"Functions{step}Role": {**of_every_function(step), **rows} for step, rows in _STEPS.items()
}


def _tls_only(actions: str, action: str, resource: str) -> Row:
    return Row(
        actions,
        "nobody reads or writes without TLS",
        evaluated(
            ask(action, resource, aws__SecureTransport="false"),
            near=(ask(action, resource, aws__SecureTransport="true"),),
        ),
    )


TELLING_RESOURCES: dict[str, Rows] = {
    "NotificationsTopic": {"DenyPlainHttp": _tls_only("sns:Publish", "sns:Publish", TOPIC)},
    "PipelineStepsQueue": {"DenyPlainHttp": _tls_only("sqs:*", "sqs:ReceiveMessage", QUEUE)},
    "PipelineStepsDeadLetters": {"DenyPlainHttp": _tls_only("sqs:*", "sqs:ReceiveMessage", DEAD)},
}
"""Statements of their own policies."""
