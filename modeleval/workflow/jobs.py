"""The steps of one job: start or adopt, look, collect, and fail."""

from __future__ import annotations

import random
from typing import Literal, NamedTuple

from modeleval.errors import (
    ConcurrencyReached,
    JobFailed,
    JobStopped,
    JobTimedOut,
    RunClosed,
    TransientServiceError,
)
from modeleval.ids import job_name
from modeleval.kinds.protocol import JobState
from modeleval.services import Services
from modeleval.store.items import Failure, Job, JobStatus, Run
from modeleval.workflow.events import JobEvent
from modeleval.workflow.failures import failure_of
from modeleval.workflow.load import context_of, kind_of, open_run
from modeleval.workflow.queueing import leave_queue, place_of, wait_in_turn
from modeleval.workflow.score_files import write_scores
from modeleval.workflow.timing import poll_seconds, retry_seconds, seconds_of, timestamp


class Wait(NamedTuple):
    """What the state machine does next, and after how many seconds."""

    status: Literal["queued", "running", "done"]
    seconds: int = 0


def _open_job(event: JobEvent, services: Services) -> tuple[Run, Job]:
    """The job and its run; raises RunClosed if either has ended."""
    run = open_run(event.run_id, services)
    job = services.store.job(event.run_id, event.job)
    if job.status.ended:
        raise _closed(job)
    return run, job


def _closed(job: Job) -> RunClosed:
    return RunClosed(
        f"Job {job.job} of run {job.run_id} has ended as {job.status}", action="Nothing to do."
    )


def start_job(event: JobEvent, services: Services) -> Wait:
    """Ask the service for the job. A step that runs twice, or lost its answer, starts one job.

    The name, and with it the attempt, is stored before the service is called: a reaper finds the
    job by it even if its ARN was never stored.
    """
    run, job = _open_job(event, services)
    if job.job_arn is not None:
        return Wait("running", poll_seconds(0))
    now = services.now()
    asked_at = job.asked_at or timestamp(now)
    _check_deadline(job, asked_at, now)
    place = place_of(job, asked_at, now, services)
    asked = {"askedAt": asked_at, "executionArn": event.execution_arn}
    # One whose last question was not answered may be running: it has to be looked for.
    if place.ahead and job.status is not JobStatus.STARTING:
        _store(job, services, status=JobStatus.QUEUED, **asked)
        return Wait("queued", wait_in_turn(job, asked_at, place, now, services))
    _store(job, services, status=JobStatus.STARTING, jobName=job_name(job.ref), **asked)
    context = context_of(run, job, services)
    try:
        arn = kind_of(job).start(context)
    except ConcurrencyReached:
        _store(job, services, status=JobStatus.QUEUED)
        return Wait("queued", wait_in_turn(job, asked_at, place, now, services))
    except TransientServiceError:
        # No answer: asked again until the deadline, and in nobody's way until then.
        leave_queue(job, asked_at, services)
        return Wait("queued", retry_seconds(job.deadline_seconds, random.Random()))
    started = {"status": JobStatus.RUNNING, "jobArn": arn, "startedAt": timestamp(services.now())}
    if not services.store.update_job(job.run_id, job.job, **started):
        # Stopped between our question and the service's answer: the job must not be paid for.
        kind_of(job).stop(context, arn)
        raise _closed(job)
    if job.status is JobStatus.QUEUED:
        leave_queue(job, asked_at, services)
    return Wait("running", poll_seconds(0))


def _store(job: Job, services: Services, **fields: object) -> None:
    if not services.store.update_job(job.run_id, job.job, **fields):
        raise _closed(job)


def _check_deadline(job: Job, asked_at: str, now: float) -> None:
    age = now - seconds_of(asked_at)
    if age > job.deadline_seconds:
        raise JobTimedOut(
            f"Job {job.job} did not end within {job.deadline_seconds / 3600:g} hours, "
            "time in the queue included",
            action="Raise deadlineHours (of people: deadlineDays) in the suite, or look at "
            "the job in the console.",
        )


def _never_started(job: Job) -> JobFailed:
    return JobFailed(f"Job {job.job} was never started", action="Start the run again.")


def check_job(event: JobEvent, services: Services) -> Wait:
    """How the job is. Raises JobFailed, JobStopped or JobTimedOut when it will not succeed."""
    run, job = _open_job(event, services)
    if job.asked_at is None:
        raise _never_started(job)
    now = services.now()
    later = Wait("running", poll_seconds(now - seconds_of(job.started_at or job.asked_at)))
    if job.job_arn is None:
        if job.status not in (JobStatus.STARTING, JobStatus.QUEUED):
            raise _never_started(job)
        # It is being asked for once more, since an earlier answer was not stored.
        _check_deadline(job, job.asked_at, now)
        return later
    try:
        progress = kind_of(job).check(context_of(run, job, services), job.job_arn)
    except TransientServiceError:
        # Nobody answered: no reason to give up a job that may be running well.
        _check_deadline(job, job.asked_at, now)
        return later
    if progress.state is JobState.SUCCEEDED:
        return Wait("done")
    if progress.state is JobState.FAILED:
        raise JobFailed(
            f"{job.job_name} failed: {progress.message or 'the service gave no reason'}",
            where=job.job_arn,
            action="See docs/troubleshooting.md.",
        )
    if progress.state is JobState.STOPPED:
        raise JobStopped(
            f"{job.job_name} was stopped outside of modeleval",
            where=job.job_arn,
            action="Start the run again.",
        )
    _check_deadline(job, job.asked_at, now)
    return later


def collect_job(event: JobEvent, services: Services) -> None:
    """Read the output, join it to the index, keep the record scores. Raises OutputUnusable."""
    if services.store.job(event.run_id, event.job).status is JobStatus.SUCCEEDED:
        return  # collected before, and the answer was lost
    run, job = _open_job(event, services)
    _store(job, services, status=JobStatus.COLLECTING)
    collected = kind_of(job).collect(context_of(run, job, services), str(job.job_arn))
    write_scores(job, collected.scores, services, collected.aggregates)
    _store(
        job,
        services,
        status=JobStatus.SUCCEEDED,
        endedAt=timestamp(services.now()),
        warnings=list(collected.warnings),
        **({"agreement": list(collected.agreement)} if collected.agreement else {}),
    )
    for digest in collected.reusable:
        services.store.keep_result(digest, job.run_id, job.job)


def fail_job(event: JobEvent, services: Services) -> Failure:
    """End the job as failed and make sure that the service's job does not go on."""
    failure = failure_of(event.error)
    closed = failure.name == RunClosed.__name__
    run = services.store.run(event.run_id)
    job = services.store.job(event.run_id, event.job)
    end_job(run, job, JobStatus.STOPPED if closed else JobStatus.FAILED, failure, services)
    return failure


def end_job(run: Run, job: Job, status: JobStatus, failure: Failure, services: Services) -> bool:
    """Mark a job that has not ended, then stop the service's job; whether one was running."""
    services.store.update_job(
        job.run_id,
        job.job,
        status=status,
        endedAt=timestamp(services.now()),
        error=failure.to_item(),
    )
    if job.job_arn is None:
        leave_queue(job, job.asked_at, services)
    # Read again: its name or ARN may have been stored since this job was read.
    return _stop_service_job(run, services.store.job(job.run_id, job.job), services)


def _stop_service_job(run: Run, job: Job, services: Services) -> bool:
    """Stop the service's job if the service was ever asked for it; whether it was running."""
    if job.job_name is None or job.status is JobStatus.SUCCEEDED:
        return False
    return kind_of(job).stop(context_of(run, job, services), job.job_arn)
