"""Values grouped into what was drawn independently: records, or clusters of records."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Floats", "Kinds", "Units", "group"]

Floats = NDArray[np.float64]
_DECIMALS = 12


class Kinds(NamedTuple):
    """Samples as different (total, size) and how many units have them: each (batch, kinds)."""

    totals: Floats
    sizes: Floats
    counts: Floats

    def scaled(self, factor: float) -> Kinds:
        return self._replace(totals=factor * self.totals)

    def chosen(self, which: NDArray[np.bool_]) -> Kinds:
        return Kinds(self.totals[which], self.sizes[which], self.counts[which])

    @property
    def means(self) -> Floats:
        """Over records, of shape (batch,)."""
        sums: Floats = (self.counts * self.totals).sum(axis=1)
        records: Floats = (self.counts * self.sizes).sum(axis=1)
        return sums / records


@dataclass(frozen=True)
class Units:
    """Per unit: the sum of its values and how many records it has.

    `mean` is the mean over records, so that a large cluster weighs more than a small one.
    """

    totals: Floats
    sizes: Floats
    clustered: bool

    @property
    def count(self) -> int:
        return len(self.totals)

    @property
    def records(self) -> int:
        return int(self.sizes.sum())

    @property
    def effective(self) -> float:
        """How many units of equal size weigh as these do; their count if all are equal (Kish 1965).

        One conversation of 50 turns among 29 of one makes 2.5: it alone decides the mean.
        """
        return float(self.sizes.sum() ** 2 / np.square(self.sizes).sum())

    @property
    def mean(self) -> float:
        return float(self.totals.sum() / self.sizes.sum())

    @property
    def standard_error(self) -> float:
        """Of the mean over records, robust to clusters; infinite for a single unit.

        The sandwich estimator with the factor C / (C - 1) for C clusters; without clusters it is
        the sample's standard deviation over the root of n. Miller 2024 (arXiv 2411.00640).
        """
        if self.count == 1:
            return float("inf")
        residuals = self.totals - self.sizes * self.mean
        if np.abs(residuals).max() < 10.0**-_DECIMALS:
            return 0.0
        factor = self.count / (self.count - 1)
        return float(np.sqrt(factor * np.square(residuals).sum()) / self.sizes.sum())

    @property
    def kinds(self) -> Kinds:
        """As a batch of one."""
        pairs = np.round(self.totals, _DECIMALS) + 1j * self.sizes
        kinds, counts = np.unique(pairs, return_counts=True)
        return Kinds(kinds.real[None, :], kinds.imag[None, :], counts[None, :].astype(np.float64))


def group(values: ArrayLike, clusters: Sequence[Hashable] | None = None) -> Units:
    """One value per record, and with clusters the label of each record's cluster.

    Raises ValueError if there are no values, if one is not finite, or if labels are missing.
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 1 or not len(numbers):
        raise ValueError("at least one value is needed, one per record")
    if not np.isfinite(numbers).all():
        raise ValueError("values must be finite; leave out what is not applicable")
    if clusters is None:
        return Units(numbers, np.ones_like(numbers), clustered=False)
    if len(clusters) != len(numbers):
        raise ValueError(f"{len(numbers)} values, but {len(clusters)} cluster labels")
    places: dict[Hashable, int] = {}
    at = np.fromiter((places.setdefault(label, len(places)) for label in clusters), dtype=np.intp)
    sizes: Floats = np.bincount(at).astype(np.float64)
    totals: Floats = np.bincount(at, weights=numbers).astype(np.float64)
    return Units(totals, sizes, clustered=bool((sizes > 1).any()))
