"""Tell others how a run ended."""

from __future__ import annotations

from typing import Any

from lambdas.runtime import services, step
from modeleval.workflow.events import ExecutionEvent
from modeleval.workflow.tell import tell_ended


@step(ExecutionEvent)
def handler(event: ExecutionEvent) -> dict[str, Any]:
    return {"told": tell_ended(event, services)}
