"""A run that was stopped, failed or timed out leaves no paid job.

Catch does not run on an abort, and Step Functions stops the children of an aborted parent at best:
this is what makes sure.
"""

from __future__ import annotations

import re

from modeleval.errors import RunNotFound, TransientServiceError
from modeleval.ids import RUN_ID, JobRef
from modeleval.ids import run_id as derived_run_id
from modeleval.services import Services
from modeleval.store.items import UNKNOWN_SUITE, Failure, Job, JobStatus, Run, RunStatus
from modeleval.workflow.events import StatusChange
from modeleval.workflow.jobs import end_job
from modeleval.workflow.load import open_run, run_of
from modeleval.workflow.monthly import settle_month
from modeleval.workflow.tell import tell_run
from modeleval.workflow.timing import timestamp

_CHILD = re.compile(rf"^(?P<run>{RUN_ID})-j(?P<job>\d+)-a(?P<attempt>\d+)-")

_NAMES = {
    "ABORTED": ("RunStopped", "Somebody stopped the execution."),
    "TIMED_OUT": ("RunTimedOut", "The execution ran into its time limit."),
    "FAILED": ("ExecutionFailed", "The execution failed outside of its steps; see its history."),
}


def reap(event: StatusChange, services: Services) -> int:
    """Clean up after an execution of either machine; how many jobs of the service were stopped."""
    child = _CHILD.match(event.name)
    if child:
        ref = JobRef(child["run"], int(child["job"]), int(child["attempt"]))
        return _reap_job(ref, event, services)
    own_id = derived_run_id(event.execution_arn, event.start_date)
    if event.resumes or services.resumes.resumed_by(own_id) is not None:
        return _reap_resuming(own_id, event, services)
    # A run that was stopped before its first step had stored it is stored here, as ended: that
    # step may still be under way, and must not open it.
    run = services.store.create_run(
        Run(
            run_id=own_id,
            suite=UNKNOWN_SUITE,
            execution_arn=event.execution_arn,
            started_at=timestamp(event.start_date / 1000),
        )
    )
    if run.execution_arn != event.execution_arn:
        return 0  # the run has been resumed, and goes on in another execution
    return end_and_tell(run, event.status, services)


def _reap_resuming(own_id: str, event: StatusChange, services: Services) -> int:
    """Note it first: the step that opens the run looks for the note after that, and ends it."""
    services.resumes.end_resuming(own_id, event.status)
    run_id = run_of(own_id, event.execution_arn, services)
    if run_id in (None, own_id):
        return 0  # it was not allowed to resume a run, or has not opened it yet
    return end_and_tell(services.store.run(run_id), event.status, services)


def end_and_tell(run: Run, status: str, services: Services) -> int:
    """End a run as `end_run` does, and tell of it, unless it was told of by its own last step."""
    try:
        return end_run(run, status, services)
    finally:
        tell_run(run.run_id, services)


def _reap_job(ref: JobRef, event: StatusChange, services: Services) -> int:
    try:
        run = services.store.run(ref.run_id)
        job = services.store.job(ref.run_id, ref.job)
    except RunNotFound:
        return 0  # deleted meanwhile
    if job.attempt != ref.attempt or job.execution_arn not in (None, event.execution_arn):
        return 0  # an earlier try at the nested start; the job has another execution now
    return int(end_dead_job(run, job, event.status, services))


def end_run(run: Run, status: str, services: Services) -> int:
    """Mark the run first, so that no step starts another job; then stop what there is.

    Raises TransientServiceError at the end if something could not be stopped yet.
    """
    services.store.close_run(
        run.run_id,
        RunStatus.STOPPED if status == "ABORTED" else RunStatus.FAILED,
        error=_failure(status).to_item(),
        endedAt=timestamp(services.now()),
    )
    stopped, kept = 0, None
    for job in services.store.jobs(run.run_id):
        if job.status is JobStatus.SUCCEEDED:
            continue
        try:
            if job.execution_arn and not job.status.ended:
                services.executions.stop(job.execution_arn, cause=f"Run {run.run_id} has ended.")
            stopped += end_dead_job(run, job, status, services)
        except TransientServiceError as error:
            kept = error  # one that cannot be stopped yet must not keep the others running
    settle_month(run, services)
    if kept:
        raise kept
    return stopped


def end_if_closed(run_id: str, services: Services) -> None:
    """For a step that has planned jobs: whoever ended the run meanwhile may not have seen them.

    Raises RunClosed for a run that has ended, and then its jobs have, too.
    """
    run = services.store.run(run_id)
    if run.status.ended:
        end_run(run, "ABORTED", services)
        open_run(run_id, services)


def end_dead_job(run: Run, job: Job, status: str, services: Services) -> bool:
    """End a job whose execution ended badly, as its status says; whether the service ran it."""
    ended_as = JobStatus.STOPPED if status == "ABORTED" else JobStatus.FAILED
    return end_job(run, job, ended_as, _failure(status), services)


def _failure(status: str) -> Failure:
    name, message = _NAMES.get(status, _NAMES["FAILED"])
    return Failure(name=name, message=message)
