"""What the steps may do in SageMaker: resolve models, read hubs, run this stack's pipelines."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Stack, Token
from aws_cdk import aws_iam as iam
from constructs import Construct

from modeleval.errors import SettingsInvalid
from modeleval.sagemaker.arns import PUBLIC_HUB
from modeleval.sagemaker.pipelines import TYPES, pipeline_name
from stacks.statements import Statements, allow

__all__ = ["PUBLIC_HUB", "SageMakerAccess"]


class SageMakerAccess:
    """Statements, and the ARNs that they are made of."""

    def __init__(self, scope: Construct) -> None:
        self._stack = Stack.of(scope)

    # -- statements ----------------------------------------------------------------------------

    def resolve(self) -> Statements:
        """Look a model up, by ARN, group or JumpStart id."""
        return [
            allow("LookAtPackages", *self.look_at_models()),
            # AWS's reference names no resource for these two lists.
            allow(
                "ListPackages",
                ["sagemaker:ListModelPackageGroups", "sagemaker:ListModelPackages"],
                "*",
            ),
            self._public_models(),
            # For the closest names of a JumpStart model that is not there.
            allow(
                "ListBaseModels",
                ["sagemaker:ListHubContents"],
                self.public("hub", PUBLIC_HUB),
            ),
        ]

    def plan(self) -> Statements:
        """Read evaluation recipes, registered scorers and datasets."""
        return [
            allow(
                "LookAtGroups",
                ["sagemaker:DescribeModelPackageGroup"],
                self.arn("model-package-group", "*", account="*"),
            ),
            allow(
                "ReadHubs",
                ["sagemaker:DescribeHubContent"],
                self.public("hub", PUBLIC_HUB),
                self.public("hub-content", f"{PUBLIC_HUB}/Model/*"),
                self.arn("hub", "*"),
                self.arn("hub-content", "*/DataSet/*"),
                self.arn("hub-content", "*/JsonDoc/*"),
            ),
            allow(
                "ReadRecipes",
                ["s3:GetObject"],
                f"arn:{self._stack.partition}:s3:::jumpstart-cache-prod-{self._stack.region}/*",
            ),
        ]

    def start(self, role_arn: str) -> Statements:
        """Make a version of this stack's pipeline and start it."""
        return [
            allow(
                "MakePipelines",
                [
                    "sagemaker:AddTags",
                    "sagemaker:CreatePipeline",
                    "sagemaker:DescribePipeline",
                    "sagemaker:StartPipelineExecution",
                    "sagemaker:UpdatePipeline",
                ],
                *self._pipelines(),
            ),
            self._list_executions(),
            self._stop(),
            # IAM knows no resource for this list.
            allow("FindArtifacts", ["sagemaker:ListArtifacts"], "*"),
            allow("MakeArtifacts", ["sagemaker:CreateArtifact"], self.arn("artifact", "*")),
            allow(
                "PassTheSageMakerRole",
                ["iam:PassRole"],
                role_arn,
                conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
            ),
        ]

    def check(self) -> Statements:
        """How is an execution, and which of its steps failed why?"""
        actions = ["sagemaker:DescribePipelineExecution", "sagemaker:ListPipelineExecutionSteps"]
        return [allow("LookAtExecutions", actions, *self._executions())]

    def collect(self) -> Statements:
        """Which training jobs hold the results?"""
        return [allow("ListSteps", ["sagemaker:ListPipelineExecutionSteps"], *self._executions())]

    def promote(self, groups: Sequence[str]) -> Statements:
        """Look at, and write to, the versions of these groups; without a group nothing at all.

        SageMaker has been seen to write ARNs in lower case, so that both forms are named.
        """
        names = sorted({name for group in groups for name in (group, group.lower())})
        versions = [self.arn("model-package", f"{name}/*") for name in names]
        if not versions:
            return []
        actions = ["sagemaker:DescribeModelPackage", "sagemaker:UpdateModelPackage"]
        return [allow("PromoteVersions", actions, *versions)]

    def stop(self) -> Statements:
        """Find this stack's executions and stop them."""
        return [self._list_executions(), self._stop()]

    # -- what they are made of -----------------------------------------------------------------

    def look_at_models(self) -> tuple[list[str], str, str]:
        """Packages and groups of any account: another one decides by its own resource policy."""
        actions = ["sagemaker:DescribeModelPackage", "sagemaker:DescribeModelPackageGroup"]
        packages = self.arn("model-package", "*", account="*")
        return actions, packages, self.arn("model-package-group", "*", account="*")

    def arn(self, resource: str, name: str, *, account: str | None = None) -> str:
        return self._stack.format_arn(
            service="sagemaker", resource=resource, resource_name=name, account=account
        )

    def public(self, resource: str, name: str) -> str:
        """Of SageMaker's own hub."""
        return self.arn(resource, name, account="aws")

    def _public_models(self) -> iam.PolicyStatement:
        return allow(
            "LookAtBaseModels",
            ["sagemaker:DescribeHubContent"],
            self.public("hub", PUBLIC_HUB),
            self.public("hub-content", f"{PUBLIC_HUB}/Model/*"),
        )

    def _stop(self) -> iam.PolicyStatement:
        actions = ["sagemaker:DescribePipelineExecution", "sagemaker:StopPipelineExecution"]
        return allow("StopExecutions", actions, *self._executions())

    def _list_executions(self) -> iam.PolicyStatement:
        return allow("ListExecutions", ["sagemaker:ListPipelineExecutions"], *self._pipelines())

    def _pipelines(self) -> list[str]:
        return [self.arn("pipeline", name) for name in self._names()]

    def _executions(self) -> list[str]:
        return [self.arn("pipeline", f"{name}/execution/*") for name in self._names()]

    def _names(self) -> list[str]:
        """This stack's pipelines, one per type.

        A wildcard after the stack's name would also mean the pipelines of the stack `<name>-two`.
        """
        name = self._stack.stack_name
        if Token.is_unresolved(name):
            raise SettingsInvalid(
                "The stack's name is not known at synth", action="Give the stack a name."
            )
        return [pipeline_name(name, one) for one in TYPES]
