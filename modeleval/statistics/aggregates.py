"""Two versions of which only means and standard errors are known, as benchmarks report them."""

from __future__ import annotations

import math
from dataclasses import replace

from scipy.special import ndtr, ndtri

from modeleval.statistics.conclusions import Comparison, worded
from modeleval.statistics.planning import smallest_detectable
from modeleval.statistics.reported import Reported, reported_ends, why_unusable
from modeleval.statistics.words import (
    CONFIDENCE,
    DifferenceInterval,
    Method,
    NoInterval,
    Scale,
    Word,
)

__all__ = ["compare_aggregates"]

_HALVINGS = 50


def compare_aggregates(
    new: Reported,
    base: Reported,
    *,
    scale: Scale,
    higher_is_better: bool = True,
    margin: float | None = None,
) -> Comparison:
    """Means with their standard errors, where no records are known.

    Not paired, so it sees less than `compare` would: the errors add up (Miller 2024,
    arXiv 2411.00640). On a scale with two ends the interval is the hybrid of the two means' own
    (Newcombe 1998, Statist. Med. 17, method 10, with Clopper & Pearson's bounds in Wilson's place).
    """
    turned = 1 if higher_is_better else -1
    refused = why_unusable(new, scale) or why_unusable(base, scale) or ""
    one = Comparison(
        word=Word.TOO_FEW if refused.startswith("too few") else Word.NOT_COMPARABLE,
        reason=refused,
        interval=NoInterval(refused),
        paired=False,
        mean_new=new.value,
        mean_base=base.value,
        difference=turned * (new.value - base.value),
        margin=margin,
    )
    if refused:
        return one
    interval = _difference((new, base) if higher_is_better else (base, new), scale)
    half = max(interval.value - interval.low, interval.high - interval.value)
    detectable = smallest_detectable(half, interval.standard_error)
    measured = replace(
        one,
        interval=interval,
        p_value=interval.p_value,
        smallest_detectable=min(detectable, math.inf if scale.reach is None else scale.reach),
    )
    return worded(measured, interval.p_value)


def _difference(pair: tuple[Reported, Reported], scale: Scale) -> DifferenceInterval:
    """Of the first minus the second."""
    one, other = pair
    tail = (1 - CONFIDENCE) / 2
    low, high = _ends(pair, scale, tail)
    lower, upper = _ends(pair, scale, 2 * tail)
    return DifferenceInterval(
        value=one.value - other.value,
        low=low,
        high=high,
        lower_bound=lower,
        upper_bound=upper,
        p_value=_p_value(pair, scale),
        method=Method.STANDARD_ERROR,
        records=None,
        units=None,
        standard_error=_joint_error(pair),
    )


def _joint_error(pair: tuple[Reported, Reported]) -> float:
    return math.hypot(*(each.standard_error or 0.0 for each in pair))


def _ends(pair: tuple[Reported, Reported], scale: Scale, error: float) -> tuple[float, float]:
    """As far from the difference as both means' own bounds are together, at right angles."""
    one, other = pair
    difference = one.value - other.value
    low, high = reported_ends(one, scale, error)
    other_low, other_high = reported_ends(other, scale, error)
    down = math.hypot(one.value - low, other_high - other.value)
    up = math.hypot(high - one.value, other.value - other_low)
    return difference - down, difference + up


def _p_value(pair: tuple[Reported, Reported], scale: Scale) -> float:
    """Two-sided, of no difference: twice the error at which an end of the interval reaches zero."""
    difference = pair[0].value - pair[1].value
    if not difference:
        return 1.0
    if scale.reach is None:
        return 2 * float(ndtr(-abs(difference) / _joint_error(pair)))
    kept, left = float(ndtri(1e-15)), 0.0
    for _ in range(_HALVINGS):
        middle = (kept + left) / 2
        low, high = _ends(pair, scale, float(ndtr(middle)))
        kept, left = (middle, left) if low <= 0 <= high else (kept, middle)
    return 2 * float(ndtr((kept + left) / 2))
