"""What a pipeline definition is made of: an evaluation, a model, and settings.

Nothing here is looked up: ARNs, inference parameters and URIs are given, and validated where they
come from. What is checked here is only what would otherwise give a definition that says something
else than was asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from modeleval.errors import ModelNotUsable, SettingsInvalid, SuiteInvalid

_VERSIONED_PACKAGE = re.compile(
    r"(?P<owner>arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:[0-9]{12}):model-package/(?P<group>[^/]+)/[^/]+"
)
_DEFAULT_RUNTIME = 86_400


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """A benchmark that SageMaker brings.

    task, strategy, metric: as the reference tables have them: `mmlu`, `zs_cot`, `accuracy`.
    subtasks: their names; none, or `ALL` alone, means all. parameters: inference parameters by
    name, as texts, from the hub's override file; names that the recipes do not take are not sent.
    """

    task: str
    strategy: str
    metric: str
    subtasks: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    compare_base: bool = True


@dataclass(frozen=True, kw_only=True)
class CustomScorer:
    """A scorer over a dataset: either a registered evaluator's ARN, or the name of a preset.

    dataset: an `s3://` URI or the ARN of a DataSet in a hub. preset: `prime_math` or `prime_code`.
    parameters: as for a benchmark.
    """

    dataset: str
    evaluator_arn: str | None = None
    preset: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    compare_base: bool = True

    def __post_init__(self) -> None:
        if bool(self.evaluator_arn) == bool(self.preset):
            raise SuiteInvalid(
                "a custom scorer has either an evaluator's ARN or a preset",
                where="evaluator",
                action="name exactly one of them",
            )


@dataclass(frozen=True, kw_only=True)
class LlmJudge:
    """A judge model over the responses to a dataset.

    dataset: as for a scorer. judge: a Bedrock model id. metrics: built-in metrics, in order; the
    prefix `Builtin.` is taken off. custom_metrics_uri: where the document with the custom metrics
    lies in S3.
    """

    dataset: str
    judge: str
    metrics: tuple[str, ...] = ()
    custom_metrics_uri: str | None = None
    compare_base: bool = True


Evaluation = Benchmark | CustomScorer | LlmJudge


@dataclass(frozen=True, kw_only=True)
class EvaluatedModel:
    """The model whose responses are judged.

    base_model_name, base_model_arn: name and ARN of the base model's hub content. package_arn: the
    model package; None for a JumpStart model, which is evaluated itself. group_arn: the group that
    the jobs name; without it, the group of the package's ARN.
    """

    base_model_name: str
    base_model_arn: str
    package_arn: str | None = None
    group_arn: str | None = None

    @property
    def is_nova(self) -> bool:
        """Nova models take other hyperparameters, and another way to a judge."""
        return "nova" in self.base_model_name.lower()

    @property
    def package_group_arn(self) -> str | None:
        """The group that goes with `package_arn`, or None for a JumpStart model.

        Raises:
            ModelNotUsable: neither given nor in the package's ARN, because that has no version.
        """
        if not self.package_arn:
            return None
        if self.group_arn:
            return self.group_arn
        found = _VERSIONED_PACKAGE.fullmatch(self.package_arn)
        if not found:
            raise ModelNotUsable(
                "the model package's ARN does not tell its group",
                where=self.package_arn,
                action="name the model package group",
            )
        return f"{found['owner']}:model-package-group/{found['group']}"


@dataclass(frozen=True, kw_only=True)
class NovaInference:
    """What the judging of a Nova model needs besides; see `modeleval.sagemaker.definition.nova`.

    inference_id: names the folders of configuration and responses below the output path; without
    it, derived from pipeline name and output path. judge_base_model_arn: hub content ARN of the
    model that the judging step names in the Nova model's place; without it, SageMaker's Llama 3.2
    1B, no version. image_uri: the Inspect AI container; without it, AWS's own in the Region.
    """

    inference_id: str | None = None
    judge_base_model_arn: str | None = None
    image_uri: str | None = None


@dataclass(frozen=True, kw_only=True)
class PipelineSettings:
    """Where and as whom the jobs run, and what they may use.

    role_arn: the role that SageMaker assumes; its account and partition are those of the lineage
    actions. output_path: an `s3://` URI. model_artifact_arn: the lineage artifact of the model
    package; None for a JumpStart model. mlflow_resource_arn: None or empty means no tracking.
    mlflow_experiment: without it, the pipeline's name. max_runtime_seconds: per job.
    tags: of every job; the SDK puts none there.
    """

    pipeline_name: str
    role_arn: str
    region: str
    output_path: str
    accept_eula: bool
    model_artifact_arn: str | None = None
    mlflow_resource_arn: str | None = None
    mlflow_experiment: str | None = None
    kms_key_arn: str | None = None
    subnet_ids: tuple[str, ...] = ()
    security_group_ids: tuple[str, ...] = ()
    max_runtime_seconds: int = _DEFAULT_RUNTIME
    tags: Mapping[str, str] = field(default_factory=dict)
    nova: NovaInference = NovaInference()

    def __post_init__(self) -> None:
        if bool(self.subnet_ids) != bool(self.security_group_ids):
            raise SettingsInvalid(
                "a VPC needs subnets and security groups, and only one of the two is given",
                where="subnet_ids, security_group_ids",
                action="give both or neither",
            )

    @property
    def partition(self) -> str:
        """`aws`, `aws-cn` or `aws-us-gov`: the role's."""
        return self.role_arn.split(":")[1]

    @property
    def account(self) -> str:
        """The role's account."""
        return self.role_arn.split(":")[4]

    @property
    def action_arn_prefix(self) -> str:
        """What every lineage action's ARN begins with, without the slash before its name."""
        return f"arn:{self.partition}:sagemaker:{self.region}:{self.account}:action"
