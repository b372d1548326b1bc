"""Rules decided by one-sided bounds, each of which errs in at most 5 % of samples.

A rule passes if the bound that speaks against it still keeps it, fails if even the bound that
speaks for it breaks it, and is inconclusive in between. All rules of a gate must pass, so they need
no correction among themselves.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from modeleval.statistics.intervals import mean_interval
from modeleval.statistics.verdict import Verdict
from modeleval.statistics.words import Decision, DifferenceInterval, Interval, NoInterval, Scale

__all__ = ["decide_limit", "decide_no_significant_regression", "decide_regression"]


def decide_regression(difference: DifferenceInterval | NoInterval, margin: float) -> Decision:
    """maxRegression: passed if the lower bound is above -margin, failed if the upper is below it.

    `difference` is turned so that higher is better; `margin` is not negative (ValueError).
    """
    _check(margin)
    if isinstance(difference, NoInterval):
        return _undecided(-margin, difference)
    verdict = Verdict.INCONCLUSIVE
    if difference.lower_bound > -margin:
        verdict = Verdict.PASSED
    elif difference.upper_bound < -margin:
        verdict = Verdict.FAILED
    return _decided(verdict, -margin, difference)


def decide_no_significant_regression(
    difference: DifferenceInterval | NoInterval, margin: float
) -> Decision:
    """Failed if the upper bound is below zero, passed if else the lower bound is above -margin.

    Without a margin, too few records would pass. A loss that is certain fails, however small; the
    decision's limit is then zero.
    """
    _check(margin)
    if isinstance(difference, NoInterval):
        return _undecided(-margin, difference)
    if difference.upper_bound < 0:
        return _decided(Verdict.FAILED, 0.0, difference)
    verdict = Verdict.INCONCLUSIVE
    if difference.lower_bound > -margin:
        verdict = Verdict.PASSED
    return _decided(verdict, -margin, difference)


def decide_limit(
    values: ArrayLike,
    limit: float,
    *,
    rule: Literal["minimum", "maximum"],
    scale: Scale,
    clusters: Sequence[Hashable] | None = None,
) -> Decision:
    """minimum and maximum: does the mean of all such records keep the limit? The limit itself does.

    Values are as they are, not turned. Raises ValueError as `mean_interval` does.
    """
    if not len(np.atleast_1d(np.asarray(values))):
        return _undecided(limit, NoInterval("no record was scored"))
    lower = mean_interval(values, scale=scale, clusters=clusters, alternative="lower")
    upper = mean_interval(values, scale=scale, clusters=clusters, alternative="upper")
    if isinstance(lower, NoInterval):
        return _undecided(limit, lower)
    if isinstance(upper, NoInterval):
        return _undecided(limit, upper)
    return _decide_limit(lower, upper, limit, rule)


def _decide_limit(lower: Interval, upper: Interval, limit: float, rule: str) -> Decision:
    above, below = lower.low >= limit, upper.high <= limit
    kept = above if rule == "minimum" else below
    broken = upper.high < limit if rule == "minimum" else lower.low > limit
    verdict = Verdict.PASSED if kept else Verdict.FAILED if broken else Verdict.INCONCLUSIVE
    return Decision(
        verdict=verdict,
        limit=limit,
        value=lower.value,
        lower_bound=lower.low,
        upper_bound=upper.high,
        reason=_reason(verdict, lower.low, upper.high, limit),
    )


def _decided(verdict: Verdict, limit: float, difference: DifferenceInterval) -> Decision:
    lower, upper = difference.lower_bound, difference.upper_bound
    return Decision(
        verdict=verdict,
        limit=limit,
        value=difference.value,
        lower_bound=lower,
        upper_bound=upper,
        reason=_reason(verdict, lower, upper, limit),
    )


def _reason(verdict: Verdict, lower: float, upper: float, limit: float) -> str:
    if verdict is Verdict.INCONCLUSIVE:
        return f"between {lower:.3g} and {upper:.3g}, and {limit:.3g} lies within"
    return f"between {lower:.3g} and {upper:.3g}, where {limit:.3g} was asked"


def _undecided(limit: float, why: NoInterval) -> Decision:
    return Decision(
        verdict=Verdict.INCONCLUSIVE,
        limit=limit,
        value=None,
        lower_bound=None,
        upper_bound=None,
        reason=why.reason,
    )


def _check(margin: float) -> None:
    if not margin >= 0:
        raise ValueError("a margin is zero or more")
