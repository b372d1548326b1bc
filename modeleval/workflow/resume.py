"""Go on with a run that has ended: run what is missing of it, and nothing else, and score again.

Of a run whose scores are published, and after which nothing else was done, that alone is done.

An execution with the input `{"resume": "<run>"}` works on that run, not on one of its own. The run
keeps its id; its jobs that failed are planned once more, under a higher attempt, which gives them
new names and new places for their output.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, NamedTuple

from pydantic import StringConstraints, ValidationError

from modeleval.documents import Document, Usd, problems
from modeleval.errors import ResumeRefused, RunOpen
from modeleval.ids import RUN_ID
from modeleval.kinds.registry import KINDS
from modeleval.services import Services
from modeleval.store.items import PHASES, Job, JobStatus, Run
from modeleval.workflow.events import ExecutionEvent
from modeleval.workflow.kept_suite import suite_of
from modeleval.workflow.left_over import Left, left_over
from modeleval.workflow.monthly import reserve_usd
from modeleval.workflow.reap import end_if_closed, end_run
from modeleval.workflow.resume_cost import check_resume_budget, estimated_usd, missing_usd
from modeleval.workflow.timing import timestamp

_COLLECT, _JOBS = "collect", "jobs"
"""The phases in which a run is opened again. One that has no jobs yet has responses to collect."""


class ResumeInput(Document):
    """The input of an execution that resumes a run. max_usd: a new budget for the whole run."""

    resume: Annotated[str, StringConstraints(pattern=rf"^{RUN_ID}$")]
    max_usd: Usd | None = None


class Resumable(NamedTuple):
    """A run that may be resumed, all its jobs, and those that are missing.

    left: no job is missing, and these steps after the publication are.
    """

    run: Run
    jobs: Sequence[Job]
    missing: Sequence[Job]
    left: Sequence[Left] = ()


class Resumed(NamedTuple):
    """The run, its attempt, and the numbers of the jobs that are to be run, the long ones apart.

    batches: of scenarios, of a run that has not collected all; then there are no jobs yet.
    """

    run_id: str
    attempt: int
    jobs: list[int]
    long_jobs: list[int]
    batches: Sequence[int] = ()


def resume_run(event: ExecutionEvent, services: Services) -> Resumed:
    """Open the run again and plan its missing jobs once more; done again, it changes nothing.

    Raises as `resumable` does, and then the run stays as it is; RunClosed, with the run ended, if
    the execution has ended meanwhile.
    """
    asked = _parsed(event.input)
    services.resumes.keep_resuming(event.run_id, asked.resume)
    run = services.store.run(asked.resume)
    if run.execution_arn != event.execution_arn or run.status.ended:
        found = resumable(asked.resume, services, max_usd=asked.max_usd)
        if found.left:
            return _after_the_scores(found.run, event, services)
        _reopen(found, event, asked, services)
        run = services.store.run(asked.resume)
    services.telling.tell_again(run.run_id)
    resumed = _plan_again(run, services)
    _check_goes_on(run.run_id, event, services)
    return resumed


def _after_the_scores(run: Run, event: ExecutionEvent, services: Services) -> Resumed:
    """Hand the run to this execution, which has no job to run: the scores stay published. What is
    told of the run says more than before, so it is told again."""
    resumed_as = [*run.resumed_as, event.run_id]
    handed = run.execution_arn == event.execution_arn or services.resumes.hand_over(
        run, executionArn=event.execution_arn, resumedAs=resumed_as
    )
    if not handed:
        raise _resumed_by_another(run.run_id)
    services.telling.tell_again(run.run_id)
    return Resumed(run.run_id, run.attempt, [], [])


def _check_goes_on(run_id: str, event: ExecutionEvent, services: Services) -> None:
    """Whoever ended the execution may not have seen that it had opened the run."""
    ended_as = services.resumes.resuming_ended(event.run_id)
    if ended_as is not None:
        end_run(services.store.run(run_id), ended_as, services)
    end_if_closed(run_id, services)


def _plan_again(run: Run, services: Services) -> Resumed:
    """Plan what is missing for the run's attempt."""
    if run.phase == _COLLECT:
        batches = services.store.batches(run.run_id)
        for batch in batches:
            services.resumes.collect_again(run.run_id, batch.batch, run.attempt)
        return Resumed(run.run_id, run.attempt, [], [], [one.batch for one in batches])
    for job in services.store.jobs(run.run_id):
        services.resumes.plan_again(run.run_id, job.job, run.attempt)
    jobs = [one for one in services.store.jobs(run.run_id) if one.attempt == run.attempt]
    return Resumed(
        run.run_id,
        run.attempt,
        [job.job for job in jobs if not job.long],
        [job.job for job in jobs if job.long],
    )


def _parsed(given: object) -> ResumeInput:
    try:
        return ResumeInput.model_validate(given)
    except ValidationError as error:
        raise ResumeRefused(
            "; ".join(problems(error, ResumeInput)),
            where="input",
            action='Start with {"resume": "<run>"}, and perhaps maxUsd; a run keeps its suite.',
        ) from None


def resumable(run_id: str, services: Services, *, max_usd: Decimal | None = None) -> Resumable:
    """Check that a run may be resumed, and that what is missing may be paid for.

    Raises RunNotFound; RunOpen while it goes on; ResumeRefused if nothing is missing or others rest
    on its scores; ObjectMissing if its files have expired; BudgetExceeded, PriceUnknown or
    JobQuotaExhausted.
    """
    run = services.store.run(run_id)
    _check_ended(run)
    jobs = services.store.jobs(run_id)
    missing = [job for job in jobs if job.status is not JobStatus.SUCCEEDED]
    if not missing and (left := left_over(run)):
        suite_of(run, services)
        return Resumable(run, jobs, missing, left)
    _check_untouched(run)
    if any(not job.status.ended for job in jobs):
        raise RunOpen(
            f"The jobs of run {run_id} are still being stopped",
            action="Try again in some minutes.",
        )
    if not missing and run.completed:
        raise _nothing_missing(run)
    suite_of(run, services)
    check_resume_budget(run, jobs, missing, max_usd)
    bedrock = sum(KINDS[job.kind].bedrock_terms for job in missing)
    if bedrock:
        services.evaluation_jobs.check_room(bedrock)
    return Resumable(run, jobs, missing)


def _nothing_missing(run: Run) -> ResumeRefused:
    """Responses that could not be collected have no jobs, which alone are run again."""
    lost = [one.name for one in run.evaluations if one.error is not None]
    action = "Start its suite again for another run."
    if lost:
        return ResumeRefused(
            f"No job of run {run.run_id} is missing; what is, are the responses of "
            f"{', '.join(lost)}, which could not be collected",
            action=action,
        )
    return ResumeRefused(f"Nothing of run {run.run_id} is missing", action=action)


def _check_ended(run: Run) -> None:
    if not run.status.ended:
        raise RunOpen(
            f"Run {run.run_id} still goes on",
            action=f"`modeleval show {run.run_id}` shows it; resume it once it has ended.",
        )
    if PHASES.index(run.phase) < PHASES.index(_COLLECT):
        raise ResumeRefused(
            f"Run {run.run_id} ended before its jobs were started",
            where=f"phase {run.phase}",
            action="Mend what it was refused for, and start its suite again.",
        )


def _check_untouched(run: Run) -> None:
    """What others rest on stays as it is."""
    if run.kept_because is not None:
        raise ResumeRefused(
            f"Run {run.run_id} is kept, because {run.kept_because}: its scores must stay",
            action="Start its suite again for another run.",
        )
    if run.decision is not None:
        raise ResumeRefused(
            f"A person has decided on run {run.run_id}: its scores must stay",
            action="Start its suite again for another run.",
        )


def _reopen(
    found: Resumable, event: ExecutionEvent, asked: ResumeInput, services: Services
) -> None:
    run, budget = found.run, {}
    if asked.max_usd is not None:
        budget = {"maxUsd": asked.max_usd, "budgetField": "maxUsd of the resume"}
    needed = missing_usd(run, found.jobs, found.missing) or Decimal(0)
    reserve_usd(run.model_copy(update={"attempt": run.attempt + 1}), needed, services)
    opened = services.resumes.reopen(
        run,
        phase=_JOBS if found.jobs else _COLLECT,
        executionArn=event.execution_arn,
        attempt=run.attempt + 1,
        attempts=[*run.attempts, _attempt(found, services)],
        resumedAs=[*run.resumed_as, event.run_id],
        **budget,
    )
    if not opened:
        raise _resumed_by_another(run.run_id)


def _resumed_by_another(run_id: str) -> RunOpen:
    return RunOpen(
        f"Run {run_id} is resumed by another execution",
        action=f"`modeleval show {run_id}` shows it.",
    )


def _attempt(found: Resumable, services: Services) -> dict[str, Any]:
    """What is kept of the attempt that has ended."""
    run = found.run
    asked = [job for job in found.jobs if job.attempt == run.attempt and job.job_name is not None]
    usd = estimated_usd(run, found.jobs, asked)
    kept = {
        "attempt": run.attempt,
        "executionArn": run.execution_arn,
        "endedAt": run.ended_at or timestamp(services.now()),
        "status": str(run.status),
        "missingJobs": len(found.missing),
        "usd": None if usd is None else str(usd),
    }
    return {name: value for name, value in kept.items() if value is not None}
