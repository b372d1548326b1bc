"""What tests do with executions beside the API: let one time out now, and wait for its end."""

from __future__ import annotations

import time
from typing import Any

from ministack.core.responses import now_iso, set_request_account_id, set_request_region
from ministack.services import stepfunctions

_LOOK_SECONDS = 0.01
_MOST_SECONDS = 10.0


def wait(arn: str, seconds: float = _MOST_SECONDS) -> dict[str, Any]:
    """The execution's status once it has ended, or after so many seconds (at most 10).

    Raises ValueError if there is no such execution.
    """
    end = time.monotonic() + min(seconds, _MOST_SECONDS)
    while (execution := _find(arn)) and execution["status"] == "RUNNING":
        if time.monotonic() > end:
            break
        time.sleep(_LOOK_SECONDS)
    if execution is None:
        raise ValueError(f"there is no execution {arn}")
    return {"executionArn": arn, "status": execution["status"]}


def time_out(arn: str) -> dict[str, Any]:
    """End a running execution as TIMED_OUT, with the status event that AWS publishes.

    MiniStack never does, whatever TimeoutSeconds says. Its branches end as those of a stopped one
    do (``patches.aborts``), and no Catch runs. Raises ValueError if no such execution runs.
    """
    execution = _find(arn)
    if execution is None or execution["status"] != "RUNNING":
        raise ValueError(f"no execution {arn} is running")
    execution.update(status="TIMED_OUT", stopDate=now_iso(), error="States.Timeout")
    stepfunctions._add_event(execution, "ExecutionTimedOut", {"executionTimedOutEventDetails": {}})
    stepfunctions._emit_execution_status_event(execution)
    return {"executionArn": arn, "status": "TIMED_OUT"}


def _find(arn: str) -> dict[str, Any] | None:
    _, _, _, region, account, *_ = f"{arn}::::::".split(":")
    set_request_account_id(account)
    set_request_region(region)
    found: dict[str, Any] | None = stepfunctions._executions.get(arn)
    return found
