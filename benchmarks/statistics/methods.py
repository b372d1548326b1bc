"""Intervals of many samples at once: the product's bounds, and the peers they were chosen over."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from modeleval.statistics.bounded import centre_root, lower_bounds, upper_bounds
from modeleval.statistics.units import Floats, Kinds

Ends = tuple[Floats, Floats]


def above(samples: Kinds, centre: float, low: float, error: float) -> NDArray[np.bool_]:
    """Whether the lower bound is above `centre`: what `lower_bounds` would say, without solving."""
    return centre_root(samples, low, np.full(len(samples.counts), centre)) < ndtri(error)


def below(samples: Kinds, centre: float, high: float, error: float) -> NDArray[np.bool_]:
    """Whether the upper bound is below `centre`."""
    return above(samples.scaled(-1.0), -centre, -high, error)


def bounded_coverage(samples: Kinds, truth: float, error: float) -> float:
    missed = above(samples, truth, 0.0, error) | below(samples, truth, 1.0, error)
    return 1 - float(missed.mean())


def first(samples: Kinds, count: int) -> Kinds:
    return Kinds(samples.totals[:count], samples.sizes[:count], samples.counts[:count])


def bounded(samples: Kinds, error: float, low: float = 0.0, high: float = 1.0) -> Ends:
    return lower_bounds(samples, low, error), upper_bounds(samples, high, error)


def units_of(samples: Kinds) -> Floats:
    return samples.counts.sum(axis=1)


def shown(samples: Kinds, least: int) -> NDArray[np.bool_]:
    """Whether so many units are there, as if of equal size: as `no_interval_reason` asks."""
    records = (samples.counts * samples.sizes).sum(axis=1)
    effective = records**2 / (samples.counts * samples.sizes**2).sum(axis=1)
    return effective >= least - 1e-9


def robust_error(samples: Kinds) -> Floats:
    """Cluster-robust standard error of the mean over records."""
    residuals = samples.totals - samples.sizes * samples.means[:, None]
    units = units_of(samples)
    squares = (samples.counts * residuals**2).sum(axis=1)
    records = (samples.counts * samples.sizes).sum(axis=1)
    return np.sqrt(units / (units - 1) * squares) / records


def student(samples: Kinds, error: float) -> Ends:
    half = stdtrit(units_of(samples) - 1, 1 - error) * robust_error(samples)
    return samples.means - half, samples.means + half


def wilson(samples: Kinds, error: float) -> Ends:
    """Wilson's interval, for clusters on the effective sample size."""
    mean, spread = samples.means, robust_error(samples)
    records = (samples.counts * samples.sizes).sum(axis=1)
    inside = mean * (1 - mean)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.where(spread > 0, inside / spread**2, units_of(samples))
    size = np.minimum(size, records)
    if (samples.sizes == 1).all():
        size = records
    z = float(ndtri(1 - error))
    weight = 1 + z * z / size
    half = z / weight * np.sqrt(inside / size + (z / (2 * size)) ** 2)
    centre = (mean + z * z / (2 * size)) / weight
    return centre - half, centre + half


def coverage(ends: Ends, truth: float) -> float:
    slack = 1e-9
    return float(((ends[0] <= truth + slack) & (ends[1] >= truth - slack)).mean())


def width(ends: Ends) -> float:
    return float((np.minimum(ends[1], 1) - np.maximum(ends[0], 0)).mean())
