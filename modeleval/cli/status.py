"""`modeleval status`: where a run is, step by step and job by job, and what went wrong."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, NamedTuple

import typer
from rich.console import Console
from rich.table import Table

from modeleval.cli.collected import batch_lines
from modeleval.cli.console import make_console, plain, prose
from modeleval.cli.documents import run_document
from modeleval.cli.durations import said
from modeleval.cli.exit_codes import EXIT_CODES
from modeleval.cli.left_over import undone_lines
from modeleval.cli.options import DEFAULT_STACK, JsonOption, StackOption, print_json
from modeleval.cli.stack import Deployment
from modeleval.cli.start import MANY, state_counts
from modeleval.services import Services
from modeleval.store.batches import Batch
from modeleval.store.items import Job, JobStatus, Run
from modeleval.workflow.left_over import Left, left_undone
from modeleval.workflow.steps import Step, steps_of
from modeleval.workflow.timing import seconds_of, timestamp

_NAMED = 10
"""Jobs that are named by number beside the error that they have in common."""
_COLOURS = {
    JobStatus.RUNNING: "cyan",
    JobStatus.SUCCEEDED: "green",
    JobStatus.FAILED: "red",
    JobStatus.STOPPED: "yellow",
}


class Standing(NamedTuple):
    """A run, its steps (none if Step Functions has forgotten the execution), its jobs, the batches
    of scenarios whose responses it collects, and what its execution left undone.
    """

    run: Run
    steps: list[Step]
    jobs: list[Job]
    batches: Sequence[Batch] = ()
    left: Sequence[Left] = ()


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(epilog=EXIT_CODES)
    def status(
        run_id: Annotated[str, typer.Argument(metavar="RUN")],
        stack: StackOption = DEFAULT_STACK,
        as_json: JsonOption = False,
    ) -> None:
        """Show where a run is: its steps, its jobs, how long each took, and what went wrong."""
        standing = standing_of(run_id, Deployment(stack).services)
        now = time.time()
        if as_json:
            print_json(standing_document(standing, now))
        else:
            show_standing(make_console(), standing, now)


def standing_of(run_id: str, services: Services) -> Standing:
    """Raises RunNotFound."""
    run = services.store.run(run_id)
    steps = steps_of(services.executions.history(run.execution_arn))
    batches = services.store.batches(run_id) if run.collecting else []
    left = left_undone(run, services)
    return Standing(run, steps, services.store.jobs(run_id), batches, left)


def job_seconds(job: Job, now: float) -> float | None:
    """How long a job took or has been going on since it was first asked for, its queue included."""
    if job.asked_at is None:
        return None
    end = now if job.ended_at is None else seconds_of(job.ended_at)
    return end - seconds_of(job.asked_at)


def standing_document(standing: Standing, now: float) -> dict[str, Any]:
    """The same as `show_standing` says, for `print_json`."""
    moment = _moment(standing.run, now)
    return {
        "run": run_document(standing.run),
        "steps": [
            {
                "name": step.name,
                "startedAt": timestamp(step.began.timestamp()),
                "endedAt": timestamp(step.ended.timestamp()) if step.ended else None,
                "seconds": round(step.seconds(moment), 3),
                "times": step.times,
                "errors": list(step.errors),
            }
            for step in standing.steps
        ],
        "jobs": [_job_document(job, now) for job in standing.jobs],
        "batches": [_batch_document(batch) for batch in standing.batches],
        "left": [str(one) for one in standing.left],
    }


def _batch_document(batch: Batch) -> dict[str, Any]:
    return {
        "batch": batch.batch,
        "scenarios": batch.scenarios,
        "status": batch.status,
        "counts": batch.counts,
        "error": None if batch.error is None else batch.error.model_dump(by_alias=True),
    }


def _job_document(job: Job, now: float) -> dict[str, Any]:
    seconds = job_seconds(job, now)
    return {
        "job": job.job,
        "evaluation": job.evaluation_name,
        "kind": job.kind,
        "status": job.status,
        "attempt": job.attempt,
        "jobName": job.job_name,
        "jobArn": job.job_arn,
        "executionArn": job.execution_arn,
        "askedAt": job.asked_at,
        "startedAt": job.started_at,
        "endedAt": job.ended_at,
        "seconds": None if seconds is None else round(seconds, 3),
        "warnings": list(job.warnings),
        "error": None if job.error is None else job.error.model_dump(by_alias=True),
    }


def show_standing(console: Console, standing: Standing, now: float) -> None:
    """The run in a line, its steps, its jobs, and each failure with what to do."""
    run = standing.run
    took = said(_moment(run, now).timestamp() - seconds_of(run.started_at))
    where = "" if run.status.ended else f", in phase {run.phase}"
    console.print(
        f"[bold]Run {run.run_id}[/bold]: suite {plain(run.suite)}, {run.status}{where}, {took}",
        soft_wrap=True,
        highlight=False,
    )
    console.print(f"Execution: {run.execution_arn}", soft_wrap=True, highlight=False)
    if standing.steps:
        console.print(_steps_table(standing.steps, run, _moment(run, now)))
    else:
        console.print("Its steps are not known any more: Step Functions forgets after 90 days.")
    for line in batch_lines(standing.batches):
        console.print(prose(line), soft_wrap=True, highlight=False)
    if standing.jobs:
        console.print(_jobs_table(standing.jobs, now))
    for line in _job_lines(standing.jobs):
        console.print(line, soft_wrap=True, highlight=False)
    for line in (*_failures(standing), *undone_lines(run, standing.left)):
        console.print(line, soft_wrap=True, highlight=False)


def _moment(run: Run, now: float) -> datetime:
    """Until when what has no end of its own went on: now, or until the run ended."""
    return datetime.fromtimestamp(seconds_of(run.ended_at) if run.ended_at else now, UTC)


def _steps_table(steps: Iterable[Step], run: Run, moment: datetime) -> Table:
    table = Table("Step", "Began (UTC)", "Took", "It is", title="Steps", title_justify="left")
    unfinished = "[yellow]not finished[/yellow]" if run.status.ended else "[cyan]going on[/cyan]"
    for step in steps:
        state = "[green]done[/green]" if step.ended else unfinished
        tries = Counter(step.errors)
        failed = ", ".join(f"{count} x {plain(name)}" for name, count in tries.items())
        name = step.name if step.times == 1 else f"{step.name} ({step.times} times)"
        began = step.began.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        state = f"{state}; failed: {failed}" if failed else state
        table.add_row(plain(name), began, said(step.seconds(moment)), state)
    return table


def coloured_status(status: JobStatus) -> str:
    colour = _COLOURS.get(status)
    return f"[{colour}]{status}[/{colour}]" if colour else str(status)


def _jobs_table(jobs: Sequence[Job], now: float) -> Table:
    table = Table(title="Jobs", title_justify="left")
    for heading in ("Job", "Evaluation", "State", "Took", "Attempt", "Name"):
        table.add_column(heading, overflow="fold")
    for job in _shown(jobs):
        seconds = job_seconds(job, now)
        table.add_row(
            str(job.job),
            plain(job.evaluation_name),
            coloured_status(job.status),
            "" if seconds is None else said(seconds),
            str(job.attempt),
            plain(job.job_name or ""),
        )
    return table


def _shown(jobs: Sequence[Job]) -> Sequence[Job]:
    """All of a few; of many those that are under way or went wrong."""
    if len(jobs) <= MANY:
        return jobs
    quiet = (JobStatus.SUCCEEDED, JobStatus.PLANNED)
    return [job for job in jobs if job.status not in quiet][:MANY]


def _job_lines(jobs: Sequence[Job]) -> Iterator[str]:
    """How many are not shown; the ARNs, each on a line of its own so that it can be copied."""
    shown = _shown(jobs)
    if len(shown) < len(jobs):
        yield f"{len(shown)} of {len(jobs):,} jobs are shown: {state_counts(jobs)}"
    for job in shown:
        if job.job_arn is not None:
            yield f"  job {job.job}: {plain(job.job_arn)}"


def _failures(standing: Standing) -> Iterator[str]:
    """Each error once, with the jobs that it stopped."""
    told: dict[tuple[str, str], list[int]] = {}
    for job in standing.jobs:
        if job.error is not None:
            told.setdefault((job.error.name, job.error.message), []).append(job.job)
    for (name, message), numbers in told.items():
        what = "Job" if len(numbers) == 1 else "Jobs"
        jobs = ", ".join(map(str, numbers[:_NAMED])) + (" ..." if numbers[_NAMED:] else "")
        yield f"[red]{what} {jobs}: {plain(name)}[/red]: {prose(message)}"
    error = standing.run.error
    if error is not None and (error.name, error.message) not in told:
        yield f"[red]Run: {plain(error.name)}[/red]: {prose(error.message)}"
