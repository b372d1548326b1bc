"""The validated conversations of a dataset, read one at a time: passages make lines long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import BinaryIO, NamedTuple

from modeleval.datasets.index import IndexEntry, read_index
from modeleval.datasets.sample import sample_keys
from modeleval.kinds.judge_metrics import Group


class Conversation(NamedTuple):
    """One line: its turns, and the line as it is judged unless none of them is."""

    entries: list[IndexEntry]
    line: bytes | None

    @property
    def judged(self) -> int:
        return _judged(self.entries)


class StoredConversations:
    """Conversations from the first one on, as often as they are asked for.

    Of a trial (`sample`) those that are drawn, whatever order they stand in.
    """

    def __init__(self, records: BinaryIO, index: BinaryIO, sample: int | None) -> None:
        self._records = records
        self._index = index
        self._drawn: frozenset[str] | None = None
        if sample is not None:
            judged = (turns[0].key for turns in self.turns() if _judged(turns))
            self._drawn = sample_keys(judged, sample)

    def turns(self) -> Iterator[list[IndexEntry]]:
        """Each conversation's entries alone, without its line."""
        return (turns for turns in self._all() if self._wanted(turns))

    def of(self, group: Group) -> Iterator[Conversation]:
        """The conversations of a group's categories."""
        self._records.seek(0)
        for turns in self._all():
            line = self._records.readline() if _judged(turns) else None
            if self._wanted(turns) and _belongs(turns, group):
                yield Conversation(turns, line)

    def turns_judged(self, group: Group) -> list[int]:
        """How many turns each conversation of a group's categories has, if any is judged."""
        return [len(turns) for turns in self.turns() if _judged(turns) and _belongs(turns, group)]

    def _all(self) -> Iterator[list[IndexEntry]]:
        self._index.seek(0)
        for _, entries in groupby(read_index(self._index), key=lambda entry: entry.line):
            yield list(entries)

    def _wanted(self, turns: list[IndexEntry]) -> bool:
        return self._drawn is None or turns[0].key in self._drawn


def _belongs(turns: list[IndexEntry], group: Group) -> bool:
    return group.categories is None or turns[0].category in group.categories


def _judged(entries: Iterable[IndexEntry]) -> int:
    return sum(entry.unscored is None for entry in entries)
