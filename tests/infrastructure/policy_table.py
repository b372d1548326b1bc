"""Every policy statement of the stack, once: what it is for, and how it is proved.

A row per Sid; `#` at a Sid's end stands for a number. Statements that the settings add (other kinds
of models, a customer key, other buckets) are here too. test_policy_table.py holds the table to the
templates in both directions; docs/permissions.md is made from it.
"""

from __future__ import annotations

from policy_bedrock import BEDROCK
from policy_collecting import COLLECT_BATCH, COLLECTING_STEPS
from policy_functions import BUCKET, HERE, KEY, STEPS, of_every_function
from policy_promotion import KEEPING, PROMOTION_ROLES
from policy_report import REPORT_ROLES
from policy_rows import ACCOUNT, AwsOnly, Row, Rows, ask, evaluated, on
from policy_sagemaker import SAGEMAKER_ROLE, SAGEMAKER_STEPS
from policy_scorers import SCORER_STEPS
from policy_telling import TELLING, TELLING_RESOURCES, TELLING_ROLES
from policy_triggers import TRIGGER_RESOURCES, TRIGGER_ROLES

JOBS = f"{HERE}evaluation-job/"
STEP_FUNCTIONS = AwsOnly("the embedded AWS does not enforce the roles of Step Functions")
SIGNED_OTHERWISE = AwsOnly("the embedded AWS does not enforce key policies")

_MACHINE: Rows = {
    "Trust": Row("sts:AssumeRole", "Step Functions", STEP_FUNCTIONS),
    "InvokeSteps": Row("lambda:InvokeFunction", "the machine's own steps", STEP_FUNCTIONS),
    "DeliverLogs": Row(
        "logs:CreateLogDelivery logs:DeleteLogDelivery logs:DescribeLogGroups "
        "logs:DescribeResourcePolicies logs:GetLogDelivery logs:ListLogDeliveries "
        "logs:PutResourcePolicy logs:UpdateLogDelivery",
        "the machine's log; IAM knows no resource for it",
        STEP_FUNCTIONS,
    ),
    "SendTraces": Row(
        "xray:GetSamplingRules xray:GetSamplingTargets xray:PutTelemetryRecords "
        "xray:PutTraceSegments",
        "X-Ray; IAM knows no resource for it",
        STEP_FUNCTIONS,
    ),
}

RESOURCES: dict[str, Rows] = {
    "StorageBucket": {
        "DenyPlainHttp": Row(
            "s3:*",
            "nobody reads or writes without TLS",
            evaluated(
                ask("s3:GetObject", f"{BUCKET}/x", aws__SecureTransport="false"),
                near=(ask("s3:GetObject", f"{BUCKET}/x", aws__SecureTransport="true"),),
            ),
        ),
        "DenyOldTls": Row(
            "s3:*",
            "nor with a TLS before 1.2",
            evaluated(
                ask("s3:GetObject", f"{BUCKET}/x", s3__TlsVersion="1.1"),
                near=(ask("s3:GetObject", f"{BUCKET}/x", s3__TlsVersion="1.2"),),
            ),
        ),
    },
    "EncryptionKey": {
        "LetIamDecide": Row("kms:*", "the account's IAM policies decide", SIGNED_OTHERWISE),
        "EncryptEvaluationJobs": Row(
            "kms:Decrypt kms:DescribeKey kms:GenerateDataKey",
            "Bedrock, for evaluation jobs of this account and Region",
            evaluated(
                ask(
                    "kms:GenerateDataKey",
                    KEY,
                    aws__SourceAccount=ACCOUNT,
                    aws__SourceArn=f"{JOBS}abc",
                    kms__EncryptionContext__evaluationJobArn=f"{JOBS}abc",
                ),
                near=(
                    ask("kms:GenerateDataKey", KEY),
                    ask(
                        "kms:GenerateDataKey",
                        KEY,
                        aws__SourceAccount="999999999999",
                        aws__SourceArn=f"{JOBS}abc",
                        kms__EncryptionContext__evaluationJobArn=f"{JOBS}abc",
                    ),
                    ask(
                        "kms:GenerateDataKey",
                        KEY,
                        aws__SourceAccount=ACCOUNT,
                        aws__SourceArn=f"{HERE}model-customization-job/abc",
                        kms__EncryptionContext__evaluationJobArn=f"{JOBS}abc",
                    ),
                ),
            ),
        ),
        "EncryptLogGroups": Row(
            "kms:Decrypt* kms:Describe* kms:Encrypt* kms:GenerateDataKey* kms:ReEncrypt*",
            "CloudWatch Logs, for log groups of this account and Region",
            SIGNED_OTHERWISE,
        ),
    },
    **TRIGGER_RESOURCES,
    **TELLING_RESOURCES,
}
"""Statements of resources' own policies."""

ROLES: dict[str, Rows] = {
    "BedrockRole": BEDROCK,
    "SageMakerRole": SAGEMAKER_ROLE,
    **{
        f"Functions{step}Role": {
            **of_every_function(step),
            **rows,
            **SAGEMAKER_STEPS.get(step, {}),
            **SCORER_STEPS.get(step, {}),
            **COLLECTING_STEPS.get(step, {}),
            **(KEEPING if step == "ResolveModel" else {}),
            **(TELLING if step in ("ReapRun", "SweepRuns") else {}),
        }
        for step, rows in {**STEPS, "CollectBatch": COLLECT_BATCH}.items()
    },
    "WorkflowJobRole": _MACHINE,
    "WorkflowBatchRole": _MACHINE,
    "WorkflowRunRole": {
        **_MACHINE,
        "StartJobs": Row(
            "states:StartExecution",
            "one execution per job, and per batch of scenarios",
            STEP_FUNCTIONS,
        ),
        "FollowJobs": Row(
            "states:DescribeExecution states:StopExecution", "and its end", STEP_FUNCTIONS
        ),
        "HearFromJobs": Row(
            "events:DescribeRule events:PutRule events:PutTargets",
            "the rule that Step Functions keeps for nested executions",
            STEP_FUNCTIONS,
        ),
    },
    "TriggersSweepRole": {
        "Trust": Row(
            "sts:AssumeRole",
            "EventBridge Scheduler, for this account's default group",
            AwsOnly("the embedded AWS does not enforce the roles of Scheduler"),
        ),
        "InvokeSweep": Row(
            "lambda:InvokeFunction",
            "the hourly sweep",
            on("lambda:InvokeFunction", "${FunctionsSweepRuns.Arn}", "${FunctionsReapRun.Arn}"),
        ),
    },
    **TRIGGER_ROLES,
    **PROMOTION_ROLES,
    **REPORT_ROLES,
    **TELLING_ROLES,
}

TABLE: dict[str, Rows] = {**ROLES, **RESOURCES}
