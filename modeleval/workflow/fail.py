"""The failure path of a run: say what went wrong, where people look."""

from __future__ import annotations

from modeleval.ids import milliseconds
from modeleval.services import Services
from modeleval.store.items import UNKNOWN_SUITE, Failure, Run, RunStatus
from modeleval.workflow.events import ExecutionEvent
from modeleval.workflow.failures import failure_of
from modeleval.workflow.own_run import run_of
from modeleval.workflow.timing import timestamp


def fail_run(event: ExecutionEvent, services: Services) -> Failure:
    """Close the run with its error, be it one that its first step could not store.

    A run that an execution was not allowed to resume stays as it is.
    """
    failure = failure_of(event.error)
    run_id = run_of(event.run_id, event.execution_arn, services)
    if run_id is None:
        return failure
    if run_id == event.run_id:
        services.store.create_run(
            Run(
                run_id=event.run_id,
                suite=UNKNOWN_SUITE,
                execution_arn=event.execution_arn,
                started_at=timestamp(milliseconds(event.start_time) / 1000),
            )
        )
    services.store.close_run(
        run_id,
        RunStatus.FAILED,
        error=failure.to_item(),
        endedAt=timestamp(services.now()),
    )
    return failure
