"""Record scores as columns: a number per record, metric and candidate, in eight bytes each."""

from __future__ import annotations

import math
from array import array
from collections.abc import Hashable, Iterable, Mapping

from modeleval.scores.records import RecordScore

_MISSING = math.nan


class ScoreTable:
    """The numeric scores of an evaluation: not applicable, unscored and texts are missing."""

    def __init__(self, scores: Iterable[RecordScore] = ()) -> None:
        self._places: dict[str, int] = {}
        self._keys: list[str] = []
        self._members: dict[str, array[int]] = {}
        self._clusters: list[str | None] = []
        self._columns: dict[tuple[str | None, str], array[float]] = {}
        for score in scores:
            self.add(score)

    def add(self, score: RecordScore) -> None:
        place = self._places.setdefault(score.key, len(self._places))
        if place == len(self._keys):
            self._keys.append(score.key)
            if score.category is not None:
                self._members.setdefault(score.category, array("L")).append(place)
            self._clusters.append(score.cluster)
        column = self._columns.setdefault((score.candidate, score.metric), array("d"))
        if len(column) <= place:
            column.extend([_MISSING] * (place + 1 - len(column)))
        if isinstance(score.value, int | float):
            column[place] = float(score.value)

    @property
    def candidates(self) -> list[str | None]:
        """Whose scores there are; None, the subject, first."""
        found = dict.fromkeys(candidate for candidate, _ in self._columns)
        return sorted(found, key=lambda one: (one is not None, one or ""))

    @property
    def categories(self) -> list[str]:
        return sorted(self._members)

    def values(
        self, metric: str, *, candidate: str | None = None, category: str | None = None
    ) -> dict[str, float]:
        """The numbers by record key; of one category, or of all records."""
        column = self._columns.get((candidate, metric), array("d"))
        places: Iterable[int] = (
            range(len(column)) if category is None else self._members.get(category, ())
        )
        return {
            self._keys[place]: column[place]
            for place in places
            if place < len(column) and not math.isnan(column[place])
        }

    def clusters(self, keys: Iterable[str]) -> Mapping[str, Hashable] | None:
        """Each key's cluster; None if no record has one, and then each is a cluster of its own."""
        labels = {
            key: label
            for key in keys
            if (place := self._places.get(key)) is not None
            and (label := self._clusters[place]) is not None
        }
        return labels or None
