"""Take a person's decision on a run that asks for one."""

from __future__ import annotations

from typing import Any

from lambdas.runtime import services, step
from modeleval.workflow.decide import DecisionEvent, decide_run


@step(DecisionEvent)
def handler(event: DecisionEvent) -> dict[str, Any]:
    return decide_run(event, services)
