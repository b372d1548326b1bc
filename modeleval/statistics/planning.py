"""Before spending: which margin some records can decide, and how many a margin needs.

To decide a margin means: if new and base are equally good, the rule passes with 80 % power. The
bound is computed for the sample that one expects (of all with the assumed standard deviation the
hardest: few, complete changes, to both sides alike) and moved down by the 80 % point of the mean's
own scatter.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtri, stdtrit

from modeleval.statistics.bounded import lower_bounds
from modeleval.statistics.units import Kinds
from modeleval.statistics.words import CONFIDENCE, POWER, Scale

__all__ = ["assumed_sd", "decidable_margin", "records_needed", "smallest_detectable"]

_MOST_RECORDS = 10_000_000
_ASSUMED = {2: 0.40, 5: 0.25}
_ASSUMED_FINITE = 0.25
_ASSUMED_CONTINUOUS = 0.15


def assumed_sd(scale: Scale) -> float | None:
    """Of the differences, before anything was measured: a share of the scale's reach.

    Yes/no 0.40 (16 % of the records change sides), other finite scales 0.25, continuous 0.15. These
    are assumptions; a previous run's own standard deviation is better. None without bounds.
    """
    if scale.reach is None:
        return None
    if scale.levels is None:
        return _ASSUMED_CONTINUOUS * scale.reach
    return _ASSUMED.get(scale.levels, _ASSUMED_FINITE) * scale.reach


def decidable_margin(
    records: int,
    sd: float,
    *,
    reach: float | None,
    cluster_size: float = 1.0,
    correlation: float = 0.0,
    confidence: float = CONFIDENCE,
    power: float = POWER,
) -> float:
    """The smallest margin that these records decide, in the metric's own units.

    `sd` is that of the differences per record, `reach` the scale's width (None: no bounds);
    `cluster_size` records share a cluster, with intraclass `correlation` of their differences.
    Infinite for fewer than two clusters (or records). ValueError for a negative sd.
    """
    if sd < 0:
        raise ValueError("a standard deviation is zero or more")
    units = records / cluster_size
    if units < 2:  # noqa: PLR2004 - one unit has no spread
        return math.inf
    unit_sd = sd * math.sqrt((1 + (cluster_size - 1) * correlation) / cluster_size)
    scatter = float(ndtri(power)) * unit_sd / math.sqrt(units)
    return scatter + _half_width(units, unit_sd, reach, 1 - confidence)


def records_needed(
    margin: float,
    sd: float,
    *,
    reach: float | None,
    cluster_size: float = 1.0,
    correlation: float = 0.0,
    confidence: float = CONFIDENCE,
    power: float = POWER,
) -> int | None:
    """The fewest records that decide the margin; None if ten million do not.

    ValueError unless the margin is above zero.
    """
    if not margin > 0:
        raise ValueError("only a margin above zero can be decided")

    def decides(records: int) -> bool:
        reached = decidable_margin(
            records,
            sd,
            reach=reach,
            cluster_size=cluster_size,
            correlation=correlation,
            confidence=confidence,
            power=power,
        )
        return reached <= margin

    enough = 2
    while not decides(enough):
        enough *= 2
        if enough > _MOST_RECORDS:
            return None
    short = enough // 2
    while enough - short > 1:
        middle = (short + enough) // 2
        short, enough = (short, middle) if decides(middle) else (middle, enough)
    return enough


def smallest_detectable(half_width: float, standard_error: float, power: float = POWER) -> float:
    """The smallest true difference that an interval of this half width leaves zero out of.

    With that power: the observed mean scatters around the true one by the standard error.
    """
    return half_width + float(ndtri(power)) * standard_error


def _half_width(units: float, sd: float, reach: float | None, error: float) -> float:
    """How far below zero the one-sided bound of an expected sample of differences lies."""
    if reach is None:
        return float(stdtrit(units - 1, 1 - error)) * sd / math.sqrt(units)
    changed = min(1.0, (sd / reach) ** 2)
    totals = np.array([[-reach, 0.0, reach]])
    counts = units * np.array([[changed / 2, 1 - changed, changed / 2]])
    return -float(lower_bounds(Kinds(totals, np.ones_like(totals), counts), -reach, error)[0])
