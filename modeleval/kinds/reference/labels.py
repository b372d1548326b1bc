"""Precision, recall and F1 of the classes that the references name.

A response that names none of them is missed in its own class and counts against no other: classes
that only responses name would turn the macro average into a count of typing errors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from modeleval.statistics.bootstrap import Array

Choose = Callable[[Array, Array, Array], Array]


class Labelled(NamedTuple):
    """The classes of one record: that of its reference and that of its response."""

    wanted: str
    given: str


def classes_of(records: Sequence[Labelled]) -> list[str]:
    return sorted({record.wanted for record in records})


def counts_of(records: Sequence[Labelled], classes: Sequence[str]) -> Array:
    """One row per record: of each class whether it was hit, whether named, whether wanted."""
    at = {name: number for number, name in enumerate(classes)}
    counts = np.zeros((len(records), 3, len(classes)))
    for row, record in enumerate(records):
        wanted, given = at[record.wanted], at.get(record.given)
        counts[row, 2, wanted] = 1
        if given is not None:
            counts[row, 1, given] = 1
            counts[row, 0, wanted] = given == wanted
    return counts.reshape(len(records), -1)


def score_of(
    metric: str, average: str, classes: Sequence[str], positive: str | None
) -> Callable[[Array], Array]:
    """From sums of `counts_of` (a row per draw) to `metric`, which is Precision, Recall or F1.

    A class that nobody wants in a draw is left out of the macro average. NaN where no class is left
    or, of one class, where precision or recall has nothing to be of.
    """
    choose = _CHOICES[metric]

    def value(sums: Array) -> Array:
        hit, given, wanted = np.moveaxis(sums.reshape(len(sums), 3, -1), 1, 0)
        if average == "micro":
            return np.nan_to_num(choose(hit.sum(axis=1), given.sum(axis=1), wanted.sum(axis=1)))
        each = choose(hit, given, wanted)
        if average == "binary":
            return _of_class(each, wanted, classes, positive)
        weights = wanted if average == "weighted" else (wanted > 0).astype(np.float64)
        return _share((np.nan_to_num(each) * weights).sum(axis=1), weights.sum(axis=1))

    return value


def _of_class(each: Array, wanted: Array, classes: Sequence[str], positive: str | None) -> Array:
    if positive not in classes:
        return np.full(len(each), np.nan)
    at = classes.index(positive)
    # A class that is there and was never named: nothing of it was found, which is 0.
    return np.where(wanted[:, at] > 0, np.nan_to_num(each[:, at]), np.nan)


def _share(part: Array, whole: Array) -> Array:
    nothing: Any = np.full(np.shape(whole), np.nan)
    found: Array = np.divide(part, whole, out=nothing, where=whole > 0)
    return found


_CHOICES: dict[str, Choose] = {
    "Precision": lambda hit, given, _: _share(hit, given),
    "Recall": lambda hit, _, wanted: _share(hit, wanted),
    "F1": lambda hit, given, wanted: _share(2 * hit, given + wanted),
}
