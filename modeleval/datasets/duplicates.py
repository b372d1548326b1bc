"""Fields that a line gives twice: JSON parsers keep one of them and say nothing."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

from modeleval.datasets.fields import is_plain_name, shown_name
from modeleval.datasets.findings import Place

# A name can also be spelled with escapes (\u0070rompt). Those of plain names lie in this range,
# where encoders have little else to escape.
_ESCAPED_LETTER = re.compile(rb"\\u00[2-7]")


class _Pairs(list[tuple[str, Any]]):
    """An object with every pair that was written."""

    def first(self, name: str) -> object:
        return next((value for key, value in self if key == name), None)


class DuplicateFields:
    """Finds the watched names given twice on the line, or in an entry of its list `nested`.

    A line is parsed for it only if a quoted name occurs twice in its bytes, which inside a string
    it cannot (the quotes are escaped there), or if a name might be spelled with escapes.
    """

    def __init__(self, names: tuple[str, ...], *, nested: str, nested_names: tuple[str, ...]):
        self._names = frozenset(names)
        self._nested = nested
        self._nested_names = frozenset(nested_names)
        everything = (*names, *nested_names)
        self._quoted = [b'"%s"' % name.encode() for name in everything if is_plain_name(name)]
        self._always = len(self._quoted) < len(everything)
        # What a second field takes at least: its name, four quotes, a colon and a comma.
        self.least = min(len(name.encode()) for name in everything) + 6

    def refuse(self, data: bytes, place: Place) -> None:
        """Report each duplicate of a line that is known to be an object."""
        if not self.suspicious(data):
            return
        try:
            line = json.loads(data, object_pairs_hook=_Pairs, parse_int=str, parse_float=str)
        except RecursionError:  # the standard library may give up a level before msgspec does
            place.problem(None, "is nested too deeply", "Remove what the record does not need")
            return
        self._report(line, self._names, "", place)
        entries = line.first(self._nested)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, _Pairs):
                self._report(entry, self._nested_names, f"{self._nested}[{index}].", place)

    def suspicious(self, data: bytes) -> bool:
        """False if the line surely gives no field twice."""
        return (
            self._always
            or any(data.count(name) > 1 for name in self._quoted)
            or (b"\\u00" in data and _ESCAPED_LETTER.search(data) is not None)
        )

    @staticmethod
    def _report(pairs: _Pairs, names: frozenset[str], inside: str, place: Place) -> None:
        for name, count in Counter(key for key, _ in pairs if key in names).items():
            if count > 1:
                what = f"is given {count:,} times on this line"
                place.problem(inside + shown_name(name), what, "Keep one of them")
