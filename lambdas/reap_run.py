"""Clean up after an execution that was stopped, failed or timed out."""

from __future__ import annotations

from typing import Any

from lambdas.runtime import services, step
from modeleval.workflow.events import ExecutionEnded
from modeleval.workflow.reap import reap


@step(ExecutionEnded)
def handler(event: ExecutionEnded) -> dict[str, Any]:
    return {"stoppedJobs": reap(event.detail, services)}
