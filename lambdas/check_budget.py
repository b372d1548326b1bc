"""Refuse a run that would cost more than its budget."""

from __future__ import annotations

from typing import Any

from lambdas.runtime import services, step
from modeleval.workflow.budget import check_run_budget
from modeleval.workflow.events import RunEvent


@step(RunEvent)
def handler(event: RunEvent) -> dict[str, Any]:
    check_run_budget(event.run_id, services)
    return {"runId": event.run_id}
