"""Starting a running execution again, with the same name and input, answers the first one.

"StartExecution is idempotent for STANDARD workflows. ... if you call StartExecution with the same
name and input as a running execution, the call succeeds and return the same response as the
original request" (API reference, StartExecution). MiniStack answers ExecutionAlreadyExists.
"""

from __future__ import annotations

from typing import Any

from ministack.core.responses import get_account_id, get_region, json_response
from ministack.services import stepfunctions

from embedded_aws.patches.check import require_parameters, require_source


def apply() -> None:
    """Look for the running twin first."""
    original = stepfunctions._start_execution
    require_parameters(original, "idempotent_starts", "data")
    require_source(original, "idempotent_starts", '"ExecutionAlreadyExists"')

    def start(data: dict[str, Any]) -> Any:
        return _running_twin(data) or original(data)

    stepfunctions._start_execution = start


def _running_twin(data: dict[str, Any]) -> Any:
    machine = stepfunctions._state_machines.get(data.get("stateMachineArn", ""))
    if machine is None or not data.get("name"):
        return None
    arn = (
        f"arn:aws:states:{get_region()}:{get_account_id()}"
        f":execution:{machine['name']}:{data['name']}"
    )
    twin = stepfunctions._executions.get(arn)
    if twin is None or twin["status"] != "RUNNING" or twin["input"] != data.get("input", "{}"):
        return None
    return json_response({"executionArn": arn, "startDate": twin["startDate"]})
