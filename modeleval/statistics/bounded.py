"""Bounds of a mean of bounded values that hold in small, skewed and all-equal samples.

The lower bound is a low quantile of the mean under random weights (Rubin's Bayesian bootstrap,
1981) after one more observation was added at the scale's lowest value; the upper bound likewise at
its highest. Gaffke 2005 (Math. Methods Statist. 14), and independently Learned-Miller & Thomas 2019
(arXiv 1905.06208), who conjecture that it holds for every distribution on a bounded interval, at
every sample size, for independent values. We know of no counterexample, and found none; for
clusters nothing is conjectured, only measured (benchmarks/statistics.md). On yes/no
values it is the interval of Clopper & Pearson (1934), and for yes/no differences its p-value is the
exact test of McNemar (1947).

With clusters, whole clusters get the random weights, and the added one is as large as the largest
and all at the end of the scale: with weights w, the mean is sum(w total) / sum(w size). An average
one is not enough where few clusters are much larger than the others: where one conversation in ten
has 20 turns and the others one, it held the mean of some scores in only 85 of 100 samples of 100.

A mean of at most m under such weights is a sum of gamma variables of at most zero, which
`modeleval.statistics.tails` knows. All arrays here have the shape (batch, kinds).
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from modeleval.statistics.tails import signed_root
from modeleval.statistics.units import Floats, Kinds

__all__ = ["centre_root", "lower_bounds", "upper_bounds"]

_HALVINGS = 5
_STEPS = 80
_FLOOR = -30.0  # stands for minus infinity (and plus 30 for plus), where regula falsi needs numbers


def lower_bounds(samples: Kinds, end: float, error: float) -> Floats:
    """The largest centres that the samples put above with at most the given error: (batch,).

    `end` is the scale's lowest value.
    """
    high = samples.means
    free = high > end + 1e-12 * (1 + abs(end))
    low = np.full(len(high), float(end))
    if free.any():
        low[free] = _solve(samples.chosen(free), end, float(ndtri(error)))
    return low


def upper_bounds(samples: Kinds, end: float, error: float) -> Floats:
    """As `lower_bounds`; `end` is the scale's highest value."""
    return -lower_bounds(samples.scaled(-1.0), -end, error)


def centre_root(samples: Kinds, end: float, centre: Floats) -> Floats:
    """r* of the probability that the mean, with the end added, is at most `centre` (batch,)."""
    totals, sizes, counts = samples
    largest = np.where(counts > 0, sizes, 0.0).max(axis=1)
    y = totals - centre[:, None] * sizes
    added = (largest * (end - centre))[:, None]
    ones = np.ones((len(counts), 1))
    return signed_root(np.hstack([y, added]), np.hstack([counts, ones]))


def _solve(samples: Kinds, end: float, target: float) -> Floats:
    """Where r* crosses the target: some halvings, then regula falsi (Illinois)."""
    high = samples.means
    low = np.full(len(high), float(end))
    tolerance = 1e-10 * (high - low)
    at_low = np.full(len(low), _FLOOR)
    at_high = np.minimum(centre_root(samples, end, high) - target, -_FLOOR)
    for step in range(_STEPS):
        middle = (
            (low + high) / 2
            if step < _HALVINGS
            else (low * at_high - high * at_low) / (at_high - at_low)
        )
        found = np.clip(centre_root(samples, end, middle) - target, _FLOOR, -_FLOOR)
        below = found < 0
        moved = np.where(below, middle - low, high - middle)
        if step >= _HALVINGS:
            at_low, at_high = (
                np.where(below, at_low, at_low / 2),
                np.where(below, at_high / 2, at_high),
            )
        low, at_low = np.where(below, middle, low), np.where(below, found, at_low)
        high, at_high = np.where(below, high, middle), np.where(below, at_high, found)
        if (np.minimum(moved, high - low) <= tolerance).all():
            break
    return low
