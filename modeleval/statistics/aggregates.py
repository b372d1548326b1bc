"""Two versions of which only means and standard errors are known, as benchmarks report them."""

from __future__ import annotations

import math
from dataclasses import replace

from scipy.special import ndtr, ndtri

from modeleval.statistics.conclusions import Comparison, worded
from modeleval.statistics.planning import smallest_detectable
from modeleval.statistics.words import (
    CONFIDENCE,
    DifferenceInterval,
    Method,
    Scale,
    Word,
)

__all__ = ["compare_aggregates"]

_NO_ERRORS = "without records and without standard errors, a difference cannot be judged"
_ZERO_ERRORS = "both standard errors are zero: all records agreed, and how many is not known"


def compare_aggregates(
    new: tuple[float, float | None],
    base: tuple[float, float | None],
    *,
    scale: Scale,
    higher_is_better: bool = True,
    margin: float | None = None,
) -> Comparison:
    """Values with their standard errors, where no records are known.

    Not paired, so it sees less than `compare` would: the errors add up (Miller 2024,
    arXiv 2411.00640).
    """
    error = _joint_error(new, base)
    refused = _NO_ERRORS if error is None else _ZERO_ERRORS if error == 0 else ""
    difference = (new[0] - base[0]) * (1 if higher_is_better else -1)
    one = Comparison(
        word=Word.NOT_COMPARABLE,
        reason=refused,
        paired=False,
        mean_new=new[0],
        mean_base=base[0],
        difference=difference,
        margin=margin,
    )
    if error is None or refused:
        return one
    interval = _from_errors(difference, error, scale.reach)
    detectable = smallest_detectable(float(ndtri((1 + CONFIDENCE) / 2)) * error, error)
    measured = replace(
        one,
        interval=interval,
        p_value=interval.p_value,
        smallest_detectable=min(detectable, _span(scale.reach)),
    )
    return worded(measured, interval.p_value)


def _joint_error(new: tuple[float, float | None], base: tuple[float, float | None]) -> float | None:
    numbers = [number for number in (*new, *base) if number is not None and math.isfinite(number)]
    if len(numbers) < 4 or new[1] is None or base[1] is None:  # noqa: PLR2004 - two of two
        return None
    return math.hypot(new[1], base[1])


def _span(reach: float | None) -> float:
    return math.inf if reach is None else reach


def _from_errors(difference: float, error: float, reach: float | None) -> DifferenceInterval:
    span = _span(reach)

    def end(share: float) -> float:
        return min(max(difference + float(ndtri(share)) * error, -span), span)

    tail = (1 - CONFIDENCE) / 2
    return DifferenceInterval(
        value=difference,
        low=end(tail),
        high=end(1 - tail),
        lower_bound=end(2 * tail),
        upper_bound=end(1 - 2 * tail),
        p_value=2 * float(ndtr(-abs(difference) / error)),
        method=Method.STANDARD_ERROR,
        records=None,
        units=None,
        standard_error=error,
    )
