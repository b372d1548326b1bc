"""The interval of one mean, by the method that holds for its kind of values.

| values | method |
|---|---|
| yes/no, without clusters, two-sided | Wilson 1927 (JASA 22) |
| within a scale with both ends, with or without clusters | `modeleval.statistics.bounded` |
| without known bounds, or outside of them | Student's t with the standard error of the mean over |
| | records, cluster-robust, clusters minus one degrees of freedom (Miller 2024) |

Not the t interval for bounded values: of 5-level scores of which 95 % are the highest, it covers
the mean in 4 of 10 samples of 10 (Bowyer et al. 2025, arXiv 2503.01747, warn of the same). Nor
Wilson's on the effective sample size for clustered yes/no values: with unequal clusters it stays
below 93 %. Both are measured in benchmarks/statistics.md.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri, stdtrit

from modeleval.statistics.bounded import lower_bounds, upper_bounds
from modeleval.statistics.units import Units, group
from modeleval.statistics.words import (
    CONFIDENCE,
    Alternative,
    Interval,
    Method,
    NoInterval,
    Scale,
)

__all__ = [
    "LEAST_UNITS",
    "bounded_ends",
    "effective_size",
    "mean_interval",
    "no_interval_reason",
    "pick_method",
    "student_ends",
    "wilson",
]

LEAST_UNITS = {Method.WILSON: 5, Method.BOUNDED: 5, Method.STUDENT: 100, Method.STANDARD_ERROR: 10}
"""How many records (or clusters, as if of equal size) it takes for a method to be shown:
benchmarks/statistics.md."""

_ROUNDING = 1e-9


def mean_interval(
    values: ArrayLike,
    *,
    scale: Scale,
    clusters: Sequence[Hashable] | None = None,
    confidence: float = CONFIDENCE,
    alternative: Alternative = "two-sided",
) -> Interval | NoInterval:
    """The interval of the mean over records of `values`, one per record.

    `clusters` holds each record's label: a conversation, or what else belongs together. Never
    leaves the scale, and never has width zero unless the scale's two ends meet. Raises ValueError
    for no values, or values that are not finite.
    """
    units = group(values, clusters)
    method = pick_method(values, units, scale)
    if method is Method.WILSON and alternative != "two-sided":
        method = Method.BOUNDED
    if reason := no_interval_reason(units, method):
        return NoInterval(reason)
    error = (1 - confidence) / (2 if alternative == "two-sided" else 1)
    low, high = _ends(units, method, scale, error)
    floor = -math.inf if scale.minimum is None else scale.minimum
    ceiling = math.inf if scale.maximum is None else scale.maximum
    if method is Method.STUDENT:
        floor, ceiling = -math.inf, math.inf
    return Interval(
        value=units.mean,
        low=floor if alternative == "upper" else min(max(low, floor), units.mean),
        high=ceiling if alternative == "lower" else max(min(high, ceiling), units.mean),
        method=method,
        records=units.records,
        units=units.count,
        standard_error=units.standard_error,
        confidence=confidence,
    )


def pick_method(values: ArrayLike, units: Units, scale: Scale) -> Method:
    """By what is known of the values: yes/no, bounded, or neither."""
    numbers = np.asarray(values, dtype=np.float64)
    if scale.minimum is None or scale.maximum is None:
        return Method.STUDENT
    slack = _ROUNDING * (scale.maximum - scale.minimum)
    if numbers.min() < scale.minimum - slack or numbers.max() > scale.maximum + slack:
        return Method.STUDENT
    ends = np.isin(numbers, [scale.minimum, scale.maximum])
    if scale.binary and not units.clustered and ends.all():
        return Method.WILSON
    return Method.BOUNDED


def no_interval_reason(units: Units, method: Method) -> str | None:
    """Why no honest interval exists, or None if one does."""
    what = "clusters" if units.clustered else "records"
    least = LEAST_UNITS[method]
    if units.count < least:
        return f"too few {what}: {units.count}, and an interval needs {least}"
    if units.effective < least - _ROUNDING:
        return (
            f"too few clusters: {units.count}, but so unequal that they weigh as "
            f"{units.effective:.2g} equal ones, and an interval needs {least}"
        )
    if method is Method.STUDENT and units.standard_error == 0:
        return "all values agree, and the scale has no known bounds"
    return None


def bounded_ends(units: Units, minimum: float, maximum: float, error: float) -> tuple[float, float]:
    """Lower and upper bound, each with the given error."""
    low = lower_bounds(units.kinds, end=minimum, error=error)
    high = upper_bounds(units.kinds, end=maximum, error=error)
    return float(low[0]), float(high[0])


def student_ends(units: Units, error: float) -> tuple[float, float]:
    """Mean plus or minus t cluster-robust standard errors (Miller 2024)."""
    half = float(stdtrit(units.count - 1, 1 - error)) * units.standard_error
    return units.mean - half, units.mean + half


def wilson(share: float, size: float, error: float) -> tuple[float, float]:
    """Wilson's score interval of a share; `size` may be an effective sample size."""
    z = float(ndtri(1 - error))
    weight = 1 + z * z / size
    centre = (share + z * z / (2 * size)) / weight
    half = z / weight * math.sqrt(share * (1 - share) / size + (z / (2 * size)) ** 2)
    return centre - half, centre + half


def effective_size(units: Units) -> float:
    """How many independent yes/no records would be as uncertain as these clustered ones.

    At least the number of clusters where all agree, at most the number of records.
    """
    spread = units.mean * (1 - units.mean)
    if units.standard_error == 0 or spread <= 0:
        return float(units.count)
    return float(min(spread / units.standard_error**2, units.records))


def _ends(units: Units, method: Method, scale: Scale, error: float) -> tuple[float, float]:
    minimum, maximum = scale.minimum, scale.maximum
    if method is Method.STUDENT or minimum is None or maximum is None:
        return student_ends(units, error)
    if method is Method.WILSON:
        reach = maximum - minimum
        low, high = wilson((units.mean - minimum) / reach, units.count, error)
        return minimum + reach * low, minimum + reach * high
    return bounded_ends(units, minimum, maximum, error)
