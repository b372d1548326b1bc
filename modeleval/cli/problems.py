"""Problems of many lines, said once per kind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from modeleval.datasets.report import Problem

_NUMBER = re.compile(r"(?<![\w.-])\d+(?:,\d{3})*(?![\w-])")
_LINES_SHOWN = 3


class ProblemGroup(NamedTuple):
    """Problems that differ only in their lines and in the numbers that they name."""

    problems: tuple[Problem, ...]

    def __str__(self) -> str:
        first = self.problems[0]
        lines = list(dict.fromkeys(one.line for one in self.problems if one.line is not None))
        field = _merged([one.field or "" for one in self.problems])
        what = _merged([one.what for one in self.problems])
        subject = f"the field {field} {what}" if field else what
        return f"{_said(lines)}: {subject}. {first.action}"


def grouped(problems: Iterable[Problem]) -> list[ProblemGroup]:
    """The problems by kind, in the order of the first of each."""
    groups: dict[tuple[str, str, str, bool], list[Problem]] = {}
    for one in problems:
        kind = (_kind(one.field or ""), _kind(one.what), one.action, one.line is None)
        groups.setdefault(kind, []).append(one)
    return [ProblemGroup(tuple(group)) for group in groups.values()]


def listed_lines(lines: Sequence[int], count: int) -> str:
    """`lines 3, 7, 9 and 41 more` of `count` lines, of which `lines` are the first ones."""
    if count == 1:
        return f"line {lines[0]:,}"
    shown = [f"{line:,}" for line in lines[:_LINES_SHOWN]]
    more = count - len(shown)
    if more:
        return f"lines {', '.join(shown)} and {more:,} more"
    return f"lines {', '.join(shown[:-1])} and {shown[-1]}"


def _said(lines: Sequence[int]) -> str:
    return listed_lines(lines, len(lines)) if lines else "the file"


def _kind(text: str) -> str:
    return _NUMBER.sub("#", text)


def _merged(texts: Sequence[str]) -> str:
    """One text for texts that differ in numbers only: `4,100 to 9,000 bytes`."""
    numbers = [_NUMBER.findall(text) for text in texts]
    columns = iter(list(zip(*numbers, strict=True)))
    return _NUMBER.sub(lambda _: _range(next(columns)), texts[0])


def _range(column: Sequence[str]) -> str:
    least, most = (f(column, key=_value) for f in (min, max))
    return least if _value(least) == _value(most) else f"{least} to {most}"


def _value(number: str) -> int:
    return int(number.replace(",", ""))
