"""Settle whose responses the run judges."""

from __future__ import annotations

from typing import Any

from lambdas.runtime import services, step
from modeleval.workflow.events import RunEvent
from modeleval.workflow.resolve import resolve_model


@step(RunEvent)
def handler(event: RunEvent) -> dict[str, Any]:
    resolve_model(event.run_id, services)
    return {"runId": event.run_id}
