"""Close a run with the error that ended it."""

from __future__ import annotations

from typing import Any

from lambdas.runtime import services, step
from modeleval.workflow.events import ExecutionEvent
from modeleval.workflow.fail import fail_run


@step(ExecutionEvent)
def handler(event: ExecutionEvent) -> dict[str, Any]:
    failure = fail_run(event, services)
    return {"error": failure.name, "cause": failure.message}
