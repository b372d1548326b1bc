"""The role that Bedrock assumes for an evaluation job."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from modeleval.artifacts import INPUTS, OUTPUTS, RUNS
from modeleval.settings import Settings
from stacks.customer_key import CustomerKey
from stacks.knowledge_bases import KnowledgeBaseAccess
from stacks.model_access import ModelAccess
from stacks.stated_role import StatedRole
from stacks.statements import Statements, allow


class BedrockRole(Construct):
    """Trusted by Bedrock's evaluation jobs of this account and Region; reaches the runs' inputs
    and outputs and the settings' models, nothing else.

    With `bedrockRoleArn` it is a role of the team's, which the stack neither makes nor changes.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket: s3.IBucket,
        key: CustomerKey,
        settings: Settings,
    ) -> None:
        super().__init__(scope, construct_id)
        if settings.bedrock_role_arn:
            self.role_arn = settings.bedrock_role_arn
            return
        made = StatedRole(
            self,
            "Role",
            description="Assumed by Amazon Bedrock to run modeleval's evaluation jobs",
            assumed_by=self._evaluation_jobs(),
        )
        made.allow(
            *_reach(bucket),
            *ModelAccess(self, settings).invoke(),
            *KnowledgeBaseAccess(self, settings).ask(),
            *self._people(settings),
            *key.for_jobs(),
        )
        self.role_arn = made.role.role_arn

    def _people(self, settings: Settings) -> Statements:
        """As AWS's page on human jobs has it, but for the settings' workflows, not for all."""
        arns = settings.flow_definition_arns
        if not arns:
            return []
        loops = Stack.of(self).format_arn(
            service="sagemaker", resource="human-loop", resource_name="*"
        )
        follow = ["DeleteHumanLoop", "DescribeHumanLoop", "StopHumanLoop"]
        return [
            allow(
                "AskPeople", ["sagemaker:DescribeFlowDefinition", "sagemaker:StartHumanLoop"], *arns
            ),
            allow("FollowPeople", [f"sagemaker:{action}" for action in follow], loops),
        ]

    def _evaluation_jobs(self) -> iam.IPrincipal:
        stack = Stack.of(self)
        jobs = stack.format_arn(service="bedrock", resource="evaluation-job", resource_name="*")
        return iam.ServicePrincipal(
            "bedrock.amazonaws.com",
            conditions={
                "StringEquals": {"aws:SourceAccount": stack.account},
                "ArnEquals": {"aws:SourceArn": jobs},
            },
        )


def _reach(bucket: s3.IBucket) -> Statements:
    return [
        allow("ReadInputs", ["s3:GetObject"], bucket.arn_for_objects(f"{RUNS}*/{INPUTS}/*")),
        allow(
            "WriteOutputs",
            [
                "s3:AbortMultipartUpload",
                "s3:GetObject",
                "s3:ListMultipartUploadParts",
                "s3:PutObject",
            ],
            bucket.arn_for_objects(f"{RUNS}*/{OUTPUTS}/*"),
        ),
        allow(
            "ListRuns",
            ["s3:ListBucket"],
            bucket.bucket_arn,
            conditions={"StringLike": {"s3:prefix": [f"{RUNS}*"]}},
        ),
        allow(
            "LocateBucket",
            ["s3:GetBucketLocation", "s3:ListBucketMultipartUploads"],
            bucket.bucket_arn,
        ),
    ]
