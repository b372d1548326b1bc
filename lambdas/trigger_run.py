"""Start the runs that a new model package version, a schedule or the reconciler asks for."""

from __future__ import annotations

from typing import Any

from lambdas.runtime import SUITES, services, step
from modeleval.triggers.event import TriggerEvent
from modeleval.triggers.handle import handle


@step(TriggerEvent)
def handler(event: TriggerEvent) -> dict[str, Any]:
    return handle(event.document, services, SUITES)
