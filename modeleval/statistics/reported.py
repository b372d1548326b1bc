"""Bounds of a mean of which a service reports the value and its standard error, and no records.

On a scale with two ends the two say how many yes/no records would be as uncertain, and the bounds
are those of Clopper & Pearson (1934) for so many. Not the value plus or minus z errors: of yes/no
scores whose mean is 0.9, that holds the mean in 88 of 100 samples of 50, and its one-sided bound
errs in 11 instead of 5 (benchmarks/statistics.md). Without known ends there is nothing better.
Where nobody says how many records there were, ten or more are taken for granted: of five, an
error is often small by chance.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from scipy.special import betaincinv, ndtri

from modeleval.statistics.intervals import LEAST_UNITS
from modeleval.statistics.words import CONFIDENCE, Interval, Method, NoInterval, Scale

__all__ = ["Reported", "from_standard_error", "reported_ends", "why_unusable"]

_ROUNDING = 1e-6
_NO_ERROR = "the service reported no standard error for this aggregate"
_ZERO_ERROR = (
    "the reported standard error is zero: all records agreed, and how many they are is not known"
)


class Reported(NamedTuple):
    """A mean as a service gives it; `records`: how many were scored, None if nobody says."""

    value: float
    standard_error: float | None
    records: int | None = None


def from_standard_error(
    one: Reported, *, scale: Scale, confidence: float = CONFIDENCE
) -> Interval | NoInterval:
    """The interval of the mean, or why there is none."""
    if reason := why_unusable(one, scale):
        return NoInterval(reason)
    low, high = reported_ends(one, scale, (1 - confidence) / 2)
    return Interval(
        value=one.value,
        low=min(low, one.value),
        high=max(high, one.value),
        method=Method.STANDARD_ERROR,
        records=one.records,
        units=one.records,
        standard_error=one.standard_error or 0.0,
        confidence=confidence,
    )


def why_unusable(one: Reported, scale: Scale) -> str | None:
    """Why a reported mean has no honest interval; None if it has one.

    A standard error of zero says that all records agreed, not that nothing is uncertain: it says
    something on a scale with two ends, if the records are known.
    """
    error = one.standard_error
    if error is None or not math.isfinite(error) or error < 0 or not math.isfinite(one.value):
        return _NO_ERROR
    if error == 0 and not (one.records and _within(one.value, scale)):
        return _ZERO_ERROR
    if not _within(one.value, scale):
        return None
    size, least = _size(one, scale), LEAST_UNITS[Method.STANDARD_ERROR]
    if one.records is not None and one.records < least:
        return f"too few records: {one.records}, and an interval needs {least}"
    if size < least - _ROUNDING:
        return (
            f"too few records: the standard error is that of {size:.2g} yes/no ones, and an "
            f"interval needs {least}"
        )
    return None


def reported_ends(one: Reported, scale: Scale, error: float) -> tuple[float, float]:
    """Lower and upper bound, each with the given error, where `why_unusable` says nothing."""
    minimum, reach = scale.minimum, scale.reach
    if minimum is None or reach is None or not _within(one.value, scale):
        half = float(ndtri(1 - error)) * (one.standard_error or 0.0)
        return one.value - half, one.value + half
    size = _size(one, scale)
    yes = size * (one.value - minimum) / reach
    no = size - yes
    low = float(betaincinv(yes, no + 1, error)) if yes > 0 else 0.0
    high = float(betaincinv(yes + 1, no, 1 - error)) if no > 0 else 1.0
    return minimum + reach * low, minimum + reach * high


def _size(one: Reported, scale: Scale) -> float:
    """How many yes/no records would have this standard error: the sd of n over sqrt(n - 1)."""
    minimum, maximum = scale.minimum, scale.maximum
    if not one.standard_error or minimum is None or maximum is None:
        return float(one.records or 0)
    return (one.value - minimum) * (maximum - one.value) / one.standard_error**2 + 1


def _within(value: float, scale: Scale) -> bool:
    if scale.minimum is None or scale.maximum is None:
        return False
    return scale.minimum <= value <= scale.maximum
