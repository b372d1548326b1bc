"""Comparisons and the gate, as tables: what got better or worse, and what that decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

from modeleval.cli.console import plain

_CATEGORY = 30
_COLOURS = {
    "improved": "green",
    "regressed": "red",
    "passed": "green",
    "failed": "red",
    "inconclusive": "yellow",
    "pending": "cyan",
}


def coloured(word: str) -> str:
    """A verdict or a comparison's word, in its colour; the word says it all without."""
    colour = _COLOURS.get(word)
    return f"[{colour}]{plain(word)}[/{colour}]" if colour else plain(word)


def comparison_tables(entry: Mapping[str, Any]) -> Iterator[Table]:
    """One table per other side that an evaluation's subject is compared with."""
    found = entry.get("comparisons", [])
    metrics = list(dict.fromkeys(row["metric"] for row in found))
    # A metric's categories below it; they come after all metrics.
    rows = sorted(found, key=lambda row: metrics.index(row["metric"]))
    sides = dict.fromkeys((row["against"], row["other"], row["runId"]) for row in rows)
    for side in sides:
        own = [row for row in rows if (row["against"], row["other"], row["runId"]) == side]
        yield _table(entry, side, own)


def _table(
    entry: Mapping[str, Any], side: tuple[str, str, str | None], rows: list[Mapping[str, Any]]
) -> Table:
    label, other, run_id = side
    # A run that was named is a run, and has no further label.
    where = ", ".join(
        [*([] if label == "run" and run_id else [label]), *([f"run {run_id}"] if run_id else [])]
    )
    title = f"{plain(entry['name'])}: {plain(entry['subject'])} against {plain(other)} ({where})"
    table = Table(title=title, title_justify="left")
    table.add_column("Metric", no_wrap=True)
    table.add_column("Better by", justify="right", no_wrap=True)
    table.add_column("95 % interval", justify="right", no_wrap=True)
    table.add_column("Win/tie/loss", justify="right", no_wrap=True)
    table.add_column("It is")
    for row in rows:
        overall = row["category"] is None
        table.add_row(
            f"[bold]{plain(row['metric'])}[/bold]"
            if overall
            else f"  {plain(row['category'], limit=_CATEGORY)}",
            "" if row["difference"] is None else f"{row['difference']:+.3f}",
            _ends(row),
            "" if row["wins"] is None else f"{row['wins']}/{row['ties']}/{row['losses']}",
            coloured(row["word"]),
        )
    return table


def _ends(row: Mapping[str, Any]) -> str:
    if row["low"] is None or row["high"] is None:
        return ""
    return f"{row['low']:+.3f} to {row['high']:+.3f}"


def gate_lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """The baseline, the verdict, and each condition with why."""
    baseline = summary.get("baseline") or {}
    if baseline.get("lost"):
        yield f"[yellow]No baseline[/yellow] ({baseline['label']}): {plain(baseline['lost'])}."
    elif baseline.get("missing"):
        yield f"No baseline ({baseline['label']}): {plain(baseline['missing'])}."
    elif baseline.get("runId"):
        yield f"Baseline ({baseline['label']}): run {baseline['runId']}"
    gate = summary.get("gate")
    if not gate:
        return
    yield f"[bold]Gate: {coloured(gate['verdict'])}[/bold]"
    for one in gate["conditions"]:
        where = f"{one['evaluation']} {one['metric'] or ''}".strip()
        category = f" [{one['category']}]" if one["category"] else ""
        limit = "" if one["limit"] is None else f" {one['limit']:g}"
        yield (
            f"  {coloured(one['verdict'])}: {plain(where + category)}, {one['condition']}{limit}: "
            f"{plain(one['why'])}"
        )


def ranking_tables(entry: Mapping[str, Any]) -> Iterator[Table]:
    """Per metric the candidates from best to worst; those that share ranks cannot be told apart."""
    for ranking in entry.get("ranking", []):
        title = f"{entry['name']}: {plain(ranking['metric'])}, {ranking['records']} common records"
        table = Table("Candidate", "Mean", "Rank", title=title, title_justify="left")
        for one in ranking["candidates"]:
            best, worst = one["bestRank"], one["worstRank"]
            rank = str(best) if best == worst else f"{best} to {worst}"
            table.add_row(plain(one["candidate"]), f"{one['mean']:.3f}", rank)
        yield table
