"""Comparisons and the gate, as tables: what got better or worse, and what that decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

from modeleval.cli.console import plain
from modeleval.statistics.words import Word
from modeleval.store.items import Run
from modeleval.workflow.margin_words import margin_sentence

_CATEGORY = 30
_UNDECIDED = {Word.INCONCLUSIVE, Word.NO_WORSE}
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


def power_lines(entry: Mapping[str, Any]) -> Iterator[str]:
    """What the tables leave open: what could have been shown, and what is not paired."""
    for row in entry.get("comparisons", []):
        if row["category"] is not None:
            continue
        if not row["paired"] and row["word"] != Word.NOT_COMPARABLE:
            yield f"{_against(row)}: compared by the standard errors, not record by record."
        least = row["smallestDetectable"]
        if row["word"] in _UNDECIDED and least is not None:
            could = f"a difference of {least:.3g} could have been shown (power 80 %)"
            yield f"{_against(row)}: {could}."


def unmatched_lines(entry: Mapping[str, Any]) -> Iterator[str]:
    """Which records only one of the two sides has scores of."""
    for row in entry.get("comparisons", []):
        if row["category"] is None and row["matched"] and (row["onlyHere"] or row["onlyThere"]):
            yield (
                f"{_against(row)}: {row['matched']} records were scored in both, "
                f"{row['onlyHere']} only here, {row['onlyThere']} only there."
            )


def _against(row: Mapping[str, Any]) -> str:
    return f"{plain(row['metric'])} against {plain(row['other'])}"


def variance_lines(entry: Mapping[str, Any]) -> Iterator[str]:
    """How much of the scatter is the judge's own, of an evaluation that judges repeatedly."""
    for metric, found in (entry.get("repeatVariance") or {}).items():
        if found["repeatShare"] is None:
            continue
        yield (
            f"{plain(metric)}: {found['repeatShare']:.0%} of the scatter of one judgement is the "
            f"judge's own, {found['meanShare']:.0%} of a mean of {found['repeats']:.3g}."
        )


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


def margin_lines(run: Run) -> Iterator[str]:
    """Which margins of the gate the records can decide, as far as no warning says it."""
    warned = {warning for one in run.evaluations for warning in one.warnings}
    for note in run.margins:
        said = margin_sentence(note)
        if said not in warned:
            yield f"Margin ({plain(note['evaluation'])}): {plain(said)}"


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
        table = Table("Candidate", "Mean", "Rank", "Better than", title=title, title_justify="left")
        for one in ranking["candidates"]:
            best, worst = one["bestRank"], one["worstRank"]
            rank = str(best) if best == worst else f"{best} to {worst}"
            worse = [
                plain(pair["other"])
                for pair in ranking.get("pairs", [])
                if pair["candidate"] == one["candidate"] and pair["word"] == Word.IMPROVED
            ]
            table.add_row(plain(one["candidate"]), f"{one['mean']:.3f}", rank, ", ".join(worse))
        yield table
