"""A SageMaker job's spec: what is stored with the job, and the definition that it stands for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from modeleval.artifacts import output_prefix, s3_uri
from modeleval.errors import SuiteInvalid
from modeleval.kinds.protocol import JobContext
from modeleval.sagemaker.definition import (
    Benchmark,
    CustomScorer,
    EvaluatedModel,
    Evaluation,
    LlmJudge,
    PipelineSettings,
    evaluation_type,
)
from modeleval.sagemaker.pipelines import pipeline_name
from modeleval.sagemaker.resolved import ModelSource, ResolvedModel

_TYPES: Mapping[str, type[Benchmark] | type[CustomScorer] | type[LlmJudge]] = {
    "benchmark": Benchmark,
    "scorer": CustomScorer,
    "judge": LlmJudge,
}
_LISTS = ("subtasks", "metrics")


def evaluation_document(evaluation: Evaluation) -> dict[str, Any]:
    """The evaluation as the job's item keeps it."""
    name = next(name for name, type_ in _TYPES.items() if type_ is type(evaluation))
    fields = {field: value for field, value in asdict(evaluation).items() if value is not None}
    return {"type": name, **fields}


_OF_THE_RUN = ("dataset", "custom_metrics_uri", "compare_base")
"""Fields that say where this run keeps its inputs, and nothing of what is evaluated."""


def settled(spec: Mapping[str, Any]) -> str:
    """What is evaluated and how, hyperparameters as the hub and the suite settled them, as text."""
    fields = {name: v for name, v in spec["evaluation"].items() if name not in _OF_THE_RUN}
    return json.dumps(fields, sort_keys=True, default=list)


def evaluation_of(spec: Mapping[str, Any]) -> Evaluation:
    """The evaluation again."""
    fields = dict(spec["evaluation"])
    type_ = _TYPES[fields.pop("type")]
    for name in _LISTS:
        if name in fields:
            fields[name] = tuple(fields[name])
    return type_(**fields)


def model_of(spec: Mapping[str, Any]) -> EvaluatedModel:
    return evaluated(ResolvedModel.model_validate(spec["model"]), spec.get("groupArn"))


def evaluated(
    model: ResolvedModel, group_arn: str | None, *, field: str = "modelPackageGroup"
) -> EvaluatedModel:
    """The run's model as a pipeline's definition takes it.

    Raises SuiteInvalid for a package of no group, if the evaluation does not name one.
    """
    is_package = model.source is ModelSource.PACKAGE
    if is_package and not (group_arn or model.group_arn):
        raise SuiteInvalid(
            f"{model.identifier} belongs to no model package group",
            where=field,
            action="Name the group that SageMaker shall keep the evaluation with.",
        )
    return EvaluatedModel(
        base_model_name=str(model.base_model_name),
        base_model_arn=str(model.base_model_arn),
        package_arn=model.identifier if is_package else None,
        group_arn=(group_arn or model.group_arn) if is_package else None,
    )


def pipeline_settings(job: JobContext, artifact: str | None) -> PipelineSettings:
    """Where, as whom and how long the job's steps run."""
    services, spec = job.services, job.spec
    settings, environment = services.settings, services.environment
    return PipelineSettings(
        pipeline_name=pipeline_of(job),
        role_arn=environment.sagemaker_role_arn,
        region=services.region,
        output_path=s3_uri(environment.bucket_name, output_prefix(*job.ref)),
        accept_eula=bool(spec["acceptEula"]),
        model_artifact_arn=artifact,
        mlflow_resource_arn=settings.mlflow_resource_arn,
        mlflow_experiment=spec.get("mlflowExperiment"),
        kms_key_arn=environment.kms_key_arn or None,
        subnet_ids=settings.subnet_ids,
        security_group_ids=settings.security_group_ids,
        max_runtime_seconds=int(spec["maxRuntimeSeconds"]),
        tags=job.labels,
    )


def pipeline_of(job: JobContext) -> str:
    type_ = evaluation_type(evaluation_of(job.spec))
    return pipeline_name(job.services.environment.stack_name, type_)
