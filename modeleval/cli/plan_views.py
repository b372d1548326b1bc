"""A plan for people: the model, a table of jobs, what it costs, how long it takes, what to know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from modeleval.cli.beside import margin_lines
from modeleval.cli.collected import coverage_lines, planned_words
from modeleval.cli.console import plain, rounded_usd, usd_range
from modeleval.cli.plan_document import budget_document
from modeleval.cli.show import base_words
from modeleval.store.items import Run

if TYPE_CHECKING:
    from modeleval.workflow.draft import Draft, DraftJob

_JOBS_SHOWN = 30


def show_plan(console: Console, draft: Draft, files: Mapping[str, Path], bucket: str) -> None:
    """Print the plan; nothing of it is text of a prompt or a response.

    `files`: what was read from the disk in the place of the `bucket`'s, by the name in the suite.
    """

    def tell(text: str) -> None:
        # Not wrapped: what is told may be copied.
        console.print(text, soft_wrap=True, highlight=False)

    for line in _heading(draft.run):
        tell(line)
    if collects := planned_words(draft.run):
        tell(collects)
        for line in coverage_lines(draft.run):
            tell(line)
    else:
        console.print(_jobs_table(draft))
    if len(draft.jobs) > _JOBS_SHOWN:
        tell(f"... and {len(draft.jobs) - _JOBS_SHOWN:,} more; --json has them all")
    for line in (*_cost(draft), *_time(draft), *margin_lines(draft.run), *_warnings(draft.run)):
        tell(line)
    for line in _files(files, bucket):
        tell(line)
    tell("Nothing was started, and nothing is kept.")


def _heading(run: Run) -> Iterator[str]:
    trial = "" if run.sample is None else f", a trial on {run.sample} records"
    yield f"[bold]Plan of the suite {plain(run.suite)}[/bold] ({plain(str(run.origin))}){trial}"
    model = run.resolved_model
    if model is not None:
        yield f"Model: {plain(model['identifier'])}{base_words(model)}"
    baseline = run.baseline or {}
    if baseline.get("runId"):
        yield f"Baseline ({baseline['label']}): run {baseline['runId']}"
    elif why := baseline.get("lost") or baseline.get("missing"):
        yield f"No baseline ({baseline['label']}): {plain(why)}"


def _jobs_table(draft: Draft) -> Table:
    judges = {one.name: one.judge for one in draft.run.evaluations}
    subjects = {one.name: one.subject for one in draft.run.evaluations}
    title = f"{len(draft.jobs):,} job{'' if len(draft.jobs) == 1 else 's'}"
    table = Table(title=title, title_justify="left")
    table.add_column("Job", justify="right", no_wrap=True)
    for heading in ("Evaluation", "Kind", "Of", "Judge"):
        table.add_column(heading)
    table.add_column("Records", justify="right")
    table.add_column("Lines", no_wrap=True)
    table.add_column("Metrics")
    for one in draft.jobs[:_JOBS_SHOWN]:
        name = one.job.evaluation_name
        table.add_row(
            str(one.job.job),
            plain(name),
            f"{one.job.kind}{' (long)' if one.job.long else ''}",
            plain(str(one.job.spec.get("candidate") or subjects[name])),
            plain(judges[name] or ""),
            *_records(one),
            "known by the results" if one.metrics is None else plain(", ".join(one.metrics)),
        )
    return table


def _records(one: DraftJob) -> tuple[str, str]:
    """How many records the job has, and between which lines of its datasets they stand."""
    if not one.parts:
        return "", ""
    lines = [f"{part.first_line:,}-{part.last_line:,}" for part in one.parts]
    return f"{sum(part.records for part in one.parts):,}", ", ".join(lines)


def _cost(draft: Draft) -> Iterator[str]:
    """The estimate per evaluation, with its sum, and in all; `RunEstimate.to_document`."""
    estimate: Mapping[str, Any] = draft.run.estimate or {"usd": None, "evaluations": ()}
    for part in estimate["evaluations"]:
        what = f"{part['evaluation']}, {part['purpose']}"
        yield f"Cost ({plain(what)}): {plain(part['formula'])}"
    for sentence in _assumptions(estimate["evaluations"]):
        yield f"  {plain(sentence)}"
    yield _total(estimate)
    if draft.run.max_usd_per_month is not None:
        yield f"Budget of a month: {draft.run.max_usd_per_month} USD, of all runs of the suite"
    budget = budget_document(draft)
    if budget is not None:
        yield f"Budget: {budget['maxUsd']} USD ({plain(budget['field'])})"


def _assumptions(parts: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(sentence for part in parts for sentence in part["assumptions"]))


def _total(estimate: Mapping[str, Any]) -> str:
    unknown = ", ".join(estimate.get("unknownPrices", ()))
    if unknown:
        return f"[bold]Estimated cost: unknown[/bold], as no price is known for {plain(unknown)}"
    without = "; SageMaker's serverless evaluation is not in it" if _unpriced(estimate) else ""
    if estimate["usd"] is None:
        return "[bold]Estimated cost: no price known[/bold]"
    return f"[bold]Estimated cost: {estimate['usd']} USD[/bold]{_range(estimate)}{without}"


def _range(estimate: Mapping[str, Any]) -> str:
    """What it may come to, what more records would add, and the services around."""
    more = estimate["hundredRecordsUsd"]
    added = f"; 100 more records would add {rounded_usd(more)}" if more else ""
    around = estimate["around"]["usd"]
    return f"{usd_range(estimate)} for the models{added}; the services around about {around} USD"


def _unpriced(estimate: Mapping[str, Any]) -> bool:
    return bool(estimate.get("withoutPrice"))


def _time(draft: Draft) -> Iterator[str]:
    expected = draft.expected
    if expected is None:
        yield "Time: nothing is known of it before"
        return
    yield f"Time: about {expected.words} ({plain(expected.basis)})"


def _warnings(run: Run) -> Iterator[str]:
    for one in run.evaluations:
        for warning in one.warnings:
            yield f"[yellow]Warning[/yellow] ({plain(one.name)}): {plain(warning)}"


def _files(files: Mapping[str, Path], bucket: str) -> Iterator[str]:
    for name, path in files.items():
        key = plain(name.lstrip("./"))
        yield (
            f"[yellow]Before a run[/yellow]: {plain(name)} was read from the disk, which a run "
            f"does not see. Upload it (aws s3 cp {plain(str(path))} s3://{bucket}/{key}) and write "
            f"{key} into the suite."
        )
