"""What a run came to, as tables: its scores from DynamoDB, its low scores from S3."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from modeleval.artifacts import summary_key
from modeleval.cli.beside import (
    coloured,
    comparison_tables,
    gate_lines,
    margin_lines,
    power_lines,
    ranking_tables,
    unmatched_lines,
    variance_lines,
)
from modeleval.cli.collected import told_lines
from modeleval.cli.console import plain, prose, rounded_usd, usd_range
from modeleval.cli.documents import FINDINGS_SHOWN, run_document, score_document, short
from modeleval.cli.documents import summary_document as shown_summary
from modeleval.cli.left_over import undone_lines
from modeleval.objects import RunFiles
from modeleval.scores.metrics import Direction
from modeleval.services import Services
from modeleval.store.items import Run, RunStatus, Score
from modeleval.workflow.left_over import left_undone

_ARROWS = {Direction.HIGHER: "higher", Direction.LOWER: "lower"}
_CATEGORY = 30
_WIDE = 100
"""From here on the headings are written out."""


def show_run(console: Console, run: Run, services: Services) -> None:
    """The run's state, and if it was published its scores and lowest records."""

    def tell(text: str) -> None:
        # Not wrapped: what is told may be copied.
        console.print(text, soft_wrap=True, highlight=False)

    left = left_undone(run, services)
    for line in (*_heading(run), *undone_lines(run, left), *margin_lines(run)):
        tell(line)
    if not run.published:
        for evaluation in run.evaluations:
            _tell_warnings(tell, evaluation.name, evaluation.warnings)
        tell("No scores were published." if run.status.ended else "There are no scores yet.")
        return
    summary = _summary(run, services)
    for entry in summary["evaluations"]:
        _tell_warnings(tell, entry["name"], entry["warnings"])
    for table in _tables(run, summary, services, wide=console.width >= _WIDE):
        console.print(table)
    for entry in summary["evaluations"]:
        for line in _lines(entry):
            tell(line)
        show_findings(console, entry, ended=run.status.ended)
    for line in gate_lines(summary):
        tell(line)


def _lines(entry: Mapping[str, Any]) -> Iterator[str]:
    """What else there is to know of an evaluation, each with its name."""
    for line in (*power_lines(entry), *unmatched_lines(entry), *variance_lines(entry)):
        yield f"{plain(entry['name'])}: {line}"
    yield from agreement_lines(entry)


def run_as_json(run: Run, services: Services) -> dict[str, Any]:
    """The same as a document: the run, its published scores, and what the summary says of them."""
    document: dict[str, Any] = {
        "run": run_document(run),
        "scores": [],
        "gate": None,
        "evaluations": [],
    }
    if not run.published:
        return document
    scores = [score_document(score) for score in services.store.scores(run.run_id)]
    return {**document, "scores": scores, **shown_summary(_summary(run, services))}


def _summary(run: Run, services: Services) -> Any:
    return json.loads(RunFiles(services.objects).read(summary_key(run.run_id)))


def _tables(
    run: Run, summary: Mapping[str, Any], services: Services, *, wide: bool
) -> Iterator[Table]:
    yield from score_tables(run, services.store.scores(run.run_id), wide=wide)
    for entry in summary["evaluations"]:
        yield from comparison_tables(entry)
        yield from ranking_tables(entry)


def _heading(run: Run) -> Iterator[str]:
    """What the run is: suite, state, model, price, and why it failed."""
    yield (
        f"[bold]Run {run.run_id}[/bold]: suite {plain(run.suite)}, {run.status}, "
        f"started {run.started_at}"
    )
    if run.status is RunStatus.PENDING:
        yield (
            "[cyan]Pending[/cyan]: long jobs still run, such as people's answers; what there is "
            "without them is published."
        )
    if run.verdict is not None:
        yield f"[bold]Verdict: {coloured(run.verdict)}[/bold]. {plain(run.verdict_why or '')}"
    if run.resolved_model is not None:
        yield f"Model: {plain(run.resolved_model['identifier'])}{base_words(run.resolved_model)}"
    if run.triggered_by is not None:
        yield f"Started by: {run.triggered_by}"
    if run.sample is not None:
        yield f"A trial on {run.sample} records: no baseline, no promotion, no history."
    yield from _what_followed(run)
    yield from _reported(run)
    yield from _attempts(run)
    yield f"Execution: {run.execution_arn}"
    yield from told_lines(run)
    yield from _cost(run)
    if run.error is not None:
        yield f"[red]{plain(run.error.name)}[/red]: {prose(run.error.message)}"


def _cost(run: Run) -> Iterator[str]:
    """What was estimated, what came back of it, and what is in no estimate."""
    estimate = run.estimate or {}
    if estimate.get("usd") is not None:
        usd = rounded_usd(estimate["usd"])
        yield f"Estimated cost: {usd} USD{usd_range(estimate)} for the models"
    for model in estimate.get("unknownPrices", []):
        yield f"Estimated cost: no price known of {plain(model)}"
    for unpriced in estimate.get("withoutPrice", []):
        yield f"Not in the estimate: SageMaker serverless evaluation, {plain(unpriced)}"
    if run.judged and run.judged["planned"]:
        worth = run.judged["usd"]
        priced = f"; by the estimate's prices {rounded_usd(worth)} USD" if worth is not None else ""
        yield (
            f"Came back: {run.judged['judgements']:,} of {run.judged['planned']:,} judgements"
            f"{priced}"
        )


def _attempts(run: Run) -> Iterator[str]:
    """How often it was begun, and what came of the earlier times."""
    if run.attempts:
        earlier = "; ".join(
            f"{one['attempt']}: {one['status']}, {one['missingJobs']} jobs missing"
            for one in run.attempts
        )
        yield f"Resumed: attempt {run.attempt} (before, {plain(earlier)})"


def _what_followed(run: Run) -> Iterator[str]:
    """Promotion, a person's decision, and whether the run is kept."""
    if run.promotion is not None:
        why = run.promotion.get("why")
        said = "" if not why else f": {plain(str(why))}"
        yield f"Model package: {plain(str(run.promotion.get('action')))}{said}"
    if run.decision is not None:
        one = {name: plain(str(value)) for name, value in run.decision.items()}
        because = f": {one['because']}" if "because" in one else ""
        yield f"Decided by {one.get('by', '?')} at {one.get('at', '?')}: {one['action']}{because}"
    elif run.asked_until is not None:
        yield f"A person may decide until {run.asked_until}: modeleval approve or reject"
    if run.kept_because is not None:
        yield f"Does not expire: {plain(run.kept_because)}"


def base_words(model: Mapping[str, Any]) -> str:
    """What a package was fine-tuned from, to stand behind its ARN; empty for other models."""
    base = model.get("baseModelName")
    return f", fine-tuned from {plain(base)}" if base and model["source"] == "modelPackage" else ""


def _tell_warnings(tell: Callable[[str], None], name: str, warnings: Iterable[str]) -> None:
    for warning in warnings:
        tell(f"[yellow]Warning[/yellow] ({name}): {plain(warning)}")


def score_tables(run: Run, scores: Sequence[Score], *, wide: bool = True) -> Iterable[Table]:
    """One table per evaluation: a row per metric, and one per category below it."""
    headings = ("n", "Mean", "95 % interval", "N/A", "Unscored" if wide else "None")
    for evaluation in run.evaluations:
        own = [
            score
            for score in scores
            if score.evaluation == evaluation.name and score.candidate is None
        ]
        if not own:
            continue
        judged = f", judged by {evaluation.judge}" if evaluation.judge else ""
        title = f"{evaluation.name}: {plain(evaluation.subject)}{judged}"
        table = Table(title=title, title_justify="left")
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
    ends = "" if score.low is None or score.high is None else f"{score.low:.3f}-{score.high:.3f}"
    counts, strings = score.value_counts or {}, score.string_counts or {}
    return [
        name,
        _ARROWS[Direction(score.direction)] if overall else "",
        "-" if score.n is None else str(score.n + sum(strings.values())),
        mean,
        ends,
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


def agreement_lines(entry: Mapping[str, Any]) -> Iterator[str]:
    """How far the people agree who rated the same, metric by metric."""
    for one in entry.get("agreement", []):
        name = f"{entry['name']} {one['metric']}"
        if not one["units"]:
            yield f"{name}: no response was rated by two people, so nobody could agree."
            continue
        alpha = one.get("alpha")
        said = "not defined, as all said the same" if alpha is None else f"{alpha:.2f}"
        yield (
            f"{name}: people agree on {one['percent']:.0%} (Krippendorff's alpha {said}); "
            f"{one['units']} rated by two or more of {one['workers']}"
        )


def show_findings(console: Console, entry: Mapping[str, Any], *, ended: bool = True) -> None:
    """The lowest scores of an evaluation, or why it has none (yet)."""
    if entry.get("status") == RunStatus.PENDING:
        why = "the run ended before its jobs did" if ended else "its jobs have not ended"
        console.print(f"[cyan]{entry['name']} has no scores[/cyan]: {why}.", soft_wrap=True)
        return
    if "error" in entry:
        error = entry["error"]
        console.print(
            f"[red]{entry['name']} failed: {error['name']}[/red]: {prose(error['message'])}",
            soft_wrap=True,
        )
        return
    low = entry["lowScores"]
    if entry.get("records") == 0:
        return  # a benchmark: no record of it is known here
    if not low["total"]:
        console.print(f"{entry['name']}: no low scores.")
        return
    shown = low["items"][:FINDINGS_SHOWN]
    console.print(f"\n[bold]Low scores[/bold] of {entry['name']}: {low['total']}, the worst first")
    for item in shown:
        category = f", {plain(item['category'], limit=_CATEGORY)}" if item["category"] else ""
        console.print(
            f"  line {item['line']}{category}: {item['metric']} {_value(item['value'])} - "
            f"{plain(short(item['explanation'] or 'no explanation'))}",
            highlight=False,
        )
    if low["total"] > len(shown):
        console.print(f"  ... and {low['total'] - len(shown)} more in the summary document")


def _value(value: float | str) -> str:
    """A number, or a level of a string scale."""
    return plain(value) if isinstance(value, str) else f"{value:g}"


def _reported(run: Run) -> Iterator[str]:
    """Where the report lies, or that it could not be made."""
    found = run.report or {}
    if "uri" in found:
        yield f"Report: {found['uri']} (modeleval report {run.run_id} --open)"
    elif found:
        yield f"[yellow]No report[/yellow] could be written: {plain(str(found['error']))}"
