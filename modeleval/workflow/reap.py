"""A run that was stopped, failed or timed out leaves no paid job.

Catch does not run on an abort, and Step Functions stops the children of an aborted parent at best:
this is what makes sure.
"""

from __future__ import annotations

import re

from modeleval.errors import RunNotFound
from modeleval.ids import run_id as derived_run_id
from modeleval.services import Services
from modeleval.store.items import UNKNOWN_SUITE, Failure, Job, JobStatus, Run, RunStatus
from modeleval.workflow.events import StatusChange
from modeleval.workflow.jobs import stop_service_job
from modeleval.workflow.timing import timestamp

_CHILD = re.compile(r"^(?P<run>me[a-z2-7]{16})-j(?P<job>\d+)-")

_ENDS = {"ABORTED": RunStatus.STOPPED}
_NAMES = {
    "ABORTED": ("RunStopped", "Somebody stopped the execution."),
    "TIMED_OUT": ("RunTimedOut", "The execution ran into its time limit."),
    "FAILED": ("ExecutionFailed", "The execution failed outside of its steps; see its history."),
}


def reap(event: StatusChange, services: Services) -> int:
    """Clean up after an execution of either machine; how many jobs of the service were stopped."""
    child = _CHILD.match(event.name)
    if child:
        return _reap_job(child["run"], int(child["job"]), event, services)
    # A run that was stopped before its first step had stored it is stored here, as ended: that
    # step may still be under way, and must not open it.
    run = services.store.create_run(
        Run(
            run_id=derived_run_id(event.execution_arn, event.start_date),
            suite=UNKNOWN_SUITE,
            execution_arn=event.execution_arn,
            started_at=timestamp(event.start_date / 1000),
        )
    )
    return end_run(run, event.status, services)


def _reap_job(run_id: str, number: int, event: StatusChange, services: Services) -> int:
    try:
        run = services.store.run(run_id)
        job = services.store.job(run_id, number)
    except RunNotFound:
        return 0  # deleted meanwhile
    if job.execution_arn not in (None, event.execution_arn):
        return 0  # an earlier try at the nested start; the job has another execution now
    return int(end_job(run, job, event.status, services))


def end_run(run: Run, status: str, services: Services) -> int:
    """Mark the run first, so that no step starts another job; then stop what there is."""
    name, message = _NAMES.get(status, _NAMES["FAILED"])
    services.store.close_run(
        run.run_id,
        _ENDS.get(status, RunStatus.FAILED),
        error=Failure(name=name, message=message).to_item(),
        endedAt=timestamp(services.now()),
    )
    stopped = 0
    for job in services.store.jobs(run.run_id):
        if job.execution_arn and not job.status.ended:
            services.executions.stop(job.execution_arn, cause=f"Run {run.run_id} has ended.")
        stopped += end_job(run, job, status, services)
    return stopped


def end_job(run: Run, job: Job, status: str, services: Services) -> bool:
    """Mark a job that has not ended, and stop the service's job; whether one was running."""
    name, message = _NAMES.get(status, _NAMES["FAILED"])
    services.store.update_job(
        job.run_id,
        job.job,
        status=JobStatus.STOPPED if status == "ABORTED" else JobStatus.FAILED,
        error=Failure(name=name, message=message).to_item(),
        endedAt=timestamp(services.now()),
    )
    # Read again: the name may have been stored since this job was read.
    return stop_service_job(run, services.store.job(job.run_id, job.job), services)
