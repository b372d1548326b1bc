"""How a job is, and when to look again."""

from __future__ import annotations

from typing import Any

from lambdas.runtime import services, step
from modeleval.workflow.events import JobEvent
from modeleval.workflow.jobs import check_job


@step(JobEvent)
def handler(event: JobEvent) -> dict[str, Any]:
    wait = check_job(event, services)
    return {"status": wait.status, "waitSeconds": wait.seconds}
