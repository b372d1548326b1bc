"""End a job as failed, and the service's job with it."""

from __future__ import annotations

from typing import Any

from lambdas.runtime import services, step
from modeleval.workflow.events import JobEvent
from modeleval.workflow.jobs import fail_job


@step(JobEvent)
def handler(event: JobEvent) -> dict[str, Any]:
    failure = fail_job(event, services)
    return {"error": failure.name, "cause": failure.message}
