"""The role that SageMaker assumes for an evaluation's pipeline and its jobs."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from modeleval.artifacts import INPUTS, OUTPUTS, RUNS
from modeleval.settings import Settings
from stacks.customer_key import CustomerKey
from stacks.model_access import ModelAccess
from stacks.sagemaker_access import PUBLIC_HUB, SageMakerAccess
from stacks.stated_role import StatedRole
from stacks.statements import Statements, allow

_TRAINING_LOGS = "/aws/sagemaker/TrainingJobs"


class SageMakerRole(Construct):
    """Trusted by SageMaker's jobs of this account and Region and, for its judges, by Bedrock's
    evaluation jobs, which SageMaker's container starts with the same role.

    It reaches the runs' inputs and outputs, the settings' judges, scorers, model buckets and MLflow
    resource. With `sagemakerRoleArn` it is a role of the team's.
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
        if settings.sagemaker_role_arn:
            self.role_arn = settings.sagemaker_role_arn
            return
        self._stack = Stack.of(self)
        self._sagemaker = SageMakerAccess(self)
        made = StatedRole(
            self,
            "Role",
            description="Assumed by SageMaker to run modeleval's evaluations",
            assumed_by=self._services(),
        )
        self.role_arn = made.role.role_arn
        made.allow(
            *self._files(bucket, settings),
            *self._jobs(),
            *self._models(),
            *self._lineage(),
            *self._judge(settings),
            *self._optional(settings),
            *key.for_jobs(),
        )

    def _services(self) -> iam.IPrincipal:
        stack = self._stack
        return iam.CompositePrincipal(
            iam.ServicePrincipal(
                "sagemaker.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": stack.account},
                    "ArnLike": {"aws:SourceArn": self._sagemaker.arn("*", "").rstrip("/")},
                },
            ),
            iam.ServicePrincipal(
                "bedrock.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": stack.account},
                    "ArnEquals": {"aws:SourceArn": self._evaluation_jobs()},
                },
            ),
        )

    def _files(self, bucket: s3.IBucket, settings: Settings) -> Statements:
        weights = [f"arn:{self._stack.partition}:s3:::{name}" for name in settings.model_buckets]
        statements = [
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
        if weights:
            statements += [
                allow("ReadWeights", ["s3:GetObject"], *(f"{arn}/*" for arn in weights)),
                allow("ListWeights", ["s3:GetBucketLocation", "s3:ListBucket"], *weights),
            ]
        return statements

    def _jobs(self) -> Statements:
        stack = self._stack
        logs = f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group"
        images = stack.format_arn(
            service="ecr", account="*", resource="repository", resource_name="*"
        )
        return [
            allow(
                "RunJobs",
                [
                    "sagemaker:AddTags",
                    "sagemaker:CreateTrainingJob",
                    "sagemaker:DescribeTrainingJob",
                    "sagemaker:StopTrainingJob",
                ],
                self._sagemaker.arn("training-job", "*"),
            ),
            allow(
                "PassItselfToJobs",
                ["iam:PassRole"],
                self.role_arn,
                conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
            ),
            allow(
                "WriteLogs",
                [
                    "logs:CreateLogGroup",
                    "logs:CreateLogStream",
                    "logs:DescribeLogStreams",
                    "logs:PutLogEvents",
                ],
                f"{logs}:{_TRAINING_LOGS}",
                f"{logs}:{_TRAINING_LOGS}:*",
            ),
            # IAM knows no resource for this action, nor for the next one.
            allow(
                "PutMetrics",
                ["cloudwatch:PutMetricData"],
                "*",
                conditions={"StringLike": {"cloudwatch:namespace": "/aws/sagemaker/*"}},
            ),
            allow("LogInToRegistries", ["ecr:GetAuthorizationToken"], "*"),
            allow(
                "PullImages",
                [
                    "ecr:BatchCheckLayerAvailability",
                    "ecr:BatchGetImage",
                    "ecr:GetDownloadUrlForLayer",
                ],
                images,
            ),
        ]

    def _models(self) -> Statements:
        access = self._sagemaker
        return [
            allow("LookAtModels", *access.look_at_models()),
            allow(
                "ReadHubs",
                [
                    "sagemaker:DescribeHub",
                    "sagemaker:DescribeHubContent",
                    "sagemaker:ListHubContents",
                ],
                access.public("hub", PUBLIC_HUB),
                access.public("hub-content", f"{PUBLIC_HUB}/*"),
                access.arn("hub", "*"),
                access.arn("hub-content", "*"),
            ),
        ]

    def _lineage(self) -> Statements:
        kinds = ("action", "artifact", "context")
        verbs = ("Create", "Describe", "Update")
        named = [f"sagemaker:{verb}{kind.capitalize()}" for kind in kinds for verb in verbs]
        more = ["AddAssociation", "AddTags"]
        return [
            allow(
                "KeepLineage",
                sorted([*named, *(f"sagemaker:{action}" for action in more)]),
                *(self._sagemaker.arn(kind, "*") for kind in kinds),
            ),
            # IAM knows no resource for these two lists.
            allow("FindLineage", ["sagemaker:ListArtifacts", "sagemaker:ListAssociations"], "*"),
        ]

    def _judge(self, settings: Settings) -> Statements:
        # Its resources in IAM are models, which a request need not name by their ARN.
        return [
            allow("CreateJudgeJobs", ["bedrock:CreateEvaluationJob"], "*"),
            allow(
                "LookAtJudgeJobs",
                ["bedrock:GetEvaluationJob", "bedrock:StopEvaluationJob"],
                self._evaluation_jobs(),
            ),
            *ModelAccess(self, settings, judges_only=True).invoke(),
            allow(
                "PassItselfToBedrock",
                ["iam:PassRole"],
                self.role_arn,
                conditions={"StringEquals": {"iam:PassedToService": "bedrock.amazonaws.com"}},
            ),
        ]

    def _optional(self, settings: Settings) -> Statements:
        statements: Statements = []
        if settings.scorer_function_arns:
            # A scorer may be registered by a version or an alias of its function.
            arns = [arn for one in settings.scorer_function_arns for arn in (one, f"{one}:*")]
            statements.append(allow("CallScorers", ["lambda:InvokeFunction"], *arns))
        if settings.mlflow_resource_arn:
            statements += [
                allow(
                    "FindMlflow",
                    ["sagemaker:DescribeMlflowApp", "sagemaker:DescribeMlflowTrackingServer"],
                    settings.mlflow_resource_arn,
                ),
                allow(
                    "TrackWithMlflow",
                    [f"sagemaker-mlflow:{action}" for action in _MLFLOW],
                    settings.mlflow_resource_arn,
                ),
            ]
        if settings.subnet_ids:
            # Interfaces are made by the service, with ids that nobody knows before.
            statements.append(allow("JoinTheVpc", [f"ec2:{action}" for action in _VPC], "*"))
        return statements

    def _evaluation_jobs(self) -> str:
        return self._stack.format_arn(
            service="bedrock", resource="evaluation-job", resource_name="*"
        )


_MLFLOW = (
    "CreateExperiment",
    "CreateRun",
    "GetExperiment",
    "GetExperimentByName",
    "GetRun",
    "LogBatch",
    "LogMetric",
    "LogParam",
    "SearchExperiments",
    "SearchRuns",
    "SetTag",
    "UpdateRun",
)
_VPC = (
    "CreateNetworkInterface",
    "CreateNetworkInterfacePermission",
    "DeleteNetworkInterface",
    "DeleteNetworkInterfacePermission",
    "DescribeDhcpOptions",
    "DescribeNetworkInterfaces",
    "DescribeSecurityGroups",
    "DescribeSubnets",
    "DescribeVpcs",
)
"""What AWS documents for training jobs in a VPC."""
