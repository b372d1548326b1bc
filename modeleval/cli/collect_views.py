"""What `modeleval collect` says: the scenarios, what they will cost, what came of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from modeleval.cli.collected_from import Asked
from modeleval.cli.console import plain, rounded_usd
from modeleval.collecting.counts import BatchCounts
from modeleval.collecting.coverage import EDGE_CASES, Coverage
from modeleval.collecting.document import CollectedFormat
from modeleval.collecting.records import CONVERSATION_FIELD, KEY_FIELD
from modeleval.cost.estimate import ModelEstimate

_LABEL = 40
_CATEGORIES_SHOWN = 50


def show_coverage(console: Console, found: Coverage) -> None:
    """Scenarios and records per category, the edge cases, and what lies outside the advice."""
    table = Table("Category", title=_said(found), title_justify="left")
    table.add_column("Scenarios", justify="right")
    table.add_column("Records", justify="right")
    rows = found.table()
    for name, scenarios, records in rows[:_CATEGORIES_SHOWN]:
        table.add_row(plain(name, limit=_LABEL), f"{scenarios:,}", f"{records:,}")
    console.print(table)
    if len(rows) > _CATEGORIES_SHOWN:
        console.print(f"... and {len(rows) - _CATEGORIES_SHOWN:,} more categories")
    cases = ", ".join(f"{tag} {found.edge_cases[tag]:,}" for tag in EDGE_CASES)
    console.print(f"Edge cases, by tag: {cases}", highlight=False, soft_wrap=True)
    for sentence in found.sentences():
        console.print(f"- {plain(sentence)}", highlight=False, soft_wrap=True)


def _said(found: Coverage) -> str:
    return f"{found.scenarios:,} scenarios, {found.records:,} records"


def show_asked(
    console: Console, asked: Asked, estimate: ModelEstimate | None, *, going_on: bool
) -> None:
    """Who will be asked, at which rate, and what that will cost."""
    target = asked.dataset.target
    who = "model" if target.model else "function" if target.function else "endpoint"
    place = target.model or target.function or target.endpoint or ""
    console.print(
        f"Asked is the {who} {plain(place)}, at most {asked.dataset.requests_per_minute:,} times "
        f"a minute; the responses are those of {plain(target.subject)}.",
        highlight=False,
        soft_wrap=True,
    )
    console.print(_cost_words(estimate), highlight=False, soft_wrap=True)
    if going_on:
        text = "What was answered before is kept, and not asked again; the cost is of all of it."
        console.print(text)


def _cost_words(estimate: ModelEstimate | None) -> str:
    if estimate is None:
        return "What an application costs is not known here."
    if estimate.usd is None:
        return f"The cost is not known: there is no price of {plain(estimate.model)}."
    low, high = estimate.low_usd, estimate.high_usd
    between = f" ({rounded_usd(str(low))} to {rounded_usd(str(high))})" if low and high else ""
    return (
        f"It costs about {rounded_usd(str(estimate.usd))} USD{between}: {plain(estimate.formula)}"
    )


@contextmanager
def progress_of(console: Console, turns: int) -> Iterator[Callable[[BatchCounts], None]]:
    """A bar of the turns that are over, on a terminal; elsewhere nothing."""
    if not console.is_terminal:
        yield lambda _: None
        return
    parts = (
        TextColumn("Collecting"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("turns"),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*parts, console=console, transient=True) as progress:
        task = progress.add_task("", total=turns)

        def tell(counts: BatchCounts) -> None:
            failed = f"{counts.failures:,} failed" if counts.failures else ""
            progress.update(task, completed=counts.turns, description=failed)

        yield tell


def show_counts(console: Console, counts: BatchCounts, counted: ModelEstimate | None) -> None:
    """What came of it."""
    for sentence in counts.sentences():
        console.print(plain(sentence), highlight=False, soft_wrap=True)
    if counted is not None and counted.usd is not None:
        usd = rounded_usd(str(counted.usd))
        console.print(f"It cost {usd} USD, by the price list.", highlight=False)


def show_next(console: Console, output: str, asked: Asked) -> None:
    """How a suite names what was collected."""
    console.print(f"Written to {plain(output)}. In a suite, after uploading it:", soft_wrap=True)
    subject = plain(asked.dataset.target.subject)
    console.print(f"    responses: {{precomputed: {subject}}}", highlight=False, soft_wrap=True)
    if asked.collected_as is CollectedFormat.JUDGE:
        console.print(f"    clusterField: {CONVERSATION_FIELD}", highlight=False)
        console.print(f"    keyField: {KEY_FIELD}", highlight=False)
