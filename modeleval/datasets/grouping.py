"""The same problem on many lines, said once: with its lines, and the least and most of its numbers.

`prompt has 4,100 bytes` and `prompt has 9,000 bytes` are one problem: `4,100 to 9,000 bytes`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from modeleval.datasets.report import Problem

_DIGEST = " with digest "
# A digest, or a number by itself: not one within a name or an identifier.
_VARYING = re.compile(rf"{_DIGEST}[0-9a-f]{{12}}|(?<![\w.-])\d+(?:,\d{{3}})*(?![\w-])")
_RUNS_KEPT = 10


class Kind(NamedTuple):
    """What two problems have in common that are the same one. field: "" for a whole line."""

    field: str
    what: str
    action: str


def kind_of_problem(field: str | None, what: str, action: str) -> Kind:
    """The kind of a problem, which leaves out its numbers and digests."""
    return Kind(_masked(field or ""), _masked(what), action)


class Group:
    """Problems of one kind, in the order of their lines. Its size does not grow with them."""

    def __init__(self, line: int, field: str | None, what: str, action: str) -> None:
        self._field, self._what, self._action = field or "", what, action
        self._count = 0
        self._runs: list[tuple[int, int]] = []
        self._numbers = [(one, one) for one in _numbers(self._field, what)]
        self._digests = _digests(what)
        self.add(line, field, what)

    @property
    def count(self) -> int:
        return self._count

    def add(self, line: int, field: str | None, what: str) -> None:
        """Add one of the same kind, on the same line as the last one or after it."""
        self._count += 1
        self._numbers = [
            (min(least, one, key=_value), max(most, one, key=_value))
            for (least, most), one in zip(self._numbers, _numbers(field or "", what), strict=True)
        ]
        if len(self._digests) == 1:
            self._digests |= _digests(what)
        if self._runs and line in (self._runs[-1][1], self._runs[-1][1] + 1):
            self._runs[-1] = (self._runs[-1][0], line)
        elif len(self._runs) <= _RUNS_KEPT:
            self._runs.append((line, line))

    def problem(self) -> Problem:
        """All of them as one problem."""
        field, what = self._merged()
        runs = self._runs[:_RUNS_KEPT]
        return Problem(
            line=runs[0][0],
            field=field or None,
            what=what,
            action=self._action,
            count=self._count,
            lines=tuple(runs),
            all_lines=len(self._runs) <= _RUNS_KEPT,
        )

    def _merged(self) -> tuple[str, str]:
        ranges = iter(self._numbers)

        def shown(found: re.Match[str]) -> str:
            if found[0].startswith(_DIGEST):
                return found[0] if len(self._digests) == 1 else ""
            least, most = next(ranges)
            return least if _value(least) == _value(most) else f"{least} to {most}"

        return _VARYING.sub(shown, self._field), _VARYING.sub(shown, self._what)


def _digests(what: str) -> set[str]:
    return {one for one in _VARYING.findall(what) if one.startswith(_DIGEST)}


def _numbers(field: str, what: str) -> list[str]:
    found = _VARYING.findall(field) + _VARYING.findall(what)
    return [one for one in found if not one.startswith(_DIGEST)]


def _masked(text: str) -> str:
    return _VARYING.sub(lambda found: "" if found[0].startswith(_DIGEST) else "#", text)


def _value(number: str) -> int:
    return int(number.replace(",", ""))
