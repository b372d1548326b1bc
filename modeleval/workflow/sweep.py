"""Once an hour: what a lost event did not do, and what must not pile up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from modeleval.bedrock.evaluation_jobs import JobSummary
from modeleval.errors import RunNotFound
from modeleval.ids import JobRef, name_prefix, parse_job_name
from modeleval.services import Services
from modeleval.store.items import Run, RunStatus
from modeleval.workflow.reap import end_run

_GOING_ON = frozenset({"RUNNING", "PENDING_REDRIVE"})


class Swept(NamedTuple):
    """How many runs were closed, stray jobs stopped, and old jobs deleted."""

    runs: int
    stopped: int
    deleted: int


def sweep(services: Services) -> Swept:
    return Swept(_close_dead_runs(services), _stop_strays(services), _delete_old(services))


def _close_dead_runs(services: Services) -> int:
    """Runs that are open in the table and whose execution has ended."""
    closed = 0
    for run in list(services.store.open_runs()):
        status = services.executions.status(run.execution_arn)
        if status not in _GOING_ON:
            end_run(run, status or "FAILED", services)
            closed += 1
    return closed


def _stop_strays(services: Services) -> int:
    """Jobs that run for runs, or attempts, that have ended."""
    running = services.evaluation_jobs.list(statusEquals="InProgress", nameContains=name_prefix())
    stopped = 0
    for job, ref, run in _ours(running, services):
        if run.status is not RunStatus.RUNNING or _job_has_ended(ref, services):
            stopped += services.evaluation_jobs.stop(job.arn)
    return stopped


def _job_has_ended(ref: JobRef, services: Services) -> bool:
    job = services.store.job(ref.run_id, ref.job)
    return job.status.ended or job.attempt != ref.attempt


def _delete_old(services: Services) -> int:
    """Ended jobs older than the setting: an account may hold only so many."""
    age = timedelta(days=services.settings.job_retention_days)
    before = datetime.fromtimestamp(services.now(), UTC) - age
    old = services.evaluation_jobs.ended_before(before, name_prefix())
    doomed = [
        job.arn for job, _, run in _ours(old, services) if run.status is not RunStatus.RUNNING
    ]
    return services.evaluation_jobs.delete(doomed)


def _ours(
    jobs: Iterator[JobSummary], services: Services
) -> Iterator[tuple[JobSummary, JobRef, Run]]:
    """The jobs whose run this stack's table holds: another stack's are not ours to touch."""
    runs: dict[str, Run | None] = {}
    for job in jobs:
        ref = parse_job_name(job.name)
        if ref is None:
            continue
        if ref.run_id not in runs:
            runs[ref.run_id] = _run_or_none(ref.run_id, services)
        run = runs[ref.run_id]
        if run is not None:
            yield job, ref, run


def _run_or_none(run_id: str, services: Services) -> Run | None:
    try:
        return services.store.run(run_id)
    except RunNotFound:
        return None
