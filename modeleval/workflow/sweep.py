"""Once an hour: what a lost event did not do, and what must not pile up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple, TypeVar

from modeleval.bedrock.evaluation_jobs import JobSummary
from modeleval.errors import SweepIncomplete
from modeleval.ids import JobRef, name_prefix, parse_job_name
from modeleval.sagemaker.pipelines import Execution
from modeleval.services import Services
from modeleval.store.items import Job, Run
from modeleval.workflow.gauges import measure_going_on
from modeleval.workflow.reap import end_and_tell, end_dead_job
from modeleval.workflow.tell import tell_run
from modeleval.workflow.timing import seconds_of

J = TypeVar("J", JobSummary, Execution)

_GOING_ON = frozenset({"RUNNING"})
_ENDED_BADLY = frozenset({"FAILED", "ABORTED", "TIMED_OUT"})
_YOUNG_SECONDS = 300
_LATE_SECONDS = 600
"""After which a run's own last step has given up telling."""
_TOLD = 5


class Swept(NamedTuple):
    """How many runs were closed, stray jobs stopped, and old jobs deleted."""

    runs: int
    stopped: int
    deleted: int


def sweep(services: Services) -> Swept:
    """Do all, whatever becomes of one: what costs money first. What ended untold is told, too.

    Raises SweepIncomplete at the end if something went wrong on the way.
    """
    wrong: list[str] = []
    stopped = _guarded(partial(_stop_strays, services, wrong), wrong)
    stopped += _guarded(partial(_stop_stray_executions, services, wrong), wrong)
    closed = _close_dead_runs(services, wrong)
    stopped += _end_dead_jobs(services, wrong)
    _tell_late(services, wrong)
    deleted = _guarded(partial(_delete_old, services), wrong)
    _guarded(partial(measure_going_on, services), wrong)
    if wrong:
        raise SweepIncomplete(
            f"The sweep could not do all: {'; '.join(wrong[:_TOLD])}",
            action="The next one tries again; see the log of this function.",
        )
    return Swept(closed, stopped, deleted)


def _guarded(do: Callable[[], int], wrong: list[str]) -> int:
    """One thing that goes wrong must not keep the others from being done."""
    try:
        return do()
    except Exception as error:  # noqa: BLE001 - it is told, and raised at the end
        wrong.append(f"{type(error).__name__} in {getattr(do, 'func', do).__name__}")
        return 0


def _close_dead_runs(services: Services, wrong: list[str]) -> int:
    """Runs that are open in the table and whose execution has ended."""
    return sum(
        _guarded(partial(_close_if_dead, run, services), wrong)
        for run in list(services.store.open_runs())
    )


def _close_if_dead(run: Run, services: Services) -> int:
    status = services.executions.status(run.execution_arn)
    young = services.now() - seconds_of(run.started_at) < _YOUNG_SECONDS
    if status in _GOING_ON or (status is None and young):
        return 0  # Step Functions may not show a new execution yet
    end_and_tell(run, status or "FAILED", services)
    return 1


def _end_dead_jobs(services: Services, wrong: list[str]) -> int:
    """Jobs of runs that go on whose own executions have ended; how many a service still ran."""
    return sum(
        _guarded(partial(_end_dead_jobs_of, run, services, wrong), wrong)
        for run in list(services.store.open_runs())
    )


def _end_dead_jobs_of(run: Run, services: Services, wrong: list[str]) -> int:
    return sum(
        _guarded(partial(_end_if_dead, run, job, services), wrong)
        for job in services.store.jobs(run.run_id)
        if job.execution_arn is not None and not job.status.ended
    )


def _end_if_dead(run: Run, job: Job, services: Services) -> int:
    status = services.executions.status(str(job.execution_arn))
    if status not in _ENDED_BADLY:
        return 0
    return int(end_dead_job(run, job, status, services))


def _tell_late(services: Services, wrong: list[str]) -> None:
    """Runs that ended while an event bus or a topic did not answer: somebody may wait for them."""
    for run in list(services.store.untold_runs()):
        ended = seconds_of(run.ended_at) if run.ended_at else 0.0
        if services.now() - ended > _LATE_SECONDS:
            _guarded(partial(_tell, run.run_id, services), wrong)


def _tell(run_id: str, services: Services) -> int:
    return len(tell_run(run_id, services))


def _stop_strays(services: Services, wrong: list[str]) -> int:
    """Jobs that run for runs, or attempts, that have ended."""
    running = services.evaluation_jobs.list(statusEquals="InProgress", nameContains=name_prefix())
    return sum(
        _guarded(partial(_stop_stray, job, ref, run, services), wrong)
        for job, ref, run in _ours(list(running), services)
    )


def _stop_stray_executions(services: Services, wrong: list[str]) -> int:
    """The same of SageMaker's executions; the pipelines are this stack's own."""
    return sum(
        _guarded(partial(_stop_stray_execution, execution, ref, run, services), wrong)
        for execution, ref, run in _ours(list(services.pipelines.running()), services)
    )


def _stop_stray_execution(execution: Execution, ref: JobRef, run: Run, services: Services) -> int:
    if not run.status.ended and not _job_has_ended(ref, services):
        return 0
    return int(services.pipelines.stop(execution.arn))


def _stop_stray(job: JobSummary, ref: JobRef, run: Run, services: Services) -> int:
    if not run.status.ended and not _job_has_ended(ref, services):
        return 0
    return int(services.evaluation_jobs.stop(job.arn))


def _job_has_ended(ref: JobRef, services: Services) -> bool:
    job = services.store.job(ref.run_id, ref.job)
    return job.status.ended or job.attempt != ref.attempt


def _delete_old(services: Services) -> int:
    """Ended jobs older than the setting: an account may hold only so many."""
    age = timedelta(days=services.settings.job_retention_days)
    before = datetime.fromtimestamp(services.now(), UTC) - age
    old = services.evaluation_jobs.ended_before(before, name_prefix())
    doomed = [job.arn for job, _, run in _ours(old, services) if run.status.ended]
    return services.evaluation_jobs.delete(doomed)


def _ours(jobs: Iterable[J], services: Services) -> Iterator[tuple[J, JobRef, Run]]:
    """The jobs whose run this stack's table holds: another stack's are not ours to touch."""
    runs: dict[str, Run | None] = {}
    for job in jobs:
        ref = parse_job_name(job.name)
        if ref is None:
            continue
        if ref.run_id not in runs:
            runs[ref.run_id] = services.store.find_run(ref.run_id)
        run = runs[ref.run_id]
        if run is not None:
            yield job, ref, run
