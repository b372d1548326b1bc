"""The policy table: what the role says that Bedrock assumes for its evaluation jobs."""

from __future__ import annotations

from policy_functions import (
    ENDPOINT,
    HERE,
    KEY_OF_JOBS,
    LOOKS,
    MODELS,
    OTHER_ENDPOINT,
    PROFILE,
)
from policy_rows import REGION, AwsOnly, Enforced, Row, Rows, ask, evaluated, on

INVOKE = (
    "bedrock:CreateModelInvocationJob bedrock:InvokeModel bedrock:InvokeModelWithResponseStream"
)
CALL = "bedrock:InvokeModel"
GLOBAL = f"{HERE}inference-profile/global.anthropic.claude-haiku-4-5-20251001-v1:0"
HAIKU = "foundation-model/anthropic.claude-haiku-4-5-20251001-v1:0"
NOVA = "foundation-model/amazon.nova-pro-v1:0"
APPLICATION = f"{HERE}application-inference-profile/abcdefghijkl"
ROUTER = f"{HERE}default-prompt-router/anthropic.claude:1"
BATCHES = "bedrock:CreateModelInvocationJob bedrock:StopModelInvocationJob"

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
    "AskKnowledgeBases": Row(
        "bedrock:Retrieve bedrock:RetrieveAndGenerate",
        "the knowledge bases of the settings, for RAG jobs",
        Enforced("bedrock:Retrieve", "a knowledge base"),
    ),
    "Rerank": Row(
        "bedrock:Rerank",
        "putting passages into another order; IAM knows no resource for it",
        Enforced("bedrock:Rerank", "a reranker"),
    ),
    "InvokeRerankers": Row(
        CALL, "the rerankers of the settings", Enforced("bedrock:InvokeModel", "a reranker")
    ),
    "AskPeople": Row(
        "sagemaker:DescribeFlowDefinition sagemaker:StartHumanLoop",
        "the human review workflows of the settings",
        Enforced("sagemaker:DescribeFlowDefinition", "people who answer"),
    ),
    "FollowPeople": Row(
        "sagemaker:DeleteHumanLoop sagemaker:DescribeHumanLoop sagemaker:StopHumanLoop",
        "the tasks that people are given",
        Enforced("HumanLoop on ", "people who answer"),
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
