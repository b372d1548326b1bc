"""The standard error of a number that is no mean: BLEU, macro F1 and their like. Needs numpy only.

Records (or clusters of them) are drawn anew, as many as there are, with replacement, and the number
is computed of each draw: the bootstrap of Koehn (2004, "Statistical Significance Tests for Machine
Translation Evaluation"). The draws are seeded, so that the same scores have the same error.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

RESAMPLES = 1000
LEAST_UNITS = 100
"""Below, the interval that is made of the error covers too seldom (benchmarks/statistics.md)."""

_SEED = 20_261_122
_AT_ONCE = 50
_UNDEFINED_SHARE = 0.05
_ROUNDING = 1e-9

Array = NDArray[np.float64]


def bootstrap_error(
    counts: ArrayLike,
    value: Callable[[Array], Array],
    *,
    clusters: Sequence[Hashable] | None = None,
) -> float | None:
    """The standard error of `value` of the sums of `counts`.

    counts: one row per record, whose sums the number is made of. value: from sums (one row per
    draw) to numbers, NaN where it is not defined. clusters: which records belong together. None
    where there are fewer than LEAST_UNITS units, where the number is not defined for many draws,
    and where all draws agree: that nothing varied here is not that nothing varies.
    """
    units = _units(np.asarray(counts, dtype=np.float64), clusters)
    size = len(units)
    if size < LEAST_UNITS:
        return None
    chance = np.random.default_rng(_SEED)
    found: list[Array] = []
    for _ in range(RESAMPLES // _AT_ONCE):
        weights = chance.multinomial(size, np.full(size, 1 / size), size=_AT_ONCE)
        found.append(value(weights @ units))
    values = np.concatenate(found)
    defined = values[np.isfinite(values)]
    if len(defined) < (1 - _UNDEFINED_SHARE) * len(values):
        return None
    error = float(defined.std(ddof=1))
    agree = error <= _ROUNDING * max(1.0, abs(float(defined.mean())))
    return error if math.isfinite(error) and not agree else None


def _units(counts: Array, clusters: Sequence[Hashable] | None) -> Array:
    if clusters is None:
        return counts
    numbers = {label: number for number, label in enumerate(dict.fromkeys(clusters))}
    units = np.zeros((len(numbers), counts.shape[1]))
    np.add.at(units, [numbers[label] for label in clusters], counts)
    return units
