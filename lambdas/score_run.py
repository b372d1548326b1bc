"""Aggregate the record scores of a run."""

from __future__ import annotations

from typing import Any

from lambdas.runtime import services, step
from modeleval.workflow.events import RunEvent
from modeleval.workflow.score import score_run


@step(RunEvent)
def handler(event: RunEvent) -> dict[str, Any]:
    score_run(event.run_id, services, partly=event.partly)
    return {"runId": event.run_id}
