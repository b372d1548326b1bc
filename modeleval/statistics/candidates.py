"""Several versions on the same records: compared pairwise, and ranked with their ties."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from modeleval.statistics.comparison import compare
from modeleval.statistics.conclusions import Comparison, conclude
from modeleval.statistics.words import Scale, Word

__all__ = ["Ranked", "Ranking", "rank"]


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """One candidate, and between which ranks it lies.

    `best_rank` is one more than those that are better for certain, `worst_rank` counts all but
    those that are worse for certain. `tied_with` names those that it cannot be told from.
    """

    name: str
    mean: float
    best_rank: int
    worst_rank: int
    tied_with: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """Candidates from the best mean to the worst, and every pair's comparison.

    `pairs` is keyed (better mean, worse mean): improved means that the first is better for certain.
    `records` are common to all; `left_out` were scored in some and not in all.
    """

    candidates: tuple[Ranked, ...]
    pairs: Mapping[tuple[str, str], Comparison]
    records: int
    left_out: int


def rank(
    scores: Mapping[str, Mapping[str, float]],
    *,
    scale: Scale,
    higher_is_better: bool = True,
    clusters: Mapping[str, Hashable] | None = None,
) -> Ranking:
    """Rank candidates (name to record key to value) on the records that all of them have.

    Holm over all pairs. Raises ValueError for no candidates, or no common record.
    """
    every = [set(values) for values in scores.values()]
    common = set.intersection(*every) if every else set()
    if not common:
        raise ValueError("candidates can only be ranked on records that all of them have")
    keys = [key for key in next(iter(scores.values())) if key in common]
    kept = {name: {key: values[key] for key in keys} for name, values in scores.items()}
    means = {name: float(np.mean(list(values.values()))) for name, values in kept.items()}
    order = sorted(means, key=lambda name: means[name], reverse=higher_is_better)
    couples = list(combinations(order, 2))
    compared = conclude(
        [
            compare(
                kept[better],
                kept[worse],
                scale=scale,
                higher_is_better=higher_is_better,
                clusters=clusters,
            )
            for better, worse in couples
        ]
    )
    pairs = dict(zip(couples, compared, strict=True))
    return Ranking(
        candidates=tuple(_place(name, order, means[name], pairs) for name in order),
        pairs=pairs,
        records=len(keys),
        left_out=len(set.union(*every)) - len(keys),
    )


def _place(
    name: str,
    order: list[str],
    mean: float,
    pairs: Mapping[tuple[str, str], Comparison],
) -> Ranked:
    above = {better for (better, worse), one in pairs.items() if worse == name and _apart(one)}
    below = {worse for (better, worse), one in pairs.items() if better == name and _apart(one)}
    return Ranked(
        name=name,
        mean=mean,
        best_rank=1 + len(above),
        worst_rank=len(order) - len(below),
        tied_with=tuple(other for other in order if other not in above | below | {name}),
    )


def _apart(one: Comparison) -> bool:
    return one.word in {Word.IMPROVED, Word.REGRESSED}
