"""How much a document is, written out: aliases make a short YAML text an endless document."""

from __future__ import annotations

from typing import Any

MOST_VALUES = 200_000
"""A text of 256 KiB, the longest that a suite may have, holds less without aliases."""


def values_in(document: Any, *, most: int = MOST_VALUES) -> int:
    """How many values a document has, each alias counted as what it stands for; at most `most` + 1.

    The document must be finite: nothing may hold itself. Its time is that of the text, not of what
    is written out.
    """
    known: dict[int, int] = {}

    def count(value: Any) -> int:
        if not isinstance(value, dict | list):
            return 1
        if id(value) not in known:
            inner = value.values() if isinstance(value, dict) else value
            known[id(value)] = min(most, sum(count(one) for one in inner)) + 1
        return known[id(value)]

    return count(document)
