"""Write the results, and perhaps the approval, to the run's model package."""

from __future__ import annotations

from typing import Any

from lambdas.runtime import services, step
from modeleval.workflow.events import RunEvent
from modeleval.workflow.promote import promote_run


@step(RunEvent)
def handler(event: RunEvent) -> dict[str, Any]:
    return promote_run(event.run_id, services)
