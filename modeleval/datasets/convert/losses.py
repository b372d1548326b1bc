"""What a conversion left out: counted, never quoted."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

_NAMES_KEPT = 100
_LINES_KEPT = 10
_OTHERS = "other fields"


class LeftRecords(NamedTuple):
    """Records that the other format cannot hold; `lines` are the first ten."""

    why: str
    records: int
    lines: tuple[int, ...]


class Losses:
    """fields: name or path to the number of records that had it."""

    def __init__(self) -> None:
        self.fields: Counter[str] = Counter()
        self._records: dict[str, list[int]] = {}
        self._counts: Counter[str] = Counter()

    def field(self, name: str) -> None:
        known = name in self.fields or len(self.fields) < _NAMES_KEPT
        self.fields[name if known else _OTHERS] += 1

    def record(self, why: str, line: int) -> None:
        self._counts[why] += 1
        lines = self._records.setdefault(why, [])
        if len(lines) < _LINES_KEPT:
            lines.append(line)

    @property
    def records(self) -> tuple[LeftRecords, ...]:
        return tuple(
            LeftRecords(why, count, tuple(self._records[why]))
            for why, count in self._counts.items()
        )
