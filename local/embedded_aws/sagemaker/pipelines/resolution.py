"""A step's arguments as they are when it starts, and its training job's name."""

from __future__ import annotations

import secrets
import string
from typing import Any

from embedded_aws.sagemaker.pipelines import arguments
from embedded_aws.sagemaker.pipelines.definition import Step
from embedded_aws.sagemaker.pipelines.expressions import parameter_of, resolve, step_of, within
from embedded_aws.sagemaker.pipelines.records import Execution

_ALPHABET = string.ascii_letters + string.digits
_SUFFIX = 10
_LONGEST_NAME = 63


def resolved(execution: Execution, step: Step) -> dict[str, Any]:
    """The step's arguments with every function's result, of the right shape.

    Of a Callback step: its SqsQueueUrl and its Arguments.
    """
    properties = {
        "PipelineExecutionId": execution.id,
        "PipelineExecutionArn": execution.arn,
        "PipelineName": execution.pipeline.name,
        "PipelineArn": execution.pipeline.arn,
    }

    def lookup(path: str) -> Any:
        inside = step_of(path)
        if inside and execution.runs[inside[0]].step.outputs:
            name = arguments.declared(execution.runs[inside[0]].step, inside[1])
            return within(execution.runs[inside[0]].outputs, name)
        if inside:
            job = execution.runs[inside[0]].job
            return within(job.request if job else {}, inside[1])
        name = parameter_of(path)
        if name:
            return execution.parameters[name]
        return properties[path.removeprefix("Execution.")]

    resolved: dict[str, Any] = resolve(step.arguments, lookup)
    queue_url = resolve(step.queue_url, lookup)
    arguments.check(step, resolved, queue_url)
    return resolved if queue_url is None else {"SqsQueueUrl": queue_url, "Arguments": resolved}


def job_name(execution: Execution, step: Step, resolved: dict[str, Any]) -> str:
    """``<TrainingJobName>-<execution>-<10>``, or ``pipelines-<execution>-<step>-<10>``."""
    suffix = "".join(secrets.choice(_ALPHABET) for _ in range(_SUFFIX))
    room = _LONGEST_NAME - len(execution.id) - _SUFFIX - 2
    given = resolved.get("TrainingJobName")
    if given is not None:
        return f"{given[:room]}-{execution.id}-{suffix}"
    name = step.name.replace("_", "-")[: room - len("pipelines-")].strip("-")
    return f"pipelines-{execution.id}-{name}-{suffix}"
