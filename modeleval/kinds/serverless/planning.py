"""What every evaluation by SageMaker checks and settles before anything is paid for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from modeleval.artifacts import record_scores_key
from modeleval.cost.estimate import ModelEstimate, estimate_serverless
from modeleval.digests import text_digest
from modeleval.errors import ModelNotUsable, SuiteInvalid
from modeleval.kinds.protocol import Plan, PlanContext, PlannedJob
from modeleval.kinds.serverless.document import ServerlessEvaluation
from modeleval.kinds.serverless.specs import evaluated, evaluation_document, settled
from modeleval.sagemaker.definition import (
    CustomScorer,
    EvaluatedModel,
    Evaluation,
    result_steps,
)
from modeleval.sagemaker.hyperparameters import hyperparameters
from modeleval.sagemaker.recipes import EvaluationRecipe
from modeleval.sagemaker.registry import Denied, NotThere
from modeleval.sagemaker.resolved import ModelSource, ResolvedModel

BASE_MODEL = "base-model"
"""The label of the base model's scores beside the model's own."""

_TWICE = (
    "The base model is evaluated too, which doubles time and cost; compareBaseModel: false leaves "
    "it out"
)


class Prepared(NamedTuple):
    """What a kind has settled for itself: the evaluation, its data, judge and price."""

    evaluation: Evaluation
    data: Sequence[str] = ()
    """Digests of what is judged: two evaluations of the same data have the same."""
    records: int = 0
    judge: str | None = None
    estimates: Sequence[ModelEstimate] = ()
    """For one model; for two each counts twice."""
    warnings: Sequence[str] = ()
    dataset: Mapping[str, Any] = {}


def run_model(context: PlanContext) -> ResolvedModel:
    """The run's model, which ResolveModel has found fit for SageMaker."""
    model = context.model
    if model is None or model.source is ModelSource.BEDROCK:
        raise ModelNotUsable(
            "SageMaker evaluates model packages and JumpStart models",
            where="input.model",
            action="Name one.",
        )
    return model


def check_mlflow(evaluation: ServerlessEvaluation, context: PlanContext) -> None:
    if evaluation.mlflow_experiment and not context.services.settings.mlflow_resource_arn:
        raise SuiteInvalid(
            "An MLflow experiment is named, and the stack tracks nothing with MLflow",
            where=f"evaluations[{context.evaluation}].mlflowExperiment",
            action="Set mlflowResourceArn in the settings and deploy, or leave it out.",
        )


def inference_parameters(
    evaluation: ServerlessEvaluation,
    model: ResolvedModel,
    recipe: EvaluationRecipe,
    context: PlanContext,
) -> dict[str, str]:
    """The hub's parameters for the base model with the suite's own, checked against its ranges."""
    specs = context.services.hub.evaluation_parameters(str(model.base_model_name), recipe)
    field = f"evaluations[{context.evaluation}].hyperparameters"
    return hyperparameters(specs, evaluation.hyperparameters, field=field)


def plan(
    asked: ServerlessEvaluation,
    context: PlanContext,
    prepared: Prepared,
    *,
    notes: Mapping[str, Any] | None = None,
) -> Plan:
    """One job: an execution for the model and, unless its result is known, for the base model.

    `notes` go into the job's spec, for `collect`.
    """
    model = run_model(context)
    check_mlflow(asked, context)
    group = _group_arn(asked, context)
    subject = evaluated(model, group, field=_group_field(context))
    base = _Base(prepared, subject, context)
    evaluation = replace(prepared.evaluation, compare_base=base.evaluated)
    models = 2 if base.evaluated else 1
    seconds = asked.deadline_hours * 3600
    spec = {
        "evaluation": evaluation_document(evaluation),
        "model": model.to_document(),
        "groupArn": group,
        "mlflowExperiment": asked.mlflow_experiment,
        "acceptEula": context.eula_accepted,
        "maxRuntimeSeconds": seconds,
        "baseDigest": base.digest,
        "baseFrom": base.known,
        **(notes or {}),
    }
    return Plan(
        jobs=[PlannedJob(spec=spec, deadline_seconds=seconds)],
        subject=model.subject,
        judge=prepared.judge,
        records=prepared.records,
        estimates=[
            *[one for one in prepared.estimates for _ in range(models)],
            estimate_serverless(evaluation=asked.name, models=models, records=prepared.records),
        ],
        warnings=[*base.warnings, *_unreachable_weights(model, context), *prepared.warnings],
        dataset=prepared.dataset,
        candidates={BASE_MODEL: str(model.base_model_name)} if base.wanted else {},
    )


class _Base:
    """Whether the base model is wanted, must be evaluated, or has a result that can be used again.

    A result is the same where model, evaluation, settings, data and judge are: `digest`.
    """

    def __init__(self, prepared: Prepared, model: EvaluatedModel, context: PlanContext) -> None:
        steps = result_steps(prepared.evaluation, model)
        self.wanted = steps.base_step is not None
        self.digest: str | None = None
        self.known: dict[str, Any] | None = None
        self.warnings: list[str] = []
        if not self.wanted:
            return
        if _marked_by_code(prepared):
            # A function behind an ARN may have changed: its marks of two runs are not the same.
            self.warnings.append(_TWICE)
            return
        asked = settled({"evaluation": evaluation_document(prepared.evaluation)})
        latest = context.services.model_registry.hub_model(model.base_model_name)
        version = str(latest.get("HubContentVersion"))  # SageMaker evaluates the latest
        self.digest = text_digest("base", model.base_model_arn, version, asked, *prepared.data)
        found = context.services.store.result(self.digest)
        if found and context.services.objects.exists(record_scores_key(*found)):
            self.known = {"runId": found[0], "job": found[1]}
            self.warnings.append(
                f"The base model's result of run {found[0]} is used again: same model, settings "
                "and data"
            )
        else:
            self.warnings.append(_TWICE)

    @property
    def evaluated(self) -> bool:
        return self.wanted and self.known is None


def _marked_by_code(prepared: Prepared) -> bool:
    return isinstance(prepared.evaluation, CustomScorer) and bool(prepared.evaluation.evaluator_arn)


def _group_field(context: PlanContext) -> str:
    return f"evaluations[{context.evaluation}].modelPackageGroup"


def _unreachable_weights(model: ResolvedModel, context: PlanContext) -> list[str]:
    """Weights in a bucket that the role of the stack's own does not read."""
    settings = context.services.settings
    bucket = (model.artifact_uri or "").removeprefix("s3://").split("/")[0]
    if not bucket or bucket in settings.model_buckets or settings.sagemaker_role_arn:
        return []
    warning = (
        f"The model's weights lie in the bucket {bucket}, which modelBuckets in the settings does "
        "not name: SageMaker's role may not be able to read them"
    )
    return [warning]


def _group_arn(asked: ServerlessEvaluation, context: PlanContext) -> str | None:
    """The ARN of the group that the evaluation names, if it names one. Raises ModelNotUsable."""
    if asked.model_package_group is None:
        return None
    try:
        return context.services.model_registry.group(asked.model_package_group).arn
    except (NotThere, Denied):
        raise ModelNotUsable(
            f"There is no model package group {asked.model_package_group}, or it may not be seen",
            where=_group_field(context),
            action="Name a group of this account and Region: modeleval find-model <part of its "
            "name> lists them.",
        ) from None
