"""The fields that every evaluation by SageMaker has."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from modeleval.kinds.protocol import Evaluation
from modeleval.sagemaker.naming import group_problem

Text = Annotated[str, StringConstraints(min_length=1, max_length=2048)]
ExperimentName = Annotated[str, StringConstraints(min_length=1, max_length=256)]


class ServerlessEvaluation(Evaluation):
    """An evaluation of the run's model by SageMaker.

    model_package_group: name or ARN; wins over the group that the model package's ARN names.
    mlflow_experiment: where MLflow keeps the metrics, if the stack has an MLflow resource.
    """

    compare_base_model: bool = True
    model_package_group: Text | None = None
    mlflow_experiment: ExperimentName | None = None
    hyperparameters: dict[str, bool | int | float | str] = Field(default_factory=dict)
    deadline_hours: Annotated[int, Field(ge=1, le=168)] = 24

    @field_validator("model_package_group")
    @classmethod
    def _names_a_group(cls, text: str | None) -> str | None:
        problem = group_problem(text) if text is not None else None
        if problem is not None:
            raise ValueError(problem)
        return text
