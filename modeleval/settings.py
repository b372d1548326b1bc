"""The stack's settings: read from cdk.json at synth, handed to the functions in the environment."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationError, model_validator

from modeleval.bedrock.model_ids import ModelKind, parse_model_id
from modeleval.documents import Document, Usd, formed, problems
from modeleval.errors import SettingsInvalid
from modeleval.sagemaker.arns import is_entity_name

CONTEXT_KEY = "modeleval"

BucketName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
AccountId = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
KeyArn = Annotated[
    str, StringConstraints(pattern=r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$")
]

RoleArn = Annotated[
    str,
    StringConstraints(
        pattern=r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]+$", max_length=2048
    ),
]

MlflowArn = Annotated[
    str,
    StringConstraints(
        pattern=r"^arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:[0-9]{12}:(mlflow-app|mlflow-tracking-server)"
        r"/[A-Za-z0-9-]+$",
        max_length=2048,
    ),
]
SubnetId = Annotated[str, StringConstraints(pattern=r"^subnet-[0-9a-z]{1,25}$")]
SecurityGroupId = Annotated[str, StringConstraints(pattern=r"^sg-[0-9a-z]{1,29}$")]
TopicArn = Annotated[
    str,
    # Standard topics: a FIFO topic's name ends in .fifo, and it takes no message without a group.
    StringConstraints(
        pattern=r"^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$",
    ),
]
EmailAddress = Annotated[
    str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=320)
]
Outcome = Literal["failed", "inconclusive", "passed", "error"]
OUTCOMES: tuple[Outcome, ...] = ("failed", "inconclusive", "passed", "error")

_FUNCTION_ARN = r"^arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]{1,140}$"
FunctionArn = Annotated[str, StringConstraints(pattern=_FUNCTION_ARN)]


def is_function_arn(text: str) -> bool:
    """Whether a text names a Lambda function as the settings do: without version or alias."""
    return re.fullmatch(_FUNCTION_ARN, text) is not None


SecretArn = Annotated[
    str,
    StringConstraints(
        pattern=r"^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]{1,512}$"
    ),
]
GuardrailName = Annotated[
    str,
    formed(
        r"[a-z0-9]{1,64}"
        r"|arn:aws[a-z-]*:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:guardrail/[a-z0-9]{1,64}"
        r"|arn:aws[a-z-]*:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:guardrail-profile/[a-z0-9.:-]{1,64}",
        "write a guardrail's id or ARN, or the ARN of a guardrail profile",
    ),
]
_LAST_PORT = 65535


def _with_a_port(address: str) -> str:
    port = re.match(r"https://[^/]*:([0-9]+)", address)
    if port and not 0 < int(port[1]) <= _LAST_PORT:
        raise ValueError(f"the port must be 1 to {_LAST_PORT}")
    return address


Endpoint = Annotated[
    str,
    StringConstraints(max_length=2048),
    formed(
        r"https://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?(/[!-\"$->@-~]*)?",
        "write an https:// address, in ASCII, without user, query or fragment",
    ),
    AfterValidator(_with_a_port),
]

KnowledgeBaseId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{10}$")]
FlowDefinitionArn = Annotated[
    str,
    StringConstraints(
        pattern=r"^arn:aws[a-z-]*:sagemaker:[a-z0-9-]{1,20}:[0-9]{12}:flow-definition/"
        r"[a-z0-9](-*[a-z0-9]){0,62}$",
        max_length=1024,
    ),
]


def _model(identifier: str) -> str:
    if parse_model_id(identifier) is None:
        raise ValueError(
            "this is no model identifier that an evaluation job takes; "
            "write it as Bedrock does, such as amazon.nova-pro-v1:0"
        )
    return identifier


def _judge(identifier: str) -> str:
    found = parse_model_id(_model(identifier))
    if found is not None and not found.may_judge:
        raise ValueError(
            f"Bedrock takes no {found.kind.value} as a judge; "
            "name a foundation model, or an inference profile that AWS defines"
        )
    return identifier


def _group(name: str) -> str:
    if not is_entity_name(name):
        raise ValueError(
            "this is no model package group's name; write whole names, without * and without an ARN"
        )
    return name


def _reranker(identifier: str) -> str:
    found = parse_model_id(_model(identifier))
    if found is not None and found.kind is not ModelKind.FOUNDATION:
        raise ValueError("a reranker is a foundation model, such as amazon.rerank-v1:0")
    return identifier


GeneratorModel = Annotated[str, AfterValidator(_model)]
RerankerModel = Annotated[str, AfterValidator(_reranker)]
JudgeModel = Annotated[str, AfterValidator(_judge)]
ApprovalGroup = Annotated[str, AfterValidator(_group)]


class ModelPrice(Document):
    """USD per million tokens; stands above the price file."""

    input: Annotated[Decimal, Field(ge=0, le=1_000_000_000, decimal_places=20)]
    output: Annotated[Decimal, Field(ge=0, le=1_000_000_000, decimal_places=20)]


class DatasetBucket(Document):
    """A bucket beside the stack's own from which datasets and suites may be read."""

    name: BucketName
    account: AccountId | None = None
    kms_key_arn: KeyArn | None = None


class Settings(Document):
    """What a team decides when it deploys the stack. Every field has a default but the judges."""

    judge_models: Annotated[tuple[JudgeModel, ...], Field(min_length=1)]
    generator_models: tuple[GeneratorModel, ...] = ()
    knowledge_base_ids: Annotated[tuple[KnowledgeBaseId, ...], Field(max_length=50)] = ()
    reranker_models: Annotated[tuple[RerankerModel, ...], Field(max_length=10)] = ()
    dataset_buckets: tuple[DatasetBucket, ...] = ()
    default_budget_usd: Usd | None = None
    triggered_runs_per_day: Annotated[int, Field(ge=1, le=1000)] = 20
    triggered_budget_usd: Usd = Decimal(25)
    reconcile_triggers: bool = False
    approval_groups: Annotated[tuple[ApprovalGroup, ...], Field(max_length=20)] = ()
    prices: dict[str, ModelPrice] = Field(default_factory=dict)
    retention_days: Annotated[int, Field(ge=1, le=3650)] = 365
    job_retention_days: Annotated[int, Field(ge=1, le=3650)] = 30
    architecture: Literal["arm64", "x86_64", "host"] = "arm64"
    remove_data_on_destroy: bool = False
    customer_key: bool = False
    customer_key_arn: KeyArn | None = None
    console_cors: bool = False
    bedrock_role_arn: RoleArn | None = None
    sagemaker_role_arn: RoleArn | None = None
    mlflow_resource_arn: MlflowArn | None = None
    subnet_ids: Annotated[tuple[SubnetId, ...], Field(max_length=16)] = ()
    security_group_ids: Annotated[tuple[SecurityGroupId, ...], Field(max_length=5)] = ()
    scorer_function_arns: tuple[FunctionArn, ...] = ()
    lambda_scorer_arns: Annotated[tuple[FunctionArn, ...], Field(max_length=20)] = ()
    target_function_arns: Annotated[tuple[FunctionArn, ...], Field(max_length=20)] = ()
    tool_function_arns: Annotated[tuple[FunctionArn, ...], Field(max_length=50)] = ()
    target_endpoints: Annotated[tuple[Endpoint, ...], Field(max_length=50)] = ()
    target_secret_arns: Annotated[tuple[SecretArn, ...], Field(max_length=20)] = ()
    guardrail_ids: Annotated[tuple[GuardrailName, ...], Field(max_length=20)] = ()
    flow_definition_arns: Annotated[tuple[FlowDefinitionArn, ...], Field(max_length=20)] = ()
    model_buckets: tuple[BucketName, ...] = ()
    notify_emails: Annotated[tuple[EmailAddress, ...], Field(max_length=20)] = ()
    notification_topic_arn: TopicArn | None = None
    notify_on: Annotated[tuple[Outcome, ...], Field(min_length=1)] = OUTCOMES
    fail_on_failed_gate: bool = False
    pipeline_callbacks: bool = False

    @model_validator(mode="after")
    def _jobs_do_not_outlive_runs(self) -> Settings:
        if self.job_retention_days > self.retention_days:
            raise ValueError("jobRetentionDays must not exceed retentionDays")
        return self

    @model_validator(mode="after")
    def _whole_vpc(self) -> Settings:
        if bool(self.subnet_ids) != bool(self.security_group_ids):
            raise ValueError("subnetIds and securityGroupIds go together; name both or neither")
        return self

    @model_validator(mode="after")
    def _one_key(self) -> Settings:
        if self.customer_key and self.customer_key_arn:
            raise ValueError(
                "customerKey makes a key and customerKeyArn names one; leave one of them out"
            )
        return self

    @model_validator(mode="after")
    def _one_topic(self) -> Settings:
        if self.notify_emails and self.notification_topic_arn:
            raise ValueError(
                "notifyEmails makes a topic and notificationTopicArn names one; leave one of them "
                "out, or subscribe the addresses to your topic"
            )
        return self

    def to_json(self) -> str:
        """As the functions and the command line read it."""
        return json.dumps(self.to_document(), separators=(",", ":"))

    def may_approve(self, group: str) -> bool:
        """Whether the group's versions may be written to, compared without case."""
        return group.lower() in {one.lower() for one in self.approval_groups}

    def bucket(self, name: str) -> DatasetBucket | None:
        return next((bucket for bucket in self.dataset_buckets if bucket.name == name), None)


def parse_settings(document: Mapping[str, Any]) -> Settings:
    """Settings from the `modeleval` object of cdk.json; raises SettingsInvalid."""
    try:
        return Settings.model_validate(document)
    except ValidationError as error:
        raise SettingsInvalid(
            "The settings are wrong: " + "; ".join(problems(error, Settings)),
            where=f"cdk.json, context.{CONTEXT_KEY}",
            action="Correct them; docs/settings.md describes each.",
        ) from None


def settings_from_context(base: object, overrides: Mapping[str, object]) -> Settings:
    """Settings of cdk.json, single fields overridden by `-c field=value` on the command line."""
    if not isinstance(base, Mapping):
        raise SettingsInvalid(
            f"cdk.json has no settings: context.{CONTEXT_KEY} is missing or not an object",
            action='Add "modeleval": {"judgeModels": ["amazon.nova-pro-v1:0"]} to its context.',
        )
    given = {
        name: _decoded(value)
        for field, info in Settings.model_fields.items()
        if (value := overrides.get(name := info.alias or field)) is not None
    }
    return parse_settings({**base, **given})


def _decoded(value: object) -> object:
    """The command line gives texts only: lists and objects are written as JSON there."""
    if not (isinstance(value, str) and value.startswith(("[", "{"))):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def settings_from_json(text: str) -> Settings:
    return parse_settings(json.loads(text))
