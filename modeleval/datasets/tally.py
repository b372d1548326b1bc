"""The numbers of a dataset while it is read."""

from __future__ import annotations

from modeleval.datasets.identity import KeySetDigest
from modeleval.datasets.record import Record

_CATEGORIES_KEPT = 100


class Tally:
    """Sums over the accepted records, and over those of them that are judged."""

    def __init__(self) -> None:
        self.records = 0
        self.judged = 0
        self.thinking_stripped = 0
        self.prompt_chars = 0
        self.response_chars = 0
        self.reference_chars = 0
        self.categories: dict[str, int] = {}
        self.uncounted_categories = 0
        self.keys = KeySetDigest()

    def accept(self, record: Record, key: str) -> None:
        self.records += 1
        self.keys.add(key)
        self.thinking_stripped += record.thinking_stripped
        category = record.category
        if category in self.categories:
            self.categories[category] += 1
        elif category is not None and len(self.categories) < _CATEGORIES_KEPT:
            self.categories[category] = 1
        elif category is not None:
            self.uncounted_categories += 1

    def judge(self, record: Record) -> None:
        self.judged += 1
        self.prompt_chars += record.prompt_chars
        self.response_chars += record.response_chars
        self.reference_chars += record.reference_chars
