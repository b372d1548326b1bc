"""The steps' names, and which of them hold what an evaluation brought out."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from .inputs import Benchmark, CustomScorer, EvaluatedModel, Evaluation


class EvaluationType(StrEnum):
    """SageMaker's name for what a job does."""

    BENCHMARK = "BenchmarkEvaluation"
    CUSTOM_SCORER = "CustomScorerEvaluation"
    LLM_JUDGE = "LLMAJEvaluation"


class StepName(StrEnum):
    """Every step that a definition may have."""

    CREATE_ACTION = "CreateEvaluationAction"
    BASE_MODEL = "EvaluateBaseModel"
    CUSTOM_MODEL = "EvaluateCustomModel"
    BASE_INFERENCE = "EvaluateBaseInferenceModel"
    CUSTOM_INFERENCE = "EvaluateCustomInferenceModel"
    BASE_METRICS = "EvaluateBaseModelMetrics"
    CUSTOM_METRICS = "EvaluateCustomModelMetrics"
    NOVA_INFERENCE = "InspectAIInference"
    NOVA_METRICS = "EvaluateWithJudge"
    ASSOCIATE_LINEAGE = "AssociateLineage"


class ResultSteps(NamedTuple):
    """Where results are.

    subject_step: the step with the scores of the model that is evaluated. base_step: the same for
    its base model, None if that is not compared. The inference steps produce the responses that a
    judge reads; None for benchmarks and scorers, whose one step does both.
    """

    subject_step: StepName
    base_step: StepName | None = None
    subject_inference_step: StepName | None = None
    base_inference_step: StepName | None = None


def evaluation_type(evaluation: Evaluation, model: EvaluatedModel | None = None) -> EvaluationType:  # noqa: ARG001
    """The type of an evaluation, the same for every model; pipelines are named after it."""
    if isinstance(evaluation, Benchmark):
        return EvaluationType.BENCHMARK
    if isinstance(evaluation, CustomScorer):
        return EvaluationType.CUSTOM_SCORER
    return EvaluationType.LLM_JUDGE


def result_steps(evaluation: Evaluation, model: EvaluatedModel) -> ResultSteps:
    """The steps whose outputs are read.

    A JumpStart model is a base model, so its own results are in the base model's steps, and there
    is nothing to compare with. A judge over a Nova model never compares with the base model.
    """
    if evaluation_type(evaluation) is EvaluationType.LLM_JUDGE:
        return _judge_steps(model, compare_base=evaluation.compare_base)
    if not model.package_arn:
        return ResultSteps(StepName.BASE_MODEL)
    base = StepName.BASE_MODEL if evaluation.compare_base else None
    return ResultSteps(StepName.CUSTOM_MODEL, base)


def _judge_steps(model: EvaluatedModel, *, compare_base: bool) -> ResultSteps:
    if model.is_nova:
        return ResultSteps(StepName.NOVA_METRICS, subject_inference_step=StepName.NOVA_INFERENCE)
    if not model.package_arn:
        return ResultSteps(StepName.BASE_METRICS, subject_inference_step=StepName.BASE_INFERENCE)
    return ResultSteps(
        StepName.CUSTOM_METRICS,
        StepName.BASE_METRICS if compare_base else None,
        StepName.CUSTOM_INFERENCE,
        StepName.BASE_INFERENCE if compare_base else None,
    )
