"""What a run came to, as tables: its scores from DynamoDB, its low scores from S3."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from modeleval.artifacts import summary_key
from modeleval.scores.metrics import Direction
from modeleval.services import Services
from modeleval.store.items import Run, Score

_ARROWS = {Direction.HIGHER: "higher", Direction.LOWER: "lower"}
FINDINGS_SHOWN = 5
_EXPLANATION = 160
_PLAIN_WIDTH = 130


def make_console(*, stderr: bool = False) -> Console:
    """As wide as the terminal; where there is none, wide enough for the tables."""
    console = Console(stderr=stderr)
    return console if console.is_terminal else Console(stderr=stderr, width=_PLAIN_WIDTH)


def show_run(console: Console, run: Run, services: Services) -> None:
    """The run's state, and if it was published its scores and lowest records."""
    console.print(
        f"[bold]Run {run.run_id}[/bold]: suite {escape(run.suite)}, {run.status}, "
        f"started {run.started_at}"
    )
    if run.sample is not None:
        console.print(f"A trial on {run.sample} records: no baseline, no promotion, no history.")
    console.print(f"Execution: {run.execution_arn}", soft_wrap=True, highlight=False)
    estimate = (run.estimate or {}).get("usd")
    if estimate is not None:
        console.print(f"Estimated cost: {estimate} USD for the models")
    for evaluation in run.evaluations:
        for warning in evaluation.warnings:
            console.print(f"[yellow]Warning[/yellow] ({evaluation.name}): {escape(warning)}")
    if run.error is not None:
        console.print(f"[red]{run.error.name}[/red]: {escape(run.error.message)}")
    if not run.published:
        console.print("No scores were published.")
        return
    for table in score_tables(run, services.store.scores(run.run_id)):
        console.print(table)
    summary = json.loads(services.objects.read(summary_key(run.run_id)))
    for entry in summary["evaluations"]:
        show_findings(console, entry)


def score_tables(run: Run, scores: Sequence[Score]) -> Iterable[Table]:
    """One table per evaluation: a row per metric, and one per category below it."""
    for evaluation in run.evaluations:
        own = [score for score in scores if score.evaluation == evaluation.name]
        if not own:
            continue
        table = Table(
            title=f"{evaluation.name}: {evaluation.subject}, judged by {evaluation.judge}",
            title_justify="left",
        )
        table.add_column("Metric", no_wrap=True)
        table.add_column("Better")
        for column in ("n", "Mean", "Not applicable", "Unscored"):
            table.add_column(column, justify="right")
        table.add_column("Values (count)")
        for score in own:
            table.add_row(*_row(score), end_section=_is_last(score, own))
        yield table


def _row(score: Score) -> list[str]:
    overall = score.category is None
    name = f"[bold]{score.metric}[/bold]" if overall else f"  {escape(score.category or '')}"
    mean = "-" if score.mean is None else f"{score.mean:.3f}"
    counts, strings = score.value_counts or {}, score.string_counts or {}
    return [
        name,
        _ARROWS[Direction(score.direction)] if overall else "",
        str(score.n),
        mean,
        str(score.not_applicable),
        str(score.unscored),
        "  ".join(
            [
                *(f"{float(value):g} ({count})" for value, count in counts.items()),
                *(f"{escape(text)} ({count})" for text, count in strings.items()),
            ]
        ),
    ]


def _is_last(score: Score, scores: Sequence[Score]) -> bool:
    position = scores.index(score)
    return position + 1 < len(scores) and scores[position + 1].metric != score.metric


def show_findings(console: Console, entry: Mapping[str, Any]) -> None:
    """The lowest scores of an evaluation, or why it has none."""
    if "error" in entry:
        error = entry["error"]
        console.print(
            f"[red]{entry['name']} failed: {error['name']}[/red]: {escape(error['message'])}"
        )
        return
    low = entry["lowScores"]
    if not low["total"]:
        console.print(f"{entry['name']}: no low scores.")
        return
    shown = low["items"][:FINDINGS_SHOWN]
    console.print(f"\n[bold]Low scores[/bold] of {entry['name']}: {low['total']}, the worst first")
    for item in shown:
        category = f", {item['category']}" if item["category"] else ""
        console.print(
            f"  line {item['line']}{escape(category)}: {item['metric']} {_value(item['value'])} - "
            f"{escape(_short(item['explanation'] or 'no explanation'))}",
            highlight=False,
        )
    if low["total"] > len(shown):
        console.print(f"  ... and {low['total'] - len(shown)} more in the summary document")


def _value(value: float | str) -> str:
    """A number, or a level of a string scale."""
    return escape(value) if isinstance(value, str) else f"{value:g}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _EXPLANATION else line[: _EXPLANATION - 1] + "…"
