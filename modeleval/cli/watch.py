"""A run as it goes on: a table that is kept up to date on a terminal, lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence

import typer
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.prompt import Prompt
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from modeleval.artifacts import record_scores_key
from modeleval.cli.collected import standing_words
from modeleval.cli.console import plain
from modeleval.cli.durations import said
from modeleval.cli.exit_codes import ExitCode
from modeleval.cli.stack import Deployment
from modeleval.cli.start import MANY, Look, Started, Step, follow, looks, remarks, state_counts
from modeleval.cli.status import coloured_status, job_seconds
from modeleval.cli.stop import stop_and_tell
from modeleval.objects import ObjectMissing
from modeleval.scores.records import read_record_scores
from modeleval.services import Services
from modeleval.store.items import Job, JobStatus
from modeleval.workflow.durations import Expected, duration_words, expected_seconds
from modeleval.workflow.timing import seconds_of

_PER_SECOND = 2


def attend(
    console: Console,
    deployment: Deployment,
    started: Started,
    *,
    watch: bool | None,
    to_the_end: bool,
) -> None:
    """Tell how a run goes until it has ended; raises typer.Exit on an interrupt.

    `watch` None: on a terminal. Off one there is nothing to keep up to date, whatever was asked.
    """
    live = console.is_terminal and watch is not False
    try:
        if live:
            watch_run(console, deployment, started, to_the_end=to_the_end)
        else:
            for step in follow(deployment, started, to_the_end=to_the_end):
                console.print(f"  {plain(step.what)}: {plain(step.status)}")
    except KeyboardInterrupt:
        _interrupted(console, deployment, started)
        raise typer.Exit(ExitCode.INTERRUPTED) from None


def _interrupted(console: Console, deployment: Deployment, started: Started) -> None:
    """Ask whether to stop what is paid for. A second interrupt, or no answer, leaves it running."""
    if console.is_terminal and sys.stdin.isatty():
        try:
            answer = Prompt.ask(
                f"\nRun {started.run_id} goes on, and costs. Stop it and its jobs, or leave it "
                "running?",
                choices=["stop", "leave"],
                default="leave",
                console=console,
            )
            if answer == "stop":
                stop_and_tell(console, started.run_id, started.execution_arn, deployment.services)
                return
        except (KeyboardInterrupt, EOFError):
            console.print()
    console.print(
        f"Run {started.run_id} goes on, and costs. `modeleval status {started.run_id}` shows it; "
        f"`modeleval stop {started.run_id}` stops it and its jobs.",
        soft_wrap=True,
    )


def watch_run(
    console: Console,
    deployment: Deployment,
    started: Started,
    *,
    to_the_end: bool,
    clock: Callable[[], float] = time.time,
) -> None:
    """Keep a table of the jobs up to date until the run has ended; remarks stand above it."""
    view = View(deployment.services, clock)
    told: set[Step] = set()
    with Live(
        get_renderable=view.render,
        console=console,
        refresh_per_second=_PER_SECOND,
        vertical_overflow="visible",
    ):
        for look in looks(deployment, started, to_the_end=to_the_end):
            view.update(look)
            for remark in remarks(look.run, look.jobs):
                if remark not in told:
                    told.add(remark)
                    console.print(f"{plain(remark.what)}: {plain(remark.status)}")


class View:
    """What is seen of a run: its phase, how long it will take, and its jobs."""

    def __init__(self, services: Services, clock: Callable[[], float] = time.time) -> None:
        self._services = services
        self._clock = clock
        self._look: Look | None = None
        self._expected: Expected | None = None
        self._estimated = False
        self._records: dict[tuple[int, int], str] = {}
        self._collecting: str | None = None

    def update(self, look: Look) -> None:
        """Take what was looked at. The estimate is made once, when the jobs are planned."""
        self._look = look
        self._collecting = standing_words(look.run, self._services)
        if look.jobs and not self._estimated:
            self._estimated = True
            self._expected = expected_seconds(self._services.store, look.run, look.jobs)
        if len(look.jobs) <= MANY:
            for job in look.jobs:
                self._count(job)

    def _count(self, job: Job) -> None:
        """Records that have a score, once the job's scores are stored: it has none before."""
        if job.status is JobStatus.SUCCEEDED and (job.job, job.attempt) not in self._records:
            self._records[job.job, job.attempt] = scored_records(job, self._services)

    def render(self) -> RenderableType:
        if self._look is None:
            return Spinner("dots", "The run is being prepared")
        run, jobs = self._look
        now = self._clock()
        lines: list[RenderableType] = []
        if jobs:
            lines.append(self._table(jobs, now) if len(jobs) <= MANY else _counts(jobs))
        age = now - seconds_of(run.started_at)
        if run.status.ended:
            return Group(*lines, Text(f"Run {run.run_id}: {run.status}, {said(age)}"))
        phase = f"{run.phase} ({self._collecting})" if self._collecting else run.phase
        lines.append(Spinner("dots", Text(f"Run {run.run_id}: {phase}, {said(age)}")))
        if self._expected is not None:
            lines.append(Text(f"  {remaining(self._expected, age)}"))
        return Group(*lines)

    def _table(self, jobs: Sequence[Job], now: float) -> Table:
        table = Table()
        for heading in ("Job", "Evaluation", "State"):
            table.add_column(heading, no_wrap=heading != "Evaluation")
        table.add_column("For", justify="right", no_wrap=True)
        table.add_column("Records scored", justify="right")
        for job in jobs:
            seconds = job_seconds(job, now)
            table.add_row(
                str(job.job),
                plain(job.evaluation_name),
                coloured_status(job.status),
                "" if seconds is None else said(seconds),
                self._records.get((job.job, job.attempt), ""),
            )
        return table


def _counts(jobs: Sequence[Job]) -> Text:
    """Of many jobs how many are in each state."""
    return Text(f"{len(jobs):,} jobs: {state_counts(jobs)}")


def scored_records(job: Job, services: Services) -> str:
    """`38 of 40`: records with at least one score; empty where a job has no record scores."""
    every: set[str] = set()
    scored: set[str] = set()
    try:
        lines = services.objects.lines(record_scores_key(job.run_id, job.job))
        for score in read_record_scores(lines):
            every.add(score.key)
            if not score.unscored:
                scored.add(score.key)
    except ObjectMissing:
        return ""
    return f"{len(scored):,} of {len(every):,}" if every else ""


def remaining(expected: Expected, age: float) -> str:
    """How much longer a run may take, in seconds since its start; honest where it took longer."""
    if age >= expected.high:
        return f"longer than expected ({expected.words}; {expected.basis})"
    until = duration_words(expected.high - age)
    if age >= expected.low:
        return f"up to {until} more ({expected.basis})"
    return f"{duration_words(expected.low - age)} to {until} more ({expected.basis})"
