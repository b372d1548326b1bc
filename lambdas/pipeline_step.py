"""Start the runs that steps of SageMaker pipelines ask for, and stop those that they give up."""

from __future__ import annotations

from typing import Any

from lambdas.runtime import SUITES, services, step
from modeleval.telling.queue import QueueEvent
from modeleval.telling.steps import handle_messages


@step(QueueEvent)
def handler(event: QueueEvent) -> dict[str, Any]:
    return handle_messages(event.records, services, SUITES)
