"""A nested execution is an execution like any other.

For ``startExecution.sync`` MiniStack borrows its path for express workflows: the child publishes no
status event, takes a name that is already used, and its failure has the child's own error name. On
AWS the child is a Standard execution; the parent's task fails with ``States.TaskFailed`` and the
child's description as its cause ("Run a job (.sync)", Step Functions guide).
"""

from __future__ import annotations

import json
from typing import Any

from ministack.services import stepfunctions

from embedded_aws.patches.aborts import sleep
from embedded_aws.patches.check import require_parameters, require_source

_NAME = "nested"
_POLL_SECONDS = 0.05


def apply() -> None:
    """Start the child as StartExecution does, and wait for its end."""
    require_parameters(
        stepfunctions._invoke_nested_start_execution_sync, _NAME, "resource", "input_data"
    )
    require_source(
        stepfunctions._invoke_nested_start_execution_sync, _NAME, "_start_sync_execution(request)"
    )
    require_source(stepfunctions._invoke_resource, _NAME, "startExecution.sync")
    require_parameters(stepfunctions._describe_execution, _NAME, "data")
    stepfunctions._invoke_nested_start_execution_sync = _run_child


def _run_child(resource: str, input_data: dict[str, Any]) -> dict[str, Any]:
    request = stepfunctions._nested_start_execution_request(input_data)
    status, _, body = stepfunctions._start_execution(request)
    answer = json.loads(body)
    if status >= 400:  # noqa: PLR2004 - HTTP
        name = str(answer.get("__type", "AWSStepFunctionsException")).rsplit("#", 1)[-1]
        suffix = "" if name.endswith("Exception") else "Exception"
        raise stepfunctions._ExecutionError(
            f"StepFunctions.{name}{suffix}", answer.get("message", "")
        )
    child = _wait(answer["executionArn"])
    if child["Status"] != "SUCCEEDED":
        raise stepfunctions._ExecutionError("States.TaskFailed", json.dumps(child))
    if resource.endswith(".sync:2"):
        child = {
            **child,
            "Output": json.loads(child["Output"]),
            "Input": json.loads(child["Input"]),
        }
    return child


def _wait(arn: str) -> dict[str, Any]:
    """The child's description once it has ended, with the keys of the service integration.

    A stop of the parent ends this loop (``sleep`` raises); the child runs on, the worse of the two
    things that AWS may do: it cancels nested executions at best.
    """
    while stepfunctions._executions[arn]["status"] == "RUNNING":
        sleep(_POLL_SECONDS)
    _, _, body = stepfunctions._describe_execution({"executionArn": arn})
    return {key[0].upper() + key[1:]: value for key, value in json.loads(body).items()}
