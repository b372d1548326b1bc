"""Several judgements of each record: averaged first, and their scatter told from the records'.

The mean of k judgements of one record is one observation, not k (Miller 2024, arXiv 2411.00640):
repeats lower the judge's noise, never the scatter between records.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

__all__ = ["RepeatVariance", "average_repeats", "repeat_variance"]

_Key = TypeVar("_Key")


@dataclass(frozen=True, kw_only=True)
class RepeatVariance:
    """Variance components of one judgement: of the record, and of judging it again.

    `repeats` is the effective number of judgements per record, `mean_share` the share of the
    variance of the records' averages that comes from judging: what more repeats could take away.
    """

    between_records: float
    between_repeats: float
    records: int
    repeats: float

    @property
    def repeat_share(self) -> float | None:
        """The share of one judgement's variance that is the judge's own; None if nothing varies."""
        total = self.between_records + self.between_repeats
        return self.between_repeats / total if total > 0 else None

    @property
    def mean_share(self) -> float | None:
        noise = self.between_repeats / self.repeats
        total = self.between_records + noise
        return noise / total if total > 0 else None


def average_repeats(judgements: Mapping[_Key, Sequence[float | None]]) -> dict[_Key, float]:
    """Each record's mean over the judgements that apply; records without any are left out."""
    averages: dict[_Key, float] = {}
    for key, values in judgements.items():
        scored = [value for value in values if value is not None]
        if scored:
            averages[key] = math.fsum(scored) / len(scored)
    return averages


def repeat_variance(
    judgements: Mapping[_Key, Sequence[float | None]],
) -> RepeatVariance | None:
    """One-way random effects by analysis of variance (Searle, Casella & McCulloch 1992, chapter 3).

    Records may have different numbers of judgements. A negative component counts as zero. None if
    there are fewer than two records, or no record was judged twice.
    """
    groups = [[value for value in values if value is not None] for values in judgements.values()]
    groups = [values for values in groups if values]
    sizes = np.array([len(values) for values in groups], dtype=np.float64)
    spare = sizes.sum() - len(sizes)
    if len(groups) < 2 or not spare:  # noqa: PLR2004 - one record has no variance
        return None
    means = np.array([np.mean(values) for values in groups])
    within = sum(
        float(np.square(np.asarray(values) - mean).sum())
        for values, mean in zip(groups, means, strict=True)
    )
    grand = float((sizes * means).sum() / sizes.sum())
    between = float((sizes * np.square(means - grand)).sum()) / (len(sizes) - 1)
    repeats = float((sizes.sum() - np.square(sizes).sum() / sizes.sum()) / (len(sizes) - 1))
    noise = within / float(spare)
    return RepeatVariance(
        between_records=max(0.0, (between - noise) / repeats),
        between_repeats=noise,
        records=len(groups),
        repeats=repeats,
    )
