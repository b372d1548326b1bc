"""Validate the datasets, check the judges, plan the jobs."""

from __future__ import annotations

from typing import Any

from lambdas.runtime import services, step
from modeleval.workflow.events import RunEvent
from modeleval.workflow.plan import plan_jobs


@step(RunEvent)
def handler(event: RunEvent) -> dict[str, Any]:
    planned = plan_jobs(event.run_id, services, collected=event.collected)
    return {
        "runId": event.run_id,
        "jobs": planned.jobs,
        "longJobs": planned.long,
        "batches": planned.batches,
    }
