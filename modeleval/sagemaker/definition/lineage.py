"""Lineage steps: what SageMaker records of an evaluation of a model package.

An action stands for the evaluation; the model's artifact and the results contribute to it, and it
contributes to the execution's context. JumpStart models and judged Nova models have no lineage.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from modeleval.errors import SettingsInvalid

from .expressions import execution_arn, execution_id, join, output_path_of
from .inputs import EvaluatedModel, PipelineSettings
from .steps import StepName


class ResultKind(NamedTuple):
    """suffix: the end of the artifact's name. artifact_type: SageMaker's word for it."""

    suffix: str
    artifact_type: str


REPORT = ResultKind("eval-report", "EvaluationReport")
RESPONSES = ResultKind("inference-results", "InferenceResults")


class Result(NamedTuple):
    """What a step leaves in S3. label: `base` or `custom`."""

    label: str
    kind: ResultKind
    step: StepName

    @property
    def artifact_name(self) -> dict[str, Any]:
        return join("-", execution_id(), f"{self.label}-{self.kind.suffix}")


def with_lineage(
    jobs: list[dict[str, Any]],
    results: Sequence[Result],
    model: EvaluatedModel,
    settings: PipelineSettings,
) -> list[dict[str, Any]]:
    """The jobs between the two lineage steps, or alone for a JumpStart model."""
    if not model.package_arn:
        return jobs
    return [
        _create_action(model.package_arn, settings),
        *jobs,
        _associate(results, settings),
    ]


def _create_action(package_arn: str, settings: PipelineSettings) -> dict[str, Any]:
    if not settings.model_artifact_arn:
        raise SettingsInvalid(
            "the lineage of a model package needs the package's artifact",
            where="model_artifact_arn",
            action="find or create the artifact whose source is the package, and give its ARN",
        )
    action = {
        "ActionName": execution_id(),
        "ActionType": "Evaluation",
        "Source": {"SourceUri": package_arn, "SourceType": "ModelPackage"},
        "Properties": {
            "PipelineExecutionArn": execution_arn(),
            "PipelineName": settings.pipeline_name,
        },
    }
    context = {
        "ContextName": execution_id(),
        "ContextType": "PipelineExecution",
        "Source": {"SourceUri": execution_arn()},
    }
    in_context = _contribution(
        {"Name": execution_id(), "Type": "Action"}, {"Name": execution_id(), "Type": "Context"}
    )
    of_model = _contribution({"Arn": settings.model_artifact_arn}, _action(settings))
    return {
        "Name": StepName.CREATE_ACTION.value,
        "Type": "Lineage",
        "Arguments": {
            "Actions": [action],
            "Contexts": [context],
            "Associations": [in_context, of_model],
        },
    }


def _associate(results: Sequence[Result], settings: PipelineSettings) -> dict[str, Any]:
    """The results' artifacts. The references make the step wait for the jobs."""
    return {
        "Name": StepName.ASSOCIATE_LINEAGE.value,
        "Type": "Lineage",
        "DependsOn": [StepName.CREATE_ACTION.value],
        "Arguments": {
            "Artifacts": [_artifact(result) for result in results],
            "Associations": [
                _contribution({"Name": result.artifact_name, "Type": "Artifact"}, _action(settings))
                for result in results
            ],
        },
    }


def _artifact(result: Result) -> dict[str, Any]:
    return {
        "ArtifactName": result.artifact_name,
        "ArtifactType": result.kind.artifact_type,
        "Source": {"SourceUri": output_path_of(result.step)},
    }


def _action(settings: PipelineSettings) -> dict[str, Any]:
    return {"Arn": join("/", settings.action_arn_prefix, execution_id())}


def _contribution(source: dict[str, Any], destination: dict[str, Any]) -> dict[str, Any]:
    return {"Source": source, "Destination": destination, "AssociationType": "ContributedTo"}
