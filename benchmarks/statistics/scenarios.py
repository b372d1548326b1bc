"""What the scores look like: distributions of scores, and of differences, on the scale 0 to 1."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from modeleval.statistics.units import Floats, Kinds

SIZES = (10, 30, 100, 1000)
CORRELATION = 0.5
TURNS = 4
UNEQUAL = (1, 2, 4, 9)  # turns, equally often: 4 on average
FEW_LONG = (*(1,) * 9, 20)  # one conversation in ten is long
ONE_LONG = (*(1,) * 29, 50)  # and here one in thirty, and longer than all the others together
_AT_ONCE = 30_000_000  # turns that are held in memory
_UNIT = 0.25  # of which all scores are multiples

LEVELS = np.linspace(0, 1, 5)
ENDS = np.array([0.0, 1.0])


class Discrete(NamedTuple):
    """Values and how probable they are; `yes_no` if these are all the values that there can be."""

    name: str
    values: Floats
    chances: Floats
    yes_no: bool = False

    @property
    def mean(self) -> float:
        return float(self.values @ self.chances)

    @property
    def sd(self) -> float:
        return float(np.sqrt(self.values**2 @ self.chances - self.mean**2))


def yes_no(share: float) -> Discrete:
    return Discrete(f"{share:.0%} yes", ENDS, np.array([1 - share, share]), yes_no=True)


def five(name: str, weights: list[float]) -> Discrete:
    return Discrete(name, LEVELS, np.array(weights) / sum(weights))


def top(share: float) -> tuple[Discrete, ...]:
    """That share has the highest level; the rest is spread, close to it, or has the lowest."""
    rest = 1 - share
    return (
        five("the rest spread", [rest / 4] * 4 + [share]),
        five("the rest near the top", [rest * w / 15 for w in (1, 2, 4, 8)] + [share]),
        five("the rest at the bottom", [rest, 0, 0, 0, share]),
    )


YES_NO = tuple(yes_no(share) for share in (0.5, 0.7, 0.8, 0.9, 0.95))
FIVE = (
    five("even", [1, 1, 1, 1, 1]),
    five("good", [1, 2, 4, 8, 5]),
    five("middling", [1, 4, 6, 4, 1]),
    five("split", [5, 1, 1, 1, 5]),
)
EQUAL = (five("all 1", [0, 0, 0, 0, 1]), five("all 0.75", [0, 0, 0, 1, 0]))
SCORES = {
    "yes/no": YES_NO,
    "5 levels": FIVE,
    "85 % at the top": top(0.85),
    "95 % at the top": top(0.95),
    "all equal": EQUAL,
}


def differences(name: str, pairs: dict[float, float]) -> Discrete:
    """Value to chance; what is missing is no change."""
    still = 1 - sum(pairs.values())
    values, chances = [*pairs, 0.0], [*pairs.values(), still]
    return Discrete(name, np.array(values), np.array(chances))


NO_DIFFERENCE = (
    differences("yes/no, 1 in 5 changes", {1: 0.1, -1: 0.1}),
    differences("yes/no, 1 in 50 changes", {1: 0.01, -1: 0.01}),
    differences("5 levels", {0.25: 0.2, -0.25: 0.2, 0.5: 0.08, -0.5: 0.08, 1: 0.02, -1: 0.02}),
    differences("often +0.25, seldom -1", {0.25: 0.8, -1: 0.2}),
    differences("sometimes +0.25, rarely -1", {0.25: 0.16, -1: 0.04}),
    differences("often -0.25, seldom +1", {-0.25: 0.8, 1: 0.2}),
)
ASYMMETRIC = (NO_DIFFERENCE[3], NO_DIFFERENCE[4], differences("", {0.25: 0.04, -1: 0.01}))


def worse(margin: float) -> tuple[Discrete, ...]:
    """Mean difference exactly minus the margin, in several shapes."""
    return (
        differences("yes/no, both ways", {1: 0.1, -1: 0.1 + margin}),
        differences("rare complete losses", {-1: margin}),
        differences("a small loss often", {-0.25: 4 * margin}),
        differences("often +0.25, seldom -1", {0.25: 0.6, -1: 0.15 + margin}),
        differences("5 levels", {0.25: 0.2, -0.25: 0.2, 0.5: 0.08, -0.5: 0.08 + 2 * margin}),
    )


def independent(chance: np.random.Generator, one: Discrete, n: int, samples: int) -> Kinds:
    """Samples of n records each."""
    counts = chance.multinomial(n, one.chances, samples).astype(np.float64)
    totals = np.broadcast_to(one.values, counts.shape)
    return Kinds(totals, np.ones(counts.shape), counts)


def clustered(
    chance: np.random.Generator,
    one: Discrete,
    n: int,
    samples: int,
    sizes: tuple[int, ...] = (TURNS,),
) -> Kinds:
    """About n records in clusters of `sizes` (equally often), correlated within each.

    Each turn is either its conversation's common draw or one of its own; two turns are both the
    common one with the probability that the correlation asks for.
    """
    clusters = max(1, round(n / np.mean(sizes)))
    span = round(max(sizes) / _UNIT)
    batch = max(1, _AT_ONCE // (clusters * (max(sizes) + 1)))
    codes = np.concatenate(
        [
            _codes(chance, one, (min(batch, samples - done), clusters), sizes)
            for done in range(0, samples, batch)
        ]
    )
    kinds = np.unique(codes)
    places = np.searchsorted(kinds, codes) + len(kinds) * np.arange(samples)[:, None]
    counts = np.bincount(places.ravel(), minlength=samples * len(kinds)).reshape(samples, -1)
    shape = counts.shape
    totals = np.broadcast_to((kinds % (2 * span + 1) - span) * _UNIT, shape)
    return Kinds(totals, np.broadcast_to(kinds // (2 * span + 1), shape) * 1.0, counts * 1.0)


def _codes(
    chance: np.random.Generator, one: Discrete, shape: tuple[int, int], sizes: tuple[int, ...]
) -> NDArray[np.int64]:
    """Each cluster's size and total, as one number."""
    most = max(sizes)
    span = round(most / _UNIT)
    turns = chance.choice(sizes, shape)
    draws = chance.choice(one.values, (*shape, most + 1), p=one.chances)
    common = chance.random((*shape, most)) < np.sqrt(CORRELATION)
    scores = np.where(common, draws[..., :1], draws[..., 1:])
    present = np.arange(most) < turns[..., None]
    steps = np.round((scores * present).sum(axis=2) / _UNIT).astype(np.int64)
    codes: NDArray[np.int64] = turns * (2 * span + 1) + steps + span
    return codes
