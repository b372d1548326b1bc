"""The numbers of a dataset while it is read."""

from __future__ import annotations

from modeleval.datasets.identity import KeySetDigest

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

    def count_category(self, category: str | None, times: int = 1) -> None:
        if category in self.categories:
            self.categories[category] += times
        elif category is not None and len(self.categories) < _CATEGORIES_KEPT:
            self.categories[category] = times
        elif category is not None:
            self.uncounted_categories += times

    def judge(
        self, records: int, prompt_chars: int, response_chars: int, reference_chars: int
    ) -> None:
        self.judged += records
        self.prompt_chars += prompt_chars
        self.response_chars += response_chars
        self.reference_chars += reference_chars
