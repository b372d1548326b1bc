"""Write the scores to DynamoDB and end the run, unless long jobs still run."""

from __future__ import annotations

from typing import Any

from lambdas.runtime import services, step
from modeleval.workflow.events import RunEvent
from modeleval.workflow.publish import publish_run


@step(RunEvent)
def handler(event: RunEvent) -> dict[str, Any]:
    return publish_run(event.run_id, services, partly=event.partly)
