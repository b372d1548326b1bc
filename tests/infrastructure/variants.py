"""Settings that change the template most, for tests that look at every kind of it."""

from __future__ import annotations

from typing import Any

from policy_rows import ACCOUNT, REGION

HERE = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:"
GENERATORS = [
    f"{HERE}application-inference-profile/abcdefghijkl",
    f"{HERE}provisioned-model/abcdefghijkl",
    f"{HERE}imported-model/abcdefghijkl",
    f"{HERE}default-prompt-router/anthropic.claude:1",
    f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/mine",
]
EVERYTHING: dict[str, Any] = {
    "judgeModels": [
        "amazon.nova-pro-v1:0",
        "us.amazon.nova-pro-v1:0",
        "global.anthropic.claude-haiku-4-5-20251001-v1:0",
    ],
    "generatorModels": GENERATORS,
    "knowledgeBaseIds": ["ABCDEFGHIJ"],
    "rerankerModels": ["amazon.rerank-v1:0"],
    "datasetBuckets": [
        {"name": "team-data", "kmsKeyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab"}
    ],
    "customerKey": True,
    "consoleCors": True,
    "reconcileTriggers": True,
    "mlflowResourceArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:mlflow-app/app-ABCDEFGHIJKL",
    "subnetIds": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    "securityGroupIds": ["sg-0123456789abcdef0"],
    "scorerFunctionArns": [f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:SageMaker-score"],
    "lambdaScorerArns": [f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:team-scorer"],
    "flowDefinitionArns": [f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:flow-definition/reviewers"],
    "targetFunctionArns": [f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:team-application"],
    "toolFunctionArns": [f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:find-booking"],
    "targetEndpoints": ["https://support.example.com/bot"],
    "targetSecretArns": [f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:support-bot-AbCdEf"],
    "guardrailIds": ["g1u2a3r4d5"],
    "modelBuckets": ["team-models"],
    "approvalGroups": ["Support-Assistant"],
    "notifyEmails": ["team@example.com", "night@example.com"],
    "pipelineCallbacks": True,
    "failOnFailedGate": True,
}
TEAMS_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
TEAMS_ROLE = f"arn:aws:iam::{ACCOUNT}:role/teams/evaluations"
SAGEMAKERS_ROLE = f"arn:aws:iam::{ACCOUNT}:role/teams/sagemaker"
TEAMS_TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:evaluations"
BROUGHT: dict[str, Any] = {
    "customerKeyArn": TEAMS_KEY,
    "bedrockRoleArn": TEAMS_ROLE,
    "sagemakerRoleArn": SAGEMAKERS_ROLE,
    "notificationTopicArn": TEAMS_TOPIC,
}
VARIANTS: dict[str, dict[str, Any]] = {
    "as-shipped": {},
    "everything": EVERYTHING,
    "brought": BROUGHT,
    "nothing-kept": {"removeDataOnDestroy": True, "customerKey": True},
}
