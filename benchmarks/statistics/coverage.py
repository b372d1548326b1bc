"""How often a 95 % interval holds the true mean: per scenario and size, the shown method and peers.

A scenario's coverage is the average over its distributions; the lowest of them is told beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.statistics import methods, scenarios
from benchmarks.statistics.scenarios import SIZES, Discrete
from modeleval.statistics.intervals import LEAST_UNITS
from modeleval.statistics.units import Kinds
from modeleval.statistics.words import Method

SAMPLES = 4000
_SIZES = (5, *SIZES)
_CLUSTERED_SIZES = (10, 20, *SIZES[1:])  # 20 are the five clusters from which one is shown
_ERROR = 0.025
_WIDTHS = 200  # samples of which the mean width is taken
_CONTINUOUS = 1000
_SELDOM = 0.05  # shown for a smaller share of samples than this is not shown
_ENDS = {
    Method.BOUNDED: methods.bounded,
    Method.STUDENT: methods.student,
    Method.WILSON: methods.wilson,
}
Shares = dict[Method, list[float]]
Draw = Callable[[np.random.Generator, Discrete, int, int], Kinds]


def run(chance: np.random.Generator) -> list[dict[str, Any]]:
    rows = []
    for name, distributions in scenarios.SCORES.items():
        rows += [_row(chance, name, distributions, n, scenarios.independent) for n in _SIZES]
    for name, draw in _CLUSTERED.items():
        for what in ("yes/no", "5 levels", "95 % at the top"):
            some = scenarios.SCORES[what]
            rows += [_row(chance, f"{name}, {what}", some, n, draw) for n in _CLUSTERED_SIZES]
    rows += [_continuous(chance, n) for n in _SIZES]
    rows += [_unbounded(chance, n) for n in SIZES]
    for name, draw in _VERY_UNEQUAL.items():
        for what in ("yes/no", "5 levels", "95 % at the top"):
            some = scenarios.SCORES[what]
            rows += [_row(chance, f"{name}, {what}", some, n, draw) for n in _CLUSTERED_SIZES]
    return rows


def _in(sizes: tuple[int, ...]) -> Draw:
    return lambda chance, one, n, samples: scenarios.clustered(chance, one, n, samples, sizes)


_CLUSTERED: dict[str, Draw] = {
    "conversations of 4": scenarios.clustered,
    "conversations of 1 to 9": _in(scenarios.UNEQUAL),
}
_VERY_UNEQUAL: dict[str, Draw] = {
    "conversations, one in 10 of 20": _in(scenarios.FEW_LONG),
    "conversations, one in 30 of 50": _in(scenarios.ONE_LONG),
}


def _row(
    chance: np.random.Generator,
    name: str,
    distributions: tuple[Discrete, ...],
    n: int,
    draw: Draw,
) -> dict[str, Any]:
    clustered = draw is not scenarios.independent
    yes_no = all(one.yes_no for one in distributions)
    method = Method.WILSON if yes_no and not clustered else Method.BOUNDED
    peers = [Method.BOUNDED, Method.STUDENT] + [Method.WILSON] * yes_no
    covered: Shares = {peer: [] for peer in peers}
    widths, told = [], []
    for one in distributions:
        kinds = draw(chance, one, n, SAMPLES)
        which = methods.shown(kinds, LEAST_UNITS[method])
        told.append(float(which.mean()))
        # Where a method is shown for some samples only, it is these that it must be right for.
        kinds = kinds.chosen(which) if told[-1] >= _SELDOM else kinds
        _cover(covered, kinds, one.mean)
        widths.append(methods.width(_ENDS[method](methods.first(kinds, _WIDTHS), _ERROR)))
    return _told(
        name,
        n,
        units=int(methods.units_of(kinds)[0]),
        method=method,
        covered=covered,
        widths=widths,
        share=min(told),
    )


def _cover(covered: Shares, kinds: Kinds, truth: float) -> None:
    for peer, shares in covered.items():
        if peer is Method.BOUNDED:
            shares.append(methods.bounded_coverage(kinds, truth, _ERROR))
        else:
            shares.append(methods.coverage(_ENDS[peer](kinds, _ERROR), truth))


def _told(
    name: str,
    n: int,
    *,
    units: int,
    method: Method,
    covered: Shares,
    widths: list[float],
    share: float | None = None,
    samples: int | None = None,
) -> dict[str, Any]:
    """`share`: of the samples, how many have units enough to be shown."""
    if share is None:
        share = float(units >= LEAST_UNITS[method])
    return {
        "scenario": name,
        "records": n,
        "units": units,
        "samples": samples or SAMPLES,
        "method": str(method),
        "shown": share >= _SELDOM,
        "share": round(share, 4),
        "coverage": round(float(np.mean(covered[method])), 4),
        "lowest": round(float(np.min(covered[method])), 4),
        "width": round(float(np.mean(widths)), 4) if widths else None,
        "peers": {str(peer): round(float(np.mean(some)), 4) for peer, some in covered.items()},
    }


def _continuous(chance: np.random.Generator, n: int) -> dict[str, Any]:
    covered: Shares = {Method.BOUNDED: [], Method.STUDENT: []}
    widths: list[float] = []
    for a, b in ((2, 2), (1, 1), (8, 1)):
        values = chance.beta(a, b, (_CONTINUOUS, n))
        kinds = Kinds(values, np.ones_like(values), np.ones_like(values))
        _cover(covered, kinds, a / (a + b))
        widths.append(methods.width(methods.bounded(methods.first(kinds, 50), _ERROR)))
    return _told(
        "continuous, within 0 to 1",
        n,
        units=n,
        method=Method.BOUNDED,
        covered=covered,
        widths=widths,
        samples=_CONTINUOUS,
    )


def _unbounded(chance: np.random.Generator, n: int) -> dict[str, Any]:
    covered: Shares = {Method.STUDENT: []}
    for mean, draw in (
        (0.0, chance.standard_normal),
        (1.0, chance.standard_exponential),
        (float(np.exp(0.5)), lambda shape: np.exp(chance.standard_normal(shape))),
    ):
        values = draw((SAMPLES, n))
        _cover(covered, Kinds(values, np.ones_like(values), np.ones_like(values)), mean)
    return _told(
        "continuous, no bounds known", n, units=n, method=Method.STUDENT, covered=covered, widths=[]
    )
