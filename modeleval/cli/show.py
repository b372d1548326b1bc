"""What a run came to, as tables: its scores from DynamoDB, its low scores from S3."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from modeleval.artifacts import summary_key
from modeleval.cli.console import plain, prose
from modeleval.scores.metrics import Direction
from modeleval.services import Services
from modeleval.store.items import Run, Score

FINDINGS_SHOWN = 5
_ARROWS = {Direction.HIGHER: "higher", Direction.LOWER: "lower"}
_EXPLANATION = 160
_CATEGORY = 30
_WIDE = 100
"""From here on the headings are written out."""


def show_run(console: Console, run: Run, services: Services) -> None:
    """The run's state, and if it was published its scores and lowest records."""

    def tell(text: str) -> None:
        # Not wrapped: what is told may be copied.
        console.print(text, soft_wrap=True, highlight=False)

    tell(
        f"[bold]Run {run.run_id}[/bold]: suite {plain(run.suite)}, {run.status}, "
        f"started {run.started_at}"
    )
    if run.sample is not None:
        tell(f"A trial on {run.sample} records: no baseline, no promotion, no history.")
    tell(f"Execution: {run.execution_arn}")
    estimate = (run.estimate or {}).get("usd")
    if estimate is not None:
        tell(f"Estimated cost: {estimate} USD for the models")
    if run.error is not None:
        tell(f"[red]{run.error.name}[/red]: {prose(run.error.message)}")
    if not run.published:
        for evaluation in run.evaluations:
            _tell_warnings(tell, evaluation.name, evaluation.warnings)
        tell("No scores were published.")
        return
    summary = json.loads(services.objects.read(summary_key(run.run_id)))
    for entry in summary["evaluations"]:
        _tell_warnings(tell, entry["name"], entry["warnings"])
    wide = console.width >= _WIDE
    for table in score_tables(run, services.store.scores(run.run_id), wide=wide):
        console.print(table)
    for entry in summary["evaluations"]:
        show_findings(console, entry)


def _tell_warnings(tell: Callable[[str], None], name: str, warnings: Iterable[str]) -> None:
    for warning in warnings:
        tell(f"[yellow]Warning[/yellow] ({name}): {plain(warning)}")


def score_tables(run: Run, scores: Sequence[Score], *, wide: bool = True) -> Iterable[Table]:
    """One table per evaluation: a row per metric, and one per category below it."""
    headings = ("n", "Mean", "Not applicable", "Unscored") if wide else ("n", "Mean", "N/A", "None")
    for evaluation in run.evaluations:
        own = [score for score in scores if score.evaluation == evaluation.name]
        if not own:
            continue
        table = Table(
            title=f"{evaluation.name}: {plain(evaluation.subject)}, judged by {evaluation.judge}",
            title_justify="left",
        )
        table.add_column("Metric", no_wrap=True)
        table.add_column("Better")
        for heading in headings:
            table.add_column(heading, justify="right", no_wrap=True, min_width=4)
        table.add_column("Value:count")
        for score in own:
            table.add_row(*_row(score), end_section=_is_last(score, own))
        yield table


def _row(score: Score) -> list[str]:
    overall = score.category is None
    name = (
        f"[bold]{score.metric}[/bold]"
        if overall
        else f"  {plain(score.category or '', limit=_CATEGORY)}"
    )
    mean = "-" if score.mean is None else f"{score.mean:.3f}"
    counts, strings = score.value_counts or {}, score.string_counts or {}
    return [
        name,
        _ARROWS[Direction(score.direction)] if overall else "",
        str(score.n + sum(strings.values())),
        mean,
        str(score.not_applicable),
        str(score.unscored),
        "  ".join(
            [
                # A value and its count stay together.
                *(f"{float(value):.3g}:{count}" for value, count in counts.items()),
                *(f"{plain(text)}:{count}" for text, count in strings.items()),
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
            f"[red]{entry['name']} failed: {error['name']}[/red]: {prose(error['message'])}",
            soft_wrap=True,
        )
        return
    low = entry["lowScores"]
    if not low["total"]:
        console.print(f"{entry['name']}: no low scores.")
        return
    shown = low["items"][:FINDINGS_SHOWN]
    console.print(f"\n[bold]Low scores[/bold] of {entry['name']}: {low['total']}, the worst first")
    for item in shown:
        category = f", {plain(item['category'], limit=_CATEGORY)}" if item["category"] else ""
        console.print(
            f"  line {item['line']}{category}: {item['metric']} {_value(item['value'])} - "
            f"{plain(_short(item['explanation'] or 'no explanation'))}",
            highlight=False,
        )
    if low["total"] > len(shown):
        console.print(f"  ... and {low['total'] - len(shown)} more in the summary document")


def _value(value: float | str) -> str:
    """A number, or a level of a string scale."""
    return plain(value) if isinstance(value, str) else f"{value:g}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _EXPLANATION else line[: _EXPLANATION - 1] + "…"
