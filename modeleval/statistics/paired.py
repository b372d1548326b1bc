"""New minus base on the same records: the sign-flip test, and the interval of the mean difference.

The test flips the sign of each record's (or whole cluster's) difference, as if new and base had
been swapped by chance. On yes/no values without clusters it is exact McNemar (1947). No Wilcoxon
signed-rank test: on asymmetric ordinal differences it rejects where the means are equal.

The flip test itself assumes as much of the very small sample: where improvements are small and
frequent, losses large and rare, ten records often hold no loss at all, and every flip looks worse.
So the words *improved* and *regressed* ask a second question, whether the interval of the mean
difference, which reckons with losses not yet seen, also leaves zero out (its `p_value`).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, stdtr

from modeleval.statistics.bounded import centre_root
from modeleval.statistics.flips import flip
from modeleval.statistics.intervals import bounded_ends, no_interval_reason, student_ends
from modeleval.statistics.units import Units, group
from modeleval.statistics.words import (
    CONFIDENCE,
    DifferenceInterval,
    Method,
    NoInterval,
)

__all__ = ["difference_interval", "sign_flip_test"]

_ROUNDING = 1e-9


def sign_flip_test(
    differences: ArrayLike,
    *,
    clusters: Sequence[Hashable] | None = None,
    alternative: Literal["two-sided", "greater", "less"] = "two-sided",
) -> float:
    """The p-value of "new and base could be swapped", on the mean difference over records.

    `greater` asks whether the mean is above zero. Raises ValueError as `group` does.
    """
    flipped = flip(group(differences, clusters).totals)
    if alternative == "greater":
        return flipped.greater
    return flipped.less if alternative == "less" else flipped.either


def difference_interval(
    differences: ArrayLike,
    *,
    reach: float | None,
    clusters: Sequence[Hashable] | None = None,
    confidence: float = CONFIDENCE,
) -> DifferenceInterval | NoInterval:
    """The interval and the two one-sided bounds of the mean difference.

    `reach` is the largest difference that the metric's scale allows, None if it has no bounds.
    Raises ValueError as `group` does.
    """
    units = group(differences, clusters)
    widest = float(np.abs(np.asarray(differences, dtype=np.float64)).max())
    bounded = reach is not None and widest <= reach * (1 + _ROUNDING)
    method = Method.BOUNDED if bounded else Method.STUDENT
    if reason := no_interval_reason(units, method):
        return NoInterval(reason)
    span = max(reach, widest) if bounded and reach is not None else None
    low, high = _ends(units, span, (1 - confidence) / 2)
    lower, upper = _ends(units, span, 1 - confidence)
    return DifferenceInterval(
        value=units.mean,
        low=low,
        high=high,
        lower_bound=lower,
        upper_bound=upper,
        p_value=_p_value(units, span),
        method=method,
        records=units.records,
        units=units.count,
        standard_error=units.standard_error,
        confidence=confidence,
    )


def _ends(units: Units, reach: float | None, error: float) -> tuple[float, float]:
    if reach is None:
        return student_ends(units, error)
    return bounded_ends(units, -reach, reach, error)


def _p_value(units: Units, reach: float | None) -> float:
    """Two-sided, of a mean difference of zero: twice the error at which a bound reaches it."""
    if reach is None:
        ratio = abs(units.mean) / units.standard_error
        return 2 * float(stdtr(units.count - 1, -ratio))
    sign = 1.0 if units.mean >= 0 else -1.0
    root = centre_root(units.kinds.scaled(sign), -reach, np.zeros(1))
    return min(1.0, 2 * float(ndtr(root[0])))
