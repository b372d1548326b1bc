"""What a comparison comes to, in one word, alone or beside others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from modeleval.statistics.multiple import holm
from modeleval.statistics.words import SIGNIFICANCE, DifferenceInterval, NoInterval, Word

__all__ = ["LEAST_PAIRS", "Comparison", "conclude", "worded"]

LEAST_PAIRS = 6
"""With fewer (2 / 2**5 is 0.06), no result of the sign-flip test could be significant."""

_NOTHING = NoInterval("nothing to compare")


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """New against base. `difference` is turned so that higher is better.

    `p_value` is the larger of the sign-flip test's and the interval's own, `adjusted_p` is it after
    Holm over the metrics that were concluded together. `smallest_detectable` is the smallest
    difference that these records could have shown with 80 % power. Aggregates are not paired:
    their records are None.
    """

    word: Word
    reason: str
    paired: bool
    mean_new: float | None = None
    mean_base: float | None = None
    difference: float | None = None
    interval: DifferenceInterval | NoInterval = _NOTHING
    flip_p_value: float | None = None
    p_value: float | None = None
    adjusted_p: float | None = None
    smallest_detectable: float | None = None
    margin: float | None = None
    matched: int | None = None
    units: int | None = None
    only_new: int | None = None
    only_base: int | None = None
    wins: int | None = None
    ties: int | None = None
    losses: int | None = None

    @property
    def unmatched_share(self) -> float | None:
        """Of all records of either version, how many the other lacks."""
        if self.matched is None or self.only_new is None or self.only_base is None:
            return None
        apart = self.only_new + self.only_base
        return apart / (self.matched + apart) if self.matched + apart else None


def conclude(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """The same, each with its p-value adjusted for all of them (Holm), and its word by that."""
    places = [place for place, one in enumerate(comparisons) if one.p_value is not None]
    adjusted = holm([one.p_value for one in comparisons if one.p_value is not None])
    concluded = list(comparisons)
    for place, p_value in zip(places, adjusted, strict=True):
        concluded[place] = worded(concluded[place], p_value)
    return concluded


def worded(one: Comparison, p_value: float | None) -> Comparison:
    """With the word that this p-value earns it."""
    word, reason = _judge(one, p_value)
    return replace(one, word=word, reason=reason, adjusted_p=p_value)


def _judge(one: Comparison, p_value: float | None) -> tuple[Word, str]:
    if one.units is not None and one.units < LEAST_PAIRS:
        reason = f"{one.units} independent pairs, and fewer than {LEAST_PAIRS} can show nothing"
        return Word.TOO_FEW, reason
    if isinstance(one.interval, NoInterval) or p_value is None or one.difference is None:
        why = one.interval.reason if isinstance(one.interval, NoInterval) else "no p-value"
        few = why.startswith("too few")
        return (Word.TOO_FEW if few else Word.INCONCLUSIVE), why
    if p_value <= SIGNIFICANCE:
        word = Word.IMPROVED if one.difference > 0 else Word.REGRESSED
        return word, f"by {abs(one.difference):.3g}, p = {p_value:.2g}"
    lower = one.interval.lower_bound
    if one.margin is not None and lower > -one.margin:
        return Word.NO_WORSE, f"at most {max(0.0, -lower):.3g} worse, and {one.margin:.3g} may be"
    return Word.INCONCLUSIVE, f"p = {p_value:.2g}"
