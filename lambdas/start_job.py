"""Start a job, or adopt the one that an earlier try started."""

from __future__ import annotations

from typing import Any

from lambdas.runtime import services, step
from modeleval.workflow.events import JobEvent
from modeleval.workflow.jobs import start_job


@step(JobEvent)
def handler(event: JobEvent) -> dict[str, Any]:
    wait = start_job(event, services)
    return {"status": wait.status, "waitSeconds": wait.seconds}
