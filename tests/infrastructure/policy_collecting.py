"""The policy table: what collecting an application's responses brings."""

from __future__ import annotations

from policy_bedrock import (
    APPLICATION,
    CALL,
    ROUTER,
)
from policy_functions import (
    ENDPOINT,
    HERE,
    MODELS,
    OTHER_ENDPOINT,
    items,
    key_for_objects,
)
from policy_rows import ACCOUNT, REGION, Enforced, Row, Rows, ask, evaluated, on

COLLECTS = "a run that collects"
ASKS_A_FUNCTION = "a target that is a function"
_FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"
_SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:support-bot-"
_MARKETPLACE = "marketplace/model-endpoint/all-access"

_MODELS: Rows = {
    "InvokeModels": Row(
        CALL,
        "a target that is a model: the generators of the settings, by their ARNs",
        Enforced("TargetRefused", COLLECTS),
    ),
    "InvokeBehindProfile#": Row(
        CALL,
        "a profile's models in every Region, through that profile only",
        evaluated(
            ask(
                CALL,
                "arn:aws:bedrock:eu-west-1::foundation-model/any.model",
                bedrock__InferenceProfileArn=APPLICATION,
            ),
            near=(
                ask(CALL, "arn:aws:bedrock:eu-west-1::foundation-model/any.model"),
                ask(
                    CALL,
                    "arn:aws:bedrock:eu-west-1::foundation-model/any.model",
                    bedrock__InferenceProfileArn=f"{APPLICATION}0",
                ),
            ),
        ),
    ),
    "InvokeBehindRouter#": Row(
        CALL,
        "what a prompt router routes to, through that router only",
        evaluated(
            ask(CALL, f"{MODELS}any.model", bedrock__PromptRouterArn=ROUTER),
            near=(
                ask(CALL, f"{MODELS}any.model"),
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
            f"{HERE}{_MARKETPLACE}",
            f"arn:aws:bedrock:{REGION}:999999999999:{_MARKETPLACE}",
        ),
    ),
    "ApplyGuardrails": Row(
        "bedrock:ApplyGuardrail",
        "the guardrails of the settings",
        Enforced("TargetRefused", "a guardrail"),
    ),
}

COLLECT_BATCH: Rows = {
    "RunItems": items("GetItem Query UpdateItem", Enforced("dynamodb:", COLLECTS)),
    "ReadRuns": Row(
        "s3:GetObject",
        "the run's suite, its scenarios, and the conversations as far as they have come",
        Enforced("ObjectDenied", COLLECTS),
    ),
    "ListRuns": Row(
        "s3:ListBucket", "which conversations have begun", Enforced("s3:ListBucket", COLLECTS)
    ),
    "WriteRuns": Row(
        "s3:AbortMultipartUpload s3:PutObject",
        "the conversations, and the responses of a batch",
        Enforced("s3:PutObject", COLLECTS),
    ),
    "UseTheKeyForObjects": key_for_objects(),
    **_MODELS,
    "InvokeTargets": Row(
        "lambda:InvokeFunction",
        "the applications and the tools of the settings",
        Enforced("TargetRefused", ASKS_A_FUNCTION),
    ),
    "ReadSecrets": Row(
        "secretsmanager:GetSecretValue",
        "what an application at an endpoint is shown: the secrets of the settings",
        on(
            "secretsmanager:GetSecretValue",
            f"{_SECRET}AbCdEf",
            f"{_SECRET}GhIjKl",
            f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:other-AbCdEf",
        ),
    ),
}

COLLECTING_STEPS: dict[str, Rows] = {
    "PlanJobs": {
        "LookAtTargets": Row(
            "lambda:GetFunctionConfiguration",
            "the settings' applications and tools are there",
            on(
                "lambda:GetFunctionConfiguration",
                f"{_FUNCTION}team-application",
                f"{_FUNCTION}team-application-of-others",
                f"{_FUNCTION}team-application:1",
            ),
        ),
    },
}
