"""Create the run; read and validate its suite."""

from __future__ import annotations

from typing import Any

from lambdas.runtime import SUITES, services, step
from modeleval.workflow.events import ExecutionEvent
from modeleval.workflow.prepare import prepare_run


@step(ExecutionEvent)
def handler(event: ExecutionEvent) -> dict[str, Any]:
    return {"runId": prepare_run(event, services, SUITES)}
