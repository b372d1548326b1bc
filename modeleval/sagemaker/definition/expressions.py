"""Values that SageMaker Pipelines fills in while the pipeline runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Value = str | dict[str, Any]
"""A text, or an expression that becomes one."""


def get(reference: str) -> dict[str, Any]:
    """The value behind a reference such as `Execution.PipelineExecutionId`."""
    return {"Get": reference}


def join(on: str, *values: Value) -> dict[str, Any]:
    """The values, one after another, with `on` between them."""
    return {"Std:Join": {"On": on, "Values": list(values)}}


def output_path_of(step: str) -> dict[str, Any]:
    """The S3 output path of a training step."""
    return get(f"Steps.{step}.OutputDataConfig.S3OutputPath")


def job_name_of(step: str) -> dict[str, Any]:
    """The name that a training step's job was given."""
    return get(f"Steps.{step}.TrainingJobName")


def execution_id() -> dict[str, Any]:
    """The id of the pipeline's execution."""
    return get("Execution.PipelineExecutionId")


def execution_arn() -> dict[str, Any]:
    """The ARN of the pipeline's execution."""
    return get("Execution.PipelineExecutionArn")


def present(members: Mapping[str, Any]) -> dict[str, Any]:
    """The members that are not None."""
    return {name: value for name, value in members.items() if value is not None}
