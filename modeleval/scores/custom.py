"""A custom metric as a Metric: what its rating scale says about direction, bounds and low scores.

Whether Bedrock writes a custom metric's results as the scale has them or divided by the highest
level is not known (it does divide for built-in metrics). The Metric made here is on the scale of
the levels it is given: a caller that finds results on another scale passes those levels.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from modeleval.scores.metrics import Direction, Metric
from modeleval.scores.results import means_not_applicable, parse_result


class Level(NamedTuple):
    """One entry of a rating scale: its label and the value that it is scored as."""

    definition: str
    value: float | str


def custom_metric(
    name: str,
    scale: Iterable[Level] = (),
    *,
    direction: Direction = Direction.HIGHER,
    meaning: str = "",
) -> Metric:
    """The metric that a rating scale describes.

    Levels labelled N/A or Not Applicable are no part of the scale: their values and labels become
    `not_applicable_results`. The worst level is the end of the scale that the direction turns away
    from; a scale of strings has no order, so no worst level. Without a scale there are only
    explanations, and so no levels.
    """
    levels = list(scale)
    apart = [level for level in levels if _not_applicable(level)]
    applicable = [_value(level) for level in levels if not _not_applicable(level)]
    numbers = sorted(value for value in applicable if not isinstance(value, str))
    ordered = bool(numbers) and len(numbers) == len(applicable)
    lowest, highest = (numbers[0], numbers[-1]) if ordered else (0.0, 1.0)
    worst = lowest if direction is Direction.HIGHER else highest
    return Metric(
        name=name,
        direction=direction,
        levels=len(set(applicable)) or None,
        minimum=lowest,
        maximum=highest,
        may_not_apply=bool(apart),
        meaning=meaning,
        custom=True,
        worst_level=worst if ordered else None,
        not_applicable_results=_results(apart),
    )


def _not_applicable(level: Level) -> bool:
    return means_not_applicable(level.definition) or parse_result(level.value, True).not_applicable


def _value(level: Level) -> float | str:
    """The value as `parse_result` will read it: a string scale's "1" is the number 1."""
    value = parse_result(level.value, True).value
    if value is None:
        raise ValueError("a level's value is a finite number or a short text")
    return value


def _results(levels: Iterable[Level]) -> frozenset[float | str]:
    texts_and_values = (result for level in levels for result in level)
    parsed = (parse_result(result, True).value for result in texts_and_values)
    return frozenset(value for value in parsed if value is not None)
