"""Where things stand in a plot. Pure arithmetic: the templates draw what this says, in pixels."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from modeleval.report.words import ends, level, number, short

WIDTH, LEFT, RIGHT = 340, 12, 328
_ROW, _TOP, _FOOT = 34, 6, 30
_BAR, _BAR_TEXT = 20, 96


class Scale(NamedTuple):
    """A value's range on the axis."""

    low: float
    high: float

    def x(self, value: float) -> float:
        """The place of a value; what lies beyond stands at the end."""
        share = (value - self.low) / (self.high - self.low)
        return round(LEFT + min(1.0, max(0.0, share)) * (RIGHT - LEFT), 1)


def scale_of(summary: Mapping[str, Any], values: Iterable[float | None]) -> Scale:
    """The metric's own scale, widened by values that lie beyond; of an open one the values'."""
    given = summary.get("scale") or summary.get("range") or (None, None)
    known = [value for value in values if value is not None and math.isfinite(value)]
    low, high = (None if end is None else float(end) for end in given)
    lows = [*known, *([] if low is None else [low])]
    highs = [*known, *([] if high is None else [high])]
    least, most = min(lows, default=0.0), max(highs, default=1.0)
    if least >= most:
        return Scale(least - 0.5, least + 0.5)
    return Scale(least, most)


class Point(NamedTuple):
    """What one row of an interval plot is about. shape: whose it is."""

    label: str
    shape: str
    mean: float
    low: float | None = None
    high: float | None = None


class Row(NamedTuple):
    label: str
    shape: str
    value: str
    y: int
    x: float
    x_low: float | None
    x_high: float | None


class Mark(NamedTuple):
    x: float
    label: str
    anchor: str


@dataclass(frozen=True, kw_only=True)
class IntervalPlot:
    """Means with their intervals on one axis, and the gate's limits across them."""

    width: int
    height: int
    axis_y: int
    rows: Sequence[Row]
    ticks: Sequence[Mark]
    limits: Sequence[Mark]
    higher: bool
    alt: str


def interval_plot(
    summary: Mapping[str, Any],
    points: Sequence[Point],
    limits: Mapping[str, float],
    *,
    higher: bool,
) -> IntervalPlot | None:
    """None where there is no mean at all."""
    if not points:
        return None
    every = (*(end for one in points for end in (one.mean, one.low, one.high)), *limits.values())
    scale = scale_of(summary, every)
    rows = [_row(point, number_, scale) for number_, point in enumerate(points)]
    said = "; ".join(
        f"{one.label} {number(one.mean)}" + (f" ({found})" if (found := _ends(one)) else "")
        for one in points
    )
    axis = _TOP + _ROW * len(rows) + 4
    return IntervalPlot(
        width=WIDTH,
        height=axis + _FOOT + (12 if limits else 0),
        axis_y=axis,
        rows=rows,
        ticks=[_mark(scale, value, short(value)) for value in ticks(scale)],
        limits=[_mark(scale, value, name) for name, value in limits.items()],
        higher=higher,
        alt=f"Means with 95 % intervals: {said}",
    )


def _ends(point: Point) -> str:
    return ends(point.low, point.high)


def _row(point: Point, place: int, scale: Scale) -> Row:
    return Row(
        label=point.label,
        shape=point.shape,
        value=number(point.mean),
        y=_TOP + _ROW * place + 24,
        x=scale.x(point.mean),
        x_low=None if point.low is None else scale.x(point.low),
        x_high=None if point.high is None else scale.x(point.high),
    )


def _mark(scale: Scale, value: float, label: str) -> Mark:
    x = scale.x(value)
    near = 40  # a label at an end of the axis is written inwards
    return Mark(x, label, "start" if x < LEFT + near else "end" if x > RIGHT - near else "middle")


def ticks(scale: Scale) -> list[float]:
    """Both ends and what lies between them evenly."""
    return [scale.low + (scale.high - scale.low) * part / 4 for part in range(5)]


class Bar(NamedTuple):
    """One bar of a distribution. kind: `score`, or `none` for what is no score."""

    label: str
    records: int
    share: str
    width: float
    y: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class Bars:
    """How often each value was given, and how often none."""

    width: int
    height: int
    text: int
    bars: Sequence[Bar]
    alt: str


def distribution(summary: Mapping[str, Any]) -> Bars | None:
    """One bar per value (or bin of the scale); None for scores that a service gives as a whole."""
    if summary.get("aggregate"):
        return None
    counted = [(label, count, "score") for label, count in _counted(summary)]
    missing = (("not applicable", "notApplicable"), ("unscored", "unscored"))
    counted += [(label, int(summary[name]), "none") for label, name in missing if summary[name]]
    total = sum(count for _, count, _ in counted)
    if not total:
        return None
    most = max(count for _, count, _ in counted)
    room = RIGHT - _BAR_TEXT - 64
    bars = [
        Bar(
            label=label,
            records=count,
            share=f"{count / total:.0%}",
            width=round(room * count / most, 1),
            y=_BAR * place + 4,
            kind=kind,
        )
        for place, (label, count, kind) in enumerate(counted)
    ]
    said = ", ".join(f"{one.label}: {one.records}" for one in bars)
    return Bars(
        width=WIDTH, height=_BAR * len(bars) + 6, text=_BAR_TEXT, bars=bars, alt=f"Scores: {said}"
    )


def _counted(summary: Mapping[str, Any]) -> list[tuple[str, int]]:
    counts = summary.get("valueCounts")
    found = [(level(float(value)), int(count)) for value, count in (counts or {}).items()]
    if "histogram" in summary:
        found += _bins(summary)
    found += [(text, int(count)) for text, count in (summary.get("stringCounts") or {}).items()]
    return found


def _bins(summary: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Ten bins of the twenty, two and two, and what lies beyond the scale."""
    histogram = summary["histogram"]
    low, high = (float(end) for end in summary["scale"])
    bins = [sum(histogram["bins"][place : place + 2]) for place in range(0, 20, 2)]
    width = (high - low) / len(bins)
    edges = [low + width * place for place in range(len(bins) + 1)]
    named = [
        (f"{short(edges[place])} to {short(edges[place + 1])}", count)
        for place, count in enumerate(bins)
    ]
    below, above = histogram["below"], histogram["above"]
    return [
        *([(f"below {short(low)}", below)] if below else []),
        *named,
        *([(f"above {short(high)}", above)] if above else []),
    ]


class Share(NamedTuple):
    """A part of the bar of wins, ties and losses."""

    name: str
    records: int
    x: float
    width: float
    middle: float


def outcomes(wins: int | None, ties: int | None, losses: int | None) -> list[Share]:
    """Better, equal and worse records as shares of one bar; empty where none was matched."""
    counts = (("better", wins or 0), ("equal", ties or 0), ("worse", losses or 0))
    total = sum(count for _, count in counts)
    shares: list[Share] = []
    x = float(LEFT)
    for name, count in counts:
        width = (RIGHT - LEFT) * count / total if total else 0.0
        if count:
            shares.append(Share(name, count, round(x, 1), round(width, 1), round(x + width / 2, 1)))
        x += width
    return shares
