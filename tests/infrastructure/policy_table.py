"""Every policy statement of the stack, once: what it is for, and how it is proved.

A row per Sid; `#` at a Sid's end stands for a number. Statements that the settings add (other kinds
of models, a customer key, other buckets) are here too. test_policy_table.py holds the table to the
templates in both directions; docs/permissions.md is made from it.
"""

from __future__ import annotations

from policy_functions import (
    BUCKET,
    ENDPOINT,
    HERE,
    KEY,
    KEY_OF_JOBS,
    LOOKS,
    MODELS,
    OTHER_ENDPOINT,
    PROFILE,
    STEPS,
    of_every_function,
)
from policy_rows import ACCOUNT, REGION, AwsOnly, Enforced, Row, Rows, ask, evaluated, on

INVOKE = (
    "bedrock:CreateModelInvocationJob bedrock:InvokeModel bedrock:InvokeModelWithResponseStream"
)
CALL = "bedrock:InvokeModel"
GLOBAL = f"{HERE}inference-profile/global.anthropic.claude-haiku-4-5-20251001-v1:0"
HAIKU = "foundation-model/anthropic.claude-haiku-4-5-20251001-v1:0"
NOVA = "foundation-model/amazon.nova-pro-v1:0"
APPLICATION = f"{HERE}application-inference-profile/abcdefghijkl"
ROUTER = f"{HERE}default-prompt-router/anthropic.claude:1"
JOBS = f"{HERE}evaluation-job/"
BATCHES = "bedrock:CreateModelInvocationJob bedrock:StopModelInvocationJob"
STEP_FUNCTIONS = AwsOnly("the embedded AWS does not enforce the roles of Step Functions")
SIGNED_OTHERWISE = AwsOnly("the embedded AWS does not enforce key policies")

BEDROCK: Rows = {
    "Trust": Row(
        "sts:AssumeRole",
        "Bedrock, for evaluation jobs of this account and Region",
        Enforced("cannot assume the role", "a run with another trust policy"),
    ),
    "ReadInputs": Row("s3:GetObject", "the runs' validated records", Enforced("s3:GetObject")),
    "WriteOutputs": Row(
        "s3:AbortMultipartUpload s3:GetObject s3:ListMultipartUploadParts s3:PutObject",
        "the jobs' results",
        Enforced("s3:PutObject"),
    ),
    "ListRuns": Row("s3:ListBucket", "below runs/", Enforced("s3:ListBucket")),
    "LocateBucket": Row(
        "s3:GetBucketLocation s3:ListBucketMultipartUploads",
        "as AWS's sample policy has it",
        Enforced("s3:GetBucketLocation"),
    ),
    "InvokeModels": Row(
        INVOKE, "the models of the settings, by their ARNs", Enforced("bedrock:InvokeModel")
    ),
    "InvokeBehindProfile#": Row(
        INVOKE,
        "a profile's models in every Region, through that profile only",
        evaluated(
            ask(CALL, f"arn:aws:bedrock:us-west-2::{NOVA}", bedrock__InferenceProfileArn=PROFILE),
            ask(CALL, f"arn:aws:bedrock:eu-west-1::{HAIKU}", bedrock__InferenceProfileArn=GLOBAL),
            ask(CALL, f"arn:aws:bedrock:::{HAIKU}", bedrock__InferenceProfileArn=GLOBAL),
            ask(
                CALL,
                "arn:aws:bedrock:eu-west-1::foundation-model/any.model",
                bedrock__InferenceProfileArn=APPLICATION,
            ),
            near=(
                ask(CALL, f"arn:aws:bedrock:us-west-2::{NOVA}"),
                ask(CALL, f"arn:aws:bedrock:::{HAIKU}", bedrock__InferenceProfileArn=PROFILE),
                ask(
                    CALL, f"arn:aws:bedrock:us-west-2::{NOVA}", bedrock__InferenceProfileArn=GLOBAL
                ),
                ask(
                    CALL,
                    "arn:aws:bedrock:us-west-2::foundation-model/any.model",
                    bedrock__InferenceProfileArn=PROFILE,
                ),
            ),
        ),
    ),
    "InvokeBehindRouter#": Row(
        INVOKE,
        "what a prompt router routes to, through that router only",
        evaluated(
            ask(CALL, f"{MODELS}any.model", bedrock__PromptRouterArn=ROUTER),
            ask(CALL, f"{HERE}inference-profile/us.any.model", bedrock__PromptRouterArn=ROUTER),
            near=(
                ask(CALL, f"{MODELS}any.model"),
                ask(CALL, f"{HERE}inference-profile/us.any.model"),
                ask(CALL, f"{MODELS}any.model", bedrock__PromptRouterArn=f"{ROUTER}0"),
            ),
        ),
    ),
    "InvokeEndpoints": Row(
        "sagemaker:InvokeEndpoint",
        "Marketplace models on SageMaker endpoints",
        on("sagemaker:InvokeEndpoint", ENDPOINT, OTHER_ENDPOINT),
    ),
    "InvokeMarketplaceModels": Row(
        CALL,
        "as AWS's sample policy has it for such endpoints",
        on(
            CALL,
            f"{HERE}marketplace/model-endpoint/all-access",
            f"arn:aws:bedrock:{REGION}:999999999999:marketplace/model-endpoint/all-access",
        ),
    ),
    "RunBatches": Row(
        BATCHES,
        "as AWS's page on judges has it",
        on(BATCHES, f"{HERE}model-invocation-job/x", f"{HERE}evaluation-job/x"),
    ),
    **{sid: row for sid, row in LOOKS.items() if sid not in ("LookAtModels", "SeeAvailability")},
    "ListProfiles": Row(
        "bedrock:ListInferenceProfiles",
        "as AWS's sample policy has it, if a profile is configured",
        AwsOnly("the stand-in does not list profiles as the role"),
    ),
    **KEY_OF_JOBS,
}

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
}
"""Statements of resources' own policies."""

ROLES: dict[str, Rows] = {
    "BedrockRole": BEDROCK,
    **{f"Functions{step}Role": {**of_every_function(step), **rows} for step, rows in STEPS.items()},
    "WorkflowJobRole": _MACHINE,
    "WorkflowRunRole": {
        **_MACHINE,
        "StartJobs": Row("states:StartExecution", "one execution per job", STEP_FUNCTIONS),
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
}

TABLE: dict[str, Rows] = {**ROLES, **RESOURCES}
