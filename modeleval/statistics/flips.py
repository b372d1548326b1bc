"""How often a sum with its terms' signs flipped by chance is as large as the one observed.

Fisher 1935 (The Design of Experiments, section 21), Pitman 1937 (Suppl. J. R. Stat. Soc. 4). Exact
where the terms are multiples of one step, as scores on a scale are (the sum's characteristic
function is a product of cosines, and one Fourier transform turns it into probabilities), or where
the sign patterns can be listed. Otherwise a seeded sample of them (Phipson & Smyth 2010: the
observed pattern counts as one of the sample, so that no p-value is zero).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len

from modeleval.statistics.units import Floats

__all__ = ["DRAWS", "Flipped", "Way", "flip"]

DRAWS = 9_999
_SEED = 20_241_100
_LISTED = 16  # terms of which all sign patterns are listed: 65,536
_LATTICE = 1 << 20  # steps
_DIVISORS = 60
_KINDS = 4096
_DECIMALS = 9
_SLACK = 1e-9  # of the sum of magnitudes: sums that differ by less are equal
_TINIEST = 1e-12  # probabilities below are lost in the transform's rounding


class Way(StrEnum):
    LATTICE = "lattice"
    LISTED = "listed"
    SAMPLED = "sampled"


@dataclass(frozen=True)
class Flipped:
    """The chance of a sum at least as high, at most as low, and at least as far from zero."""

    greater: float
    less: float
    either: float
    way: Way


def flip(terms: Floats, *, way: Way | None = None, seed: int = _SEED) -> Flipped:
    """`terms` are the units' sums; `way` forces one, for tests. ValueError if it cannot be used."""
    terms = terms[np.abs(terms) > 10.0**-_DECIMALS]
    if not len(terms):
        return Flipped(1.0, 1.0, 1.0, way or Way.LISTED)
    steps = _steps(terms) if way in (None, Way.LATTICE) else None
    if steps is not None:
        return _on_lattice(steps)
    if way is Way.LATTICE:
        raise ValueError("the terms are not multiples of one step")
    if way is Way.LISTED or (way is None and len(terms) <= _LISTED):
        return _listed(terms)
    return _sampled(terms, seed)


def _steps(terms: Floats) -> NDArray[np.int64] | None:
    """The terms as whole multiples of one step, or None if there is none of a fair size."""
    sizes = np.unique(np.round(np.abs(terms), _DECIMALS))
    if len(sizes) > _KINDS:
        return None
    for divisor in range(1, _DIVISORS + 1):
        step = sizes[0] / divisor
        if np.abs(terms).sum() / step > _LATTICE:
            return None
        multiples = sizes / step
        if np.abs(multiples - np.round(multiples)).max() < 1e-6:  # noqa: PLR2004
            whole: NDArray[np.int64] = np.round(terms / step).astype(np.int64)
            return whole
    return None


def _on_lattice(steps: NDArray[np.int64]) -> Flipped:
    magnitudes, counts = np.unique(np.abs(steps), return_counts=True)
    reach = int(np.abs(steps).sum())
    length = int(next_fast_len(2 * reach + 1, real=True))
    angles = 2 * np.pi * np.arange(length // 2 + 1) / length
    transform = np.ones_like(angles)
    for magnitude, count in zip(magnitudes, counts, strict=True):
        transform *= np.cos(magnitude * angles) ** int(count)
    chances = np.maximum(irfft(transform, n=length), 0.0)  # of 0, 1, 2 ...; negative ones mirror
    total = int(steps.sum())
    beyond = _between(chances[abs(total) : reach + 1].sum())
    within = _between(1 - chances[abs(total) + 1 : reach + 1].sum())
    greater, less = (beyond, within) if total >= 0 else (within, beyond)
    return Flipped(greater, less, 1.0 if total == 0 else _between(2 * beyond), Way.LATTICE)


def _listed(terms: Floats) -> Flipped:
    sums = np.zeros(1)
    for term in terms:
        sums = np.concatenate([sums - term, sums + term])
    total, slack = terms.sum(), _SLACK * np.abs(terms).sum()
    return Flipped(
        float((sums >= total - slack).mean()),
        float((sums <= total + slack).mean()),
        float((np.abs(sums) >= abs(total) - slack).mean()),
        Way.LISTED,
    )


def _sampled(terms: Floats, seed: int) -> Flipped:
    chance = np.random.default_rng(seed)
    signs = 2.0 * np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1) - 1
    sums = np.zeros(DRAWS)
    for eight in np.pad(terms, (0, -len(terms) % 8)).reshape(-1, 8):
        sums += (signs @ eight)[np.frombuffer(chance.bytes(DRAWS), dtype=np.uint8)]
    total, slack = terms.sum(), _SLACK * np.abs(terms).sum()
    return Flipped(
        _counted(sums >= total - slack),
        _counted(sums <= total + slack),
        _counted(np.abs(sums) >= abs(total) - slack),
        Way.SAMPLED,
    )


def _counted(reached: NDArray[np.bool_]) -> float:
    return float((1 + reached.sum()) / (1 + len(reached)))


def _between(chance: float) -> float:
    return float(min(max(chance, _TINIEST), 1.0))
