"""A suite over time: each metric's means with their intervals, from version to version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import NamedTuple

from modeleval.report.charts import LEFT, RIGHT, WIDTH, Mark
from modeleval.report.metric_view import word
from modeleval.report.render import render
from modeleval.report.view import Word
from modeleval.report.words import Better, better, ends, moment, number, short
from modeleval.store.items import Run, Score
from modeleval.store.table import RunStore

_TOP, _HEIGHT, _FOOT = 14, 130, 34
_LOOKED_AT = 500
"""Runs of the suite among which the published ones are looked for."""


class Measured(NamedTuple):
    """A run and its overall scores."""

    run: Run
    scores: Sequence[Score]


class TrendPoint(NamedTuple):
    """One run in one line of the plot."""

    x: float
    y: float
    y_low: float | None
    y_high: float | None


class Stretch(NamedTuple):
    """From one run to the next; `broken` where their means were not got in the same way."""

    x1: float
    y1: float
    x2: float
    y2: float
    broken: bool


class TrendRow(NamedTuple):
    """A run in the table below the plot."""

    subject: str
    run_id: str
    started: str
    records: str
    mean: str
    interval: str
    word: Word | None
    changed: str


@dataclass(frozen=True, kw_only=True)
class TrendPlot:
    width: int
    height: int
    bottom: int
    points: Sequence[TrendPoint]
    stretches: Sequence[Stretch]
    levels: Sequence[tuple[float, str]]
    labels: Sequence[Mark]
    alt: str


@dataclass(frozen=True, kw_only=True)
class Trend:
    """One metric of one series, oldest run first in the plot, newest first in the rows."""

    evaluation: str
    metric: str
    series: str
    better: Better
    plot: TrendPlot
    rows: Sequence[TrendRow]


class TrendPage(NamedTuple):
    """The page as a file, and how many runs and metrics are on it."""

    data: bytes
    runs: int
    metrics: int


def trend_page(
    store: RunStore, suite: str, *, limit: int, made_at: str, stand_in: str | None
) -> TrendPage:
    """The latest `limit` published runs of a suite that are no trials; none is an empty page."""
    runs = [Measured(run, _overall(store.scores(run.run_id))) for run in _runs(store, suite, limit)]
    found = trends(runs)
    data = render(
        "trend.html.j2",
        suite=suite,
        trends=found,
        runs=len(runs),
        made_at=made_at,
        stand_in=stand_in,
    )
    return TrendPage(data, len(runs), len(found))


def _runs(store: RunStore, suite: str, limit: int) -> Iterator[Run]:
    return islice((one for one in islice(store.runs_of(suite), _LOOKED_AT) if one.counts), limit)


def _overall(scores: Iterable[Score]) -> list[Score]:
    return [one for one in scores if one.category is None and one.candidate is None]


def trends(runs: Sequence[Measured]) -> list[Trend]:
    """One per evaluation, series and metric, as they come; `runs` are the newest first."""
    lines: dict[tuple[str, str, str], list[tuple[Run, Score]]] = {}
    for run, scores in runs:
        for score in scores:
            if score.mean is not None:
                line = (score.evaluation, score.metric, score.series)
                lines.setdefault(line, []).append((run, score))
    return [_trend(*line, points[::-1]) for line, points in lines.items()]


def _trend(evaluation: str, metric: str, series: str, points: Sequence[tuple[Run, Score]]) -> Trend:
    scores = [score for _, score in points]
    changes = ["", *(_changed(one, two) for one, two in pairwise(points))]
    rows = [_row(run, score, why) for (run, score), why in zip(points, changes, strict=True)]
    return Trend(
        evaluation=evaluation,
        metric=metric,
        series=series,
        better=better(scores[-1].direction),
        plot=_plot(scores, [bool(why) for why in changes]),
        rows=rows[::-1],
    )


def _row(run: Run, score: Score, changed: str) -> TrendRow:
    return TrendRow(
        subject=score.subject,
        run_id=run.run_id,
        started=moment(score.started_at),
        records="" if score.n is None else f"{score.n:,}",
        mean=number(_float(score.mean)),
        interval=ends(_float(score.low), _float(score.high)),
        word=word(score.word) if score.word else None,
        changed=changed,
    )


def _changed(before: tuple[Run, Score], now: tuple[Run, Score]) -> str:
    """What keeps a mean from being compared with the one before it."""
    said = []
    if before[1].judge != now[1].judge:
        said.append("another judge than before")
    if _records(*before) != _records(*now):
        said.append("other records than before")
    return ", ".join(said)


def _records(run: Run, score: Score) -> str | None:
    facts = (one for one in run.evaluations if one.name == score.evaluation)
    return next((one.prompt_set_digest for one in facts), None)


def _float(value: object) -> float | None:
    return None if value is None else float(str(value))


def _plot(scores: Sequence[Score], broken: Sequence[bool]) -> TrendPlot:
    low, high = _range(scores)
    bottom = _TOP + _HEIGHT

    def y(value: float | None) -> float:
        share = ((value or 0.0) - low) / (high - low)
        return round(bottom - share * _HEIGHT, 1)

    left, step = LEFT + 36, (RIGHT - LEFT - 48) / max(1, len(scores) - 1)
    points = [
        TrendPoint(
            round(left + step * place, 1),
            y(_float(one.mean)),
            None if one.low is None else y(_float(one.low)),
            None if one.high is None else y(_float(one.high)),
        )
        for place, one in enumerate(scores)
    ]
    return TrendPlot(
        width=WIDTH,
        height=bottom + _FOOT,
        bottom=bottom,
        points=points,
        stretches=[
            Stretch(one.x, one.y, two.x, two.y, change)
            for (one, two), change in zip(pairwise(points), broken[1:], strict=True)
        ],
        levels=[(y(value), short(value)) for value in (low, (low + high) / 2, high)],
        labels=_labels(scores, points),
        alt="From the oldest to the newest: "
        + ", ".join(f"{one.subject} {number(_float(one.mean))}" for one in scores),
    )


def _labels(scores: Sequence[Score], points: Sequence[TrendPoint]) -> list[Mark]:
    """The first and the last run's day."""
    first = Mark(points[0].x, scores[0].started_at[:10], "start")
    return [first, *([Mark(points[-1].x, scores[-1].started_at[:10], "end")] if points[1:] else [])]


def _range(scores: Sequence[Score]) -> tuple[float, float]:
    """0 to 1 where all lies between; else as far as the values and their intervals reach."""
    found = [
        number_
        for one in scores
        for value in (one.mean, one.low, one.high)
        if (number_ := _float(value)) is not None
    ]
    least, most = min(found), max(found)
    if least >= 0 and most <= 1:
        return 0.0, 1.0
    return (least, most) if least < most else (least - 0.5, most + 0.5)
