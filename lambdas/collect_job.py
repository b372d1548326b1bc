"""Read a job's output into record scores."""

from __future__ import annotations

from typing import Any

from lambdas.runtime import services, step
from modeleval.workflow.events import JobEvent
from modeleval.workflow.jobs import collect_job


@step(JobEvent)
def handler(event: JobEvent) -> dict[str, Any]:
    collect_job(event, services)
    return {}
