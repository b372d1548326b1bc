"""Do several people who rate the same thing say the same? Pure Python: no numpy.

Krippendorff's alpha after K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011):
1 - observed / expected disagreement over all pairable values, for nominal or ordinal data, with any
number of raters per unit and gaps. 1 is full agreement, 0 what chance would bring, and below 0 less
than that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise, product
from typing import NamedTuple

_FEWEST = 2
"""Ratings of one unit from which on there is something to compare."""


class Agreement(NamedTuple):
    """Over the units with two or more ratings.

    percent: the share of pairs of ratings of a unit that are equal, as a mean over units, 0 to 1;
    None without such units. alpha: Krippendorff's; None where it is not defined, because there are
    no such units, or all ratings are one and the same value.
    """

    units: int
    ratings: int
    percent: float | None
    alpha: float | None


def agreement(units: Iterable[Sequence[float]], *, ordinal: bool) -> Agreement:
    """`units` are the ratings of one thing each; `ordinal` says that the values have an order."""
    counted = [Counter(ratings) for ratings in units if len(ratings) >= _FEWEST]
    if not counted:
        return Agreement(0, 0, None, None)
    coincidences = _coincidences(counted)
    return Agreement(
        units=len(counted),
        ratings=sum(unit.total() for unit in counted),
        percent=sum(map(_agreeing_pairs, counted)) / len(counted),
        alpha=_alpha(coincidences, ordinal=ordinal),
    )


def _agreeing_pairs(unit: Counter[float]) -> float:
    """The share of the unit's ordered pairs that are equal (Fleiss 1971 calls it P_i)."""
    total = unit.total()
    return sum(count * (count - 1) for count in unit.values()) / (total * (total - 1))


def _coincidences(units: Iterable[Counter[float]]) -> Mapping[tuple[float, float], float]:
    """How often two values stand together in a unit; a unit of m ratings adds m in all."""
    found: Counter[tuple[float, float]] = Counter()
    for unit in units:
        for one, other in product(unit, unit):
            pairs = unit[one] * (unit[other] - (one == other))
            found[one, other] += pairs / (unit.total() - 1)  # type: ignore[assignment]
    return found


def _alpha(coincidences: Mapping[tuple[float, float], float], *, ordinal: bool) -> float | None:
    totals: dict[float, float] = {}
    for (value, _), count in coincidences.items():
        totals[value] = totals.get(value, 0.0) + count
    if len(totals) < _FEWEST:
        return None
    distance = _ordinal_distances(totals) if ordinal else None
    count_of_all = sum(totals.values())
    observed = expected = 0.0
    for one, other in product(totals, totals):
        apart = float(one != other) if distance is None else distance[one, other]
        observed += coincidences.get((one, other), 0.0) * apart
        expected += totals[one] * totals[other] * apart / (count_of_all - 1)
    return 1 - observed / expected


def _ordinal_distances(totals: Mapping[float, float]) -> dict[tuple[float, float], float]:
    """Squared: the number of values between two ranks, their own by half."""
    ranks = sorted(totals)
    place = {ranks[0]: 0.0}
    for lower, upper in pairwise(ranks):
        place[upper] = place[lower] + (totals[lower] + totals[upper]) / 2
    return {(one, other): (place[one] - place[other]) ** 2 for one, other in product(ranks, ranks)}
