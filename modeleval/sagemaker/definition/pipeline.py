"""The definition as a whole."""

from __future__ import annotations

from typing import Any

from .expressions import present
from .inputs import EvaluatedModel, Evaluation, LlmJudge, PipelineSettings
from .judged import judged_steps
from .nova import nova_judged_steps
from .scored import scored_steps

VERSION = "2020-12-01"
"""The version of the definition's schema."""


def pipeline_definition(
    evaluation: Evaluation, model: EvaluatedModel, settings: PipelineSettings
) -> dict[str, Any]:
    """What CreatePipeline and UpdatePipeline take as `PipelineDefinition`, before `json.dumps`.

    Every text goes in as it is: quotes, line breaks and braces are data, never syntax.

    Raises:
        ModelNotUsable: a package whose group is not known; a Nova model that is to be judged in a
            Region where that is not offered.
        SettingsInvalid: a model package without its lineage artifact.
    """
    return present(
        {
            "Version": VERSION,
            "Metadata": {},
            "MlflowConfig": _mlflow(settings),
            "Parameters": [],
            "Steps": _steps(evaluation, model, settings),
        }
    )


def _mlflow(settings: PipelineSettings) -> dict[str, Any] | None:
    """Nothing to track with means no configuration. An experiment is always named.

    SageMaker requires its name for jobs without a model package group, as base models' are.
    """
    if not settings.mlflow_resource_arn:
        return None
    return {
        "MlflowResourceArn": settings.mlflow_resource_arn,
        "MlflowExperimentName": settings.mlflow_experiment or settings.pipeline_name,
    }


def _steps(
    evaluation: Evaluation, model: EvaluatedModel, settings: PipelineSettings
) -> list[dict[str, Any]]:
    if not isinstance(evaluation, LlmJudge):
        return scored_steps(evaluation, model, settings)
    if model.is_nova:
        return nova_judged_steps(evaluation, model, settings)
    return judged_steps(evaluation, model, settings)
