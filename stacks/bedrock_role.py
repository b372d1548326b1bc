"""The role that Bedrock assumes for an evaluation job."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from modeleval.artifacts import INPUTS, OUTPUTS, RUNS
from modeleval.settings import Settings


class BedrockRole(Construct):
    """Trusted by Bedrock's evaluation jobs of this account and Region; reaches the runs' inputs
    and outputs and the settings' judges, nothing else."""

    def __init__(
        self, scope: Construct, construct_id: str, *, bucket: s3.IBucket, settings: Settings
    ) -> None:
        super().__init__(scope, construct_id)
        stack = Stack.of(self)
        job_arns = stack.format_arn(service="bedrock", resource="evaluation-job", resource_name="*")
        self.role = iam.Role(
            self,
            "Role",
            description="Assumed by Amazon Bedrock to run modeleval's evaluation jobs",
            assumed_by=iam.ServicePrincipal(
                "bedrock.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": stack.account},
                    "ArnEquals": {"aws:SourceArn": job_arns},
                },
            ),
        )
        self._allow_s3(bucket)
        self.role.add_to_policy(
            iam.PolicyStatement(
                sid="JudgeWithTheAllowedModels",
                actions=["bedrock:InvokeModel"],
                resources=[
                    stack.format_arn(
                        service="bedrock",
                        account="",
                        resource="foundation-model",
                        resource_name=judge,
                    )
                    for judge in settings.judge_models
                ],
            )
        )

    def _allow_s3(self, bucket: s3.IBucket) -> None:
        inputs = bucket.arn_for_objects(f"{RUNS}*/{INPUTS}/*")
        outputs = bucket.arn_for_objects(f"{RUNS}*/{OUTPUTS}/*")
        statements = {
            "ReadInputs": (["s3:GetObject"], inputs, {}),
            "WriteOutputs": (
                ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
                outputs,
                {},
            ),
            "ListRuns": (
                ["s3:ListBucket"],
                bucket.bucket_arn,
                {"StringLike": {"s3:prefix": [f"{RUNS}*"]}},
            ),
            "LocateBucket": (
                ["s3:GetBucketLocation", "s3:ListBucketMultipartUploads"],
                bucket.bucket_arn,
                {},
            ),
        }
        for sid, (actions, resource, conditions) in statements.items():
            self.role.add_to_policy(
                iam.PolicyStatement(
                    sid=sid, actions=actions, resources=[resource], conditions=conditions
                )
            )
