"""The KMS key of bucket, table, log groups and evaluation jobs, if the settings ask for one."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from modeleval.settings import Settings
from stacks.statements import Statements, allow, through

_USE = ["kms:Decrypt", "kms:GenerateDataKey"]
_TABLE = ["kms:DescribeKey", "kms:Encrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo"]


class CustomerKey(Construct):
    """`key` is None without a customer key: then AWS's own keys encrypt, and no role needs one."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self._stack = Stack.of(self)
        self.key: kms.IKey | None = None
        if settings.customer_key_arn:
            self.key = kms.Key.from_key_arn(self, "Key", settings.customer_key_arn)
        elif settings.customer_key:
            self.key = kms.Key(
                self,
                "Key",
                description=f"{self._stack.stack_name}: data, logs and evaluation jobs",
                enable_key_rotation=True,
                policy=iam.PolicyDocument(statements=self._key_policy()),
                removal_policy=RemovalPolicy.DESTROY
                if settings.remove_data_on_destroy
                else RemovalPolicy.RETAIN,
            )

    @property
    def arn(self) -> str:
        """Empty without a key."""
        return self.key.key_arn if self.key else ""

    def for_step(self, statements: Sequence[iam.PolicyStatement]) -> Statements:
        """The key through the services that a step's other statements reach."""
        actions = {action for statement in statements for action in statement.actions}
        found: Statements = []
        if any(action.startswith("dynamodb:") for action in actions):
            found += self._use("UseTheKeyForItems", [*_USE, *_TABLE], "dynamodb")
        if actions & {"s3:GetObject", "s3:PutObject"}:
            # A multipart upload reads what it wrote, so that who writes also decrypts.
            used = _USE if "s3:PutObject" in actions else _USE[:1]
            found += self._use("UseTheKeyForObjects", used, "s3")
        return found

    def for_topic(self, settings: Settings) -> Statements:
        """What publishing to the stack's own topic needs; another topic's key is its owner's."""
        own = not settings.notification_topic_arn
        return self._use("UseTheKeyForMessages", _USE, "sns") if own else []

    def for_jobs(self) -> Statements:
        """What the role of an evaluation job needs, and who creates the job.

        User guide, model-evaluation-security-data; the managed policy
        SageMakerStudioBedrockEvaluationJobServiceRolePolicy has DescribeKey without kms:ViaService.
        """
        if self.key is None:
            return []
        return [
            *self._use("UseTheKeyForObjects", _USE, "s3"),
            allow("DescribeTheKey", ["kms:DescribeKey"], self.arn),
        ]

    def _use(self, sid: str, actions: list[str], service: str) -> Statements:
        if self.key is None:
            return []
        return [allow(sid, actions, self.arn, conditions=through(self._stack, service))]

    def _key_policy(self) -> Statements:
        stack = self._stack
        jobs = stack.format_arn(service="bedrock", resource="evaluation-job", resource_name="*")
        groups = f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group:*"
        return [
            _principal("LetIamDecide", iam.AccountRootPrincipal(), ["kms:*"]),
            _principal(
                "EncryptEvaluationJobs",
                iam.ServicePrincipal("bedrock.amazonaws.com"),
                ["kms:GenerateDataKey", "kms:Decrypt", "kms:DescribeKey"],
                {
                    "StringEquals": {"aws:SourceAccount": stack.account},
                    "StringLike": {
                        "aws:SourceArn": jobs,
                        "kms:EncryptionContext:evaluationJobArn": jobs,
                    },
                },
            ),
            _principal(
                "EncryptLogGroups",
                iam.ServicePrincipal(f"logs.{stack.region}.{stack.url_suffix}"),
                [
                    "kms:Encrypt*",
                    "kms:Decrypt*",
                    "kms:ReEncrypt*",
                    "kms:GenerateDataKey*",
                    "kms:Describe*",
                ],
                {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
            ),
        ]


def _principal(
    sid: str,
    principal: iam.IPrincipal,
    actions: list[str],
    conditions: dict[str, object] | None = None,
) -> iam.PolicyStatement:
    """A statement of the key's policy: its resource is the key itself."""
    return iam.PolicyStatement(
        sid=sid, principals=[principal], actions=actions, resources=["*"], conditions=conditions
    )
