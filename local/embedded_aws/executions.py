"""Lets an execution time out now: MiniStack never does, whatever TimeoutSeconds says."""

from __future__ import annotations

from typing import Any

from ministack.core.responses import now_iso, set_request_account_id, set_request_region
from ministack.services import stepfunctions


def time_out(arn: str) -> dict[str, Any]:
    """End a running execution as TIMED_OUT, with the status event that AWS publishes.

    Its branches end as those of a stopped one do (``patches.aborts``), and no Catch runs. Raises
    ValueError if no such execution runs.
    """
    _, _, _, region, account, *_ = f"{arn}::::::".split(":")
    set_request_account_id(account)
    set_request_region(region)
    execution = stepfunctions._executions.get(arn)
    if execution is None or execution["status"] != "RUNNING":
        raise ValueError(f"no execution {arn} is running")
    execution.update(status="TIMED_OUT", stopDate=now_iso(), error="States.Timeout")
    stepfunctions._add_event(execution, "ExecutionTimedOut", {"executionTimedOutEventDetails": {}})
    stepfunctions._emit_execution_status_event(execution)
    return {"executionArn": arn, "status": "TIMED_OUT"}
