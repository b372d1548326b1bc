"""Write the report that people open."""

from __future__ import annotations

from typing import Any

from lambdas.runtime import services, step
from modeleval.report.step import write_report
from modeleval.workflow.events import RunEvent


@step(RunEvent)
def handler(event: RunEvent) -> dict[str, Any]:
    return write_report(event.run_id, services)
