"""The failure path of a run: say what went wrong, where people look."""

from __future__ import annotations

from modeleval.errors import RunNotFound
from modeleval.services import Services
from modeleval.store.items import Failure, RunStatus
from modeleval.workflow.events import ExecutionEvent
from modeleval.workflow.failures import failure_of
from modeleval.workflow.timing import timestamp


def fail_run(event: ExecutionEvent, services: Services) -> Failure:
    """Close the run with its error. A run that was never stored, or has ended, is left alone."""
    failure = failure_of(event.error)
    try:
        services.store.run(event.run_id)
    except RunNotFound:
        return failure
    services.store.close_run(
        event.run_id,
        RunStatus.FAILED,
        error=failure.to_item(),
        endedAt=timestamp(services.now()),
    )
    return failure
