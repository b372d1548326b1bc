"""One metric: its mean beside others', the records' outcomes, and its categories."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from modeleval.report.charts import Point, distribution, interval_plot, outcomes
from modeleval.report.source import Entry
from modeleval.report.view import Candidate, CategoryView, ComparedView, MetricView, Word
from modeleval.report.words import better, ends, number, tone, verdict_sign

_CATEGORIES = 40
_BASE = "base-model"
_LIMITS = {"minimum": "min.", "maximum": "max."}
_SHAPES = ("circle", "square", "triangle", "cross")
_BASELINE_SHAPE = "diamond"

Summary = Mapping[str, Any]


class Beside(NamedTuple):
    """What an evaluation is set beside: another run's entry and what the comparison said."""

    name: str
    entry: Entry | None = None
    compared: Entry | None = None


def word(text: str) -> Word:
    return Word(text, verdict_sign(text), tone(text))


def metric_views(
    entry: Entry, conditions: Sequence[Mapping[str, Any]], beside: Beside | None
) -> list[MetricView]:
    """The metrics of an evaluation, in the order of its summaries."""
    names = dict.fromkeys(one["metric"] for one in entry["summaries"])
    return [_metric(entry, name, conditions, beside) for name in names]


def _metric(
    entry: Entry,
    name: str,
    conditions: Sequence[Mapping[str, Any]],
    beside: Beside | None,
) -> MetricView:
    every = [one for one in entry["summaries"] if one["metric"] == name]
    overall = [one for one in every if one["category"] is None]
    own = next((one for one in overall if one.get("candidate") is None), None)
    shown = own or (overall or every)[0]
    compared = _rows(entry, name, beside)
    way = better(shown["direction"])
    parts = [one for one in every if one["category"] is not None and one.get("candidate") is None]
    return MetricView(
        name=name,
        better=way,
        mean=number(own["mean"] if own else None),
        interval=ends(*_ends(own)),
        no_interval=str((own or {}).get("interval", {}).get("reason", "")),
        records=_count(own),
        not_applicable=int(shown["notApplicable"]),
        unscored=int(shown["unscored"]),
        candidates=_candidates(entry, name, overall, beside),
        plot=interval_plot(
            shown,
            [*_points(entry, name, overall, beside), *_baselines(compared, None)],
            _limits(conditions, name, None),
            higher=way.higher,
        ),
        bars=distribution(own) if own else None,
        compared=[_compared(row) for row in compared if row["category"] is None],
        categories=[_category(one, compared, conditions) for one in parts[:_CATEGORIES]],
        more_categories=max(0, len(parts) - _CATEGORIES),
    )


def _rows(entry: Entry, name: str, beside: Beside | None) -> list[Mapping[str, Any]]:
    """Every comparison of a metric: with the baseline, the base model, another run."""
    found = [*entry.get("comparisons", ())]
    if beside and beside.compared:
        known = {(row["against"], row["runId"]) for row in found}
        found += [
            row
            for row in beside.compared["comparisons"]
            if not any(run_id == row["runId"] for _, run_id in known)
        ]
    return [row for row in found if row["metric"] == name]


def _overall_of(entry: Entry, name: str) -> Iterator[Summary]:
    return (
        one
        for one in entry["summaries"]
        if one["metric"] == name and one["category"] is None and one.get("candidate") is None
    )


class _Side(NamedTuple):
    name: str
    shape: str
    summary: Summary


def _sides(
    entry: Entry, name: str, overall: Sequence[Summary], beside: Beside | None
) -> Iterator[_Side]:
    """Whose scores there are: the subject's, its candidates', the other run's."""
    shapes = iter(_SHAPES)
    for one in overall:
        label = one.get("candidate")
        who = entry["subject"] if label is None else entry["candidates"].get(label, label)
        yield _Side(str(who), next(shapes, _SHAPES[-1]), one)
    if beside and beside.entry:
        for one in _overall_of(beside.entry, name):
            yield _Side(beside.name, "triangle", one)


def _candidates(
    entry: Entry, name: str, overall: Sequence[Summary], beside: Beside | None
) -> list[Candidate]:
    sides = list(_sides(entry, name, overall, beside))
    if len(sides) < 2:  # noqa: PLR2004 - one alone is beside nobody
        return []
    return [
        Candidate(
            one.name,
            one.shape,
            number(one.summary["mean"]),
            ends(*_ends(one.summary)),
            _count(one.summary),
        )
        for one in sides
    ]


def _points(
    entry: Entry, name: str, overall: Sequence[Summary], beside: Beside | None
) -> list[Point]:
    return [
        Point(one.name, one.shape, one.summary["mean"], *_ends(one.summary))
        for one in _sides(entry, name, overall, beside)
        if one.summary["mean"] is not None
    ]


def _baselines(rows: Sequence[Mapping[str, Any]], category: str | None) -> list[Point]:
    """The means of what the run was compared with, which stand in other runs."""
    return [
        Point(f"{row['other']} ({row['against']})", _BASELINE_SHAPE, row["otherMean"])
        for row in rows
        if row["category"] == category
        and row["otherMean"] is not None
        and row["runId"] is not None
        and row["against"] != "run"
    ]


def _limits(
    conditions: Sequence[Mapping[str, Any]], name: str, category: str | None
) -> dict[str, float]:
    return {
        f"{_LIMITS[one['condition']]} {one['limit']:g}": one["limit"]
        for one in conditions
        if one["metric"] == name
        and one["category"] == category
        and one["condition"] in _LIMITS
        and one["limit"] is not None
    }


def _category(
    one: Summary, compared: Sequence[Mapping[str, Any]], conditions: Sequence[Mapping[str, Any]]
) -> CategoryView:
    name = one["category"]
    rows = [row for row in compared if row["category"] == name]
    points = [] if one["mean"] is None else [Point(name, "circle", one["mean"], *_ends(one))]
    limits = _limits(conditions, one["metric"], name)
    higher = better(one["direction"]).higher
    return CategoryView(
        name=name,
        records=_count(one),
        mean=number(one["mean"]),
        interval=ends(*_ends(one)),
        plot=interval_plot(one, points, limits, higher=higher),
        compared=[
            (str(row["other"]), number(row["difference"], signed=True), word(row["word"]))
            for row in rows
        ],
    )


def _compared(row: Mapping[str, Any]) -> ComparedView:
    label = [] if row["against"] in {row["other"], "run"} else [row["against"]]
    where = ", ".join([*label, *([f"run {row['runId']}"] if row["runId"] else [])])
    return ComparedView(
        against=f"{row['other']} ({where})" if where else str(row["other"]),
        word=word(row["word"]),
        difference=number(row["difference"], signed=True),
        interval=ends(row["low"], row["high"], signed=True),
        reason=str(row["reason"] or ""),
        outcomes=outcomes(row["wins"], row["ties"], row["losses"]),
        matched=_matched(row),
    )


def _matched(row: Mapping[str, Any]) -> str:
    said = []
    if row["matched"] and (row["onlyHere"] or row["onlyThere"]):
        said.append(
            f"{row['matched']} records were scored in both, {row['onlyHere']} only here, "
            f"{row['onlyThere']} only there"
        )
    if not row["paired"] and row["difference"] is not None:
        said.append("compared by the standard errors, not record by record")
    if row["word"] == "inconclusive" and row["smallestDetectable"] is not None:
        said.append(
            f"a difference of {row['smallestDetectable']:.3g} could have been shown (power 80 %)"
        )
    return "; ".join(said)


def _ends(summary: Summary | None) -> tuple[float | None, float | None]:
    interval = (summary or {}).get("interval") or {}
    return interval.get("low"), interval.get("high")


def _count(summary: Summary | None) -> str:
    if summary is None or summary["n"] is None:
        return ""
    return f"{summary['n'] + (summary.get('stringN') or 0):,}"
