"""Open a run again and plan its missing jobs once more."""

from __future__ import annotations

from typing import Any

from lambdas.runtime import services, step
from modeleval.workflow.events import ExecutionEvent
from modeleval.workflow.resume import resume_run


@step(ExecutionEvent)
def handler(event: ExecutionEvent) -> dict[str, Any]:
    resumed = resume_run(event, services)
    return {
        "runId": resumed.run_id,
        "attempt": resumed.attempt,
        "jobs": resumed.jobs,
        "longJobs": resumed.long_jobs,
        "batches": list(resumed.batches),
    }
