"""Ask the scenarios of a batch, as long as the function may run."""

from __future__ import annotations

from typing import Any

from lambdas.runtime import services, step
from modeleval.workflow.collecting.batch import collect_batch_step
from modeleval.workflow.events import BatchEvent


@step(BatchEvent)
def handler(event: BatchEvent) -> dict[str, Any]:
    worked = collect_batch_step(event, services)
    return {"done": worked.ended, "waitSeconds": worked.wait_seconds}
