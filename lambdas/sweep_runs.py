"""Hourly: end dead runs, stop stray jobs, delete old ones."""

from __future__ import annotations

from typing import Any

from lambdas.runtime import services, step
from modeleval.workflow.events import Event
from modeleval.workflow.sweep import sweep


@step(Event)
def handler(_: Event) -> dict[str, Any]:
    swept = sweep(services)
    return {
        "closedRuns": swept.runs,
        "stoppedJobs": swept.stopped,
        "deletedJobs": swept.deleted,
    }
