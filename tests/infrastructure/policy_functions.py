"""The policy table, part one: what every function's role says, by its step."""

from __future__ import annotations

from policy_rows import ACCOUNT, REGION, AwsOnly, Enforced, Evaluated, Row, Rows, ask, evaluated, on

from modeleval.store.keys import LISTS_INDEX, OPEN_INDEX

BUCKET = "${StorageBucket.Arn}"
TABLE = "${StorageTable.Arn}"
KEY = "${EncryptionKey.Arn}"
OTHER_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/other"
HERE = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:"
MODELS = f"arn:aws:bedrock:{REGION}::foundation-model/"
PROFILE = f"{HERE}inference-profile/us.amazon.nova-pro-v1:0"
VIA_S3 = f"s3.{REGION}.amazonaws.com"
VIA_DYNAMODB = f"dynamodb.{REGION}.amazonaws.com"
JOB = f"{HERE}evaluation-job/abcdefghijkl"
FOREIGN_JOB = f"arn:aws:bedrock:{REGION}:999999999999:evaluation-job/abcdefghijkl"
DENIED = "ServiceRefused"


def kms(via: str, actions: str) -> Evaluated:
    """The key through one service, never directly, and no other key."""
    names = actions.split()
    uses = [name for name in names if name != "kms:DescribeKey"]  # which others may have as it is
    return Evaluated(
        tuple(ask(name, KEY, kms__ViaService=via) for name in names),
        (
            *(ask(name, KEY) for name in uses),
            *(ask(name, KEY, kms__ViaService=f"ec2.{REGION}.amazonaws.com") for name in uses),
            *(ask(name, OTHER_KEY, kms__ViaService=via) for name in names),
        ),
    )


ON_ITEMS = (
    "kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey kms:ReEncryptFrom kms:ReEncryptTo"
)
ON_OBJECTS = "kms:Decrypt kms:GenerateDataKey"


def items(actions: str, proof: Enforced | None = None) -> Row:
    names = " ".join(f"dynamodb:{action}" for action in actions.split())
    return Row(names, "runs, jobs and scores in the table", proof or Enforced("dynamodb:"))


def key_for_objects(actions: str = ON_OBJECTS) -> Row:
    return Row(actions, "the customer key, through S3", kms(VIA_S3, actions))


READS_KEY = key_for_objects("kms:Decrypt")
KEY_OF_JOBS: Rows = {
    "UseTheKeyForObjects": key_for_objects(),
    "DescribeTheKey": Row(
        "kms:DescribeKey",
        "the key that jobs are started with",
        on("kms:DescribeKey", KEY, OTHER_KEY),
    ),
}
LIST_JOBS = "bedrock:ListEvaluationJobs"
LISTED = "the account's jobs; IAM knows no resource for it"
STOP_JOBS = "bedrock:GetEvaluationJob bedrock:StopEvaluationJob"
STOPS = on(STOP_JOBS, JOB, FOREIGN_JOB, f"{HERE}model-customization-job/x")


FINDS = evaluated(
    ask("s3:ListBucket", BUCKET),
    ask("s3:ListBucket", "arn:aws:s3:::team-data"),
    near=(ask("s3:ListBucket", "arn:aws:s3:::team-data-of-others"),),
)
"""Not enforced: the embedded AWS says of a missing key that it is missing, whoever asks."""


def sources(what: str, read: Enforced) -> Rows:
    """Reading from the own bucket and the settings' others."""
    other = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab"
    return {
        f"Read{what}": Row("s3:GetObject", f"{what.lower()}, and a run's own files", read),
        f"Find{what}": Row("s3:ListBucket", "a missing key is told from a forbidden one", FINDS),
        f"Decrypt{what}": Row(
            "kms:Decrypt",
            "the key of a bucket of the settings",
            evaluated(
                ask("kms:Decrypt", other, kms__ViaService=VIA_S3),
                near=(
                    ask("kms:Decrypt", other),
                    ask("kms:Encrypt", other, kms__ViaService=VIA_S3),
                ),
            ),
        ),
    }


def writes(proof: Enforced | None = None) -> Row:
    return Row(
        "s3:AbortMultipartUpload s3:PutObject",
        "the run's files of this step",
        proof or Enforced("s3:PutObject"),
    )


def reads(says: str = "ObjectDenied") -> Row:
    return Row("s3:GetObject", "the run's files that this step needs", Enforced(says))


WORKFLOWS = Row(
    "sagemaker:DescribeFlowDefinition",
    "the human review workflows of the settings",
    Enforced("sagemaker:DescribeFlowDefinition", "people who answer"),
)
LOOKS: Rows = {
    "LookAtModels": Row(
        "bedrock:GetFoundationModel", "exists, active, callable", Enforced("GetFoundationModel")
    ),
    "SeeAvailability": Row(
        "bedrock:GetFoundationModelAvailability",
        "agreement, entitlement, Region; IAM knows no resource for it",
        Enforced("GetFoundationModelAvailability"),
    ),
    "ListProfiles": Row(
        "bedrock:ListInferenceProfiles",
        "suggest a profile for a model without on-demand; IAM knows no resource for it",
        Enforced("ListInferenceProfiles", "a judge behind a profile"),
    ),
    "LookAtProfiles": Row(
        "bedrock:GetInferenceProfile",
        "what stands behind a profile",
        on("bedrock:GetInferenceProfile", PROFILE, f"{HERE}inference-profile/us.meta.llama"),
    ),
    "LookAtProvisionedModels": Row(
        "bedrock:GetProvisionedModelThroughput",
        "the generator exists",
        on(
            "bedrock:GetProvisionedModelThroughput",
            f"{HERE}provisioned-model/abcdefghijkl",
            f"{HERE}provisioned-model/another",
        ),
    ),
    "LookAtImportedModels": Row(
        "bedrock:GetImportedModel",
        "the generator exists",
        on(
            "bedrock:GetImportedModel",
            f"{HERE}imported-model/abcdefghijkl",
            f"{HERE}imported-model/another",
        ),
    ),
    "LookAtRouters": Row(
        "bedrock:GetPromptRouter",
        "the generator exists",
        on(
            "bedrock:GetPromptRouter",
            f"{HERE}default-prompt-router/anthropic.claude:1",
            f"{HERE}prompt-router/another",
        ),
    ),
}
ENDPOINT = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/mine"
OTHER_ENDPOINT = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/other"
LOOK_AT_ENDPOINTS = Row(
    "sagemaker:DescribeEndpoint",
    "the generator exists",
    on("sagemaker:DescribeEndpoint", ENDPOINT, OTHER_ENDPOINT),
)

STEPS: dict[str, Rows] = {
    "PrepareRun": {
        "RunItems": items("GetItem PutItem UpdateItem"),
        **sources(
            "Suites",
            Enforced("may not be read", "a suite in S3"),
        ),
        "WriteRuns": writes(),
        "UseTheKeyForObjects": key_for_objects(),
    },
    "ResumeRun": {
        "RunItems": items(
            "GetItem Query UpdateItem", Enforced("dynamodb:", "a run that is resumed")
        ),
        "ReadRuns": Row(
            "s3:GetObject",
            "the run's suite is still there",
            Enforced("ObjectDenied", "a run that is resumed"),
        ),
        "ListJobs": Row(LIST_JOBS, LISTED, Enforced("ListEvaluationJobs", "a run that is resumed")),
        "UseTheKeyForObjects": READS_KEY,
    },
    "ResolveModel": {
        "RunItems": items("GetItem Query UpdateItem"),
        "FindRuns": Row(
            "dynamodb:Query",
            "a suite's runs: one of them may be the baseline",
            on("dynamodb:Query", f"{TABLE}/index/{LISTS_INDEX}", f"{TABLE}/index/{OPEN_INDEX}"),
        ),
    },
    "PlanJobs": {
        "RunItems": items("GetItem PutItem Query UpdateItem"),
        **sources(
            "Datasets",
            Enforced("may not be read"),
        ),
        "WriteRuns": writes(),
        "ListJobs": Row(LIST_JOBS, LISTED, Enforced("ListEvaluationJobs")),
        "LookAtWorkflows": WORKFLOWS,
        **LOOKS,
        "LookAtEndpoints": LOOK_AT_ENDPOINTS,
        "LookAtKnowledgeBases": Row(
            "bedrock:GetKnowledgeBase",
            "it exists and is active",
            Enforced("GetKnowledgeBase", "a knowledge base"),
        ),
        "UseTheKeyForObjects": key_for_objects(),
    },
    "CheckBudget": {
        "RunItems": items("GetItem Query UpdateItem"),
        "ReadRuns": reads(),
        "UseTheKeyForObjects": READS_KEY,
    },
    "StartJob": {
        "RunItems": items("GetItem Query UpdateItem"),
        "CreateJobs": Row(
            "bedrock:CreateEvaluationJob",
            "the job; its resources in IAM are models, not jobs",
            Enforced("bedrock:CreateEvaluationJob"),
        ),
        "ListJobs": Row(LIST_JOBS, LISTED, Enforced("ListEvaluationJobs", "a lost answer")),
        "TagJobs": Row("bedrock:TagResource", "the job's tags", Enforced("bedrock:TagResource")),
        "StopJobs": Row(STOP_JOBS, "a job of a run that ended meanwhile", STOPS),
        "LookAtWorkflows": WORKFLOWS,
        "PassTheBedrockRole": Row(
            "iam:PassRole", "hand Bedrock its role", Enforced("iam:PassRole")
        ),
        **KEY_OF_JOBS,
    },
    "CheckJob": {
        "RunItems": items("GetItem"),
        "LookAtJobs": Row(
            "bedrock:GetEvaluationJob", "how the job is", Enforced("bedrock:GetEvaluationJob")
        ),
    },
    "CollectJob": {
        "RunItems": items("GetItem PutItem UpdateItem"),
        "ReadRuns": reads(),
        "ListRuns": Row("s3:ListBucket", "find the job's output", Enforced("s3:ListBucket")),
        "WriteRuns": writes(),
        "UseTheKeyForObjects": key_for_objects(),
    },
    "FailJob": {
        "RunItems": items("GetItem UpdateItem", Enforced(DENIED, "failing a job")),
        "ListJobs": Row(LIST_JOBS, LISTED, Enforced(DENIED, "failing a job without ARN")),
        "StopJobs": Row(STOP_JOBS, "a job that goes on", Enforced(DENIED, "failing a job")),
    },
    "ScoreRun": {
        "RunItems": items("GetItem Query UpdateItem"),
        "ReadRuns": reads(),
        "WriteRuns": writes(),
        "UseTheKeyForObjects": key_for_objects(),
    },
    "PublishRun": {
        "RunItems": items("BatchWriteItem GetItem Query UpdateItem"),
        "ReadRuns": reads(),
        "UseTheKeyForObjects": READS_KEY,
    },
    "FailRun": {
        "RunItems": items(
            "GetItem PutItem UpdateItem", Enforced("dynamodb:", "a run that is refused")
        )
    },
    "ReapRun": {
        "RunItems": items("GetItem PutItem Query UpdateItem", Enforced(DENIED, "reaping a run")),
        "ListJobs": Row(LIST_JOBS, LISTED, Enforced(DENIED, "reaping a job without ARN")),
        "StopJobs": Row(STOP_JOBS, "jobs of a run that ended", Enforced(DENIED, "reaping a run")),
        "StopJobExecutions": Row(
            "states:StopExecution",
            "executions of the run's jobs",
            Enforced(DENIED, "reaping a run"),
        ),
    },
    "SweepRuns": {
        "RunItems": items(
            "GetItem Query UpdateItem", Enforced("SweepIncomplete", "sweeping a dead run")
        ),
        "FindOpenRuns": Row(
            "dynamodb:Query", "runs that are open", Enforced(DENIED, "sweeping a dead run")
        ),
        "ListJobs": Row(LIST_JOBS, LISTED, Enforced("SweepIncomplete", "sweeping a dead run")),
        "StopJobs": Row(
            STOP_JOBS,
            "jobs of runs that ended",
            Enforced("SweepIncomplete", "sweeping a dead run"),
        ),
        "DeleteOldJobs": Row(
            "bedrock:BatchDeleteEvaluationJob",
            "own jobs older than the setting",
            on("bedrock:BatchDeleteEvaluationJob", JOB, FOREIGN_JOB),
        ),
        "StopJobExecutions": Row(
            "states:StopExecution",
            "executions of jobs whose run ended",
            Enforced("SweepIncomplete", "sweeping a dead run"),
        ),
        "LookAtExecutions": Row(
            "states:DescribeExecution",
            "whether an open run and its jobs go on",
            Enforced("SweepIncomplete", "sweeping a dead run"),
        ),
    },
}


def of_every_function(step: str) -> Rows:
    group = f"${{Functions{step}Logs.Arn}}"
    actions = "logs:CreateLogStream logs:PutLogEvents"
    return {
        "Trust": Row(
            "sts:AssumeRole",
            "Lambda",
            AwsOnly("the embedded AWS gives a function its role without asking the trust policy"),
        ),
        "WriteLogs": Row(
            actions, "its own log group", on(actions, group, "${WorkflowRunLogs.Arn}")
        ),
        "SendTraces": Row(
            "xray:PutTelemetryRecords xray:PutTraceSegments",
            "X-Ray; IAM knows no resource for it",
            AwsOnly("the embedded AWS has no X-Ray"),
        ),
        "UseTheKeyForItems": Row(
            ON_ITEMS, "the customer key, through DynamoDB", kms(VIA_DYNAMODB, ON_ITEMS)
        ),
    }
