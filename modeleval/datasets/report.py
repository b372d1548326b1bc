"""What validating a dataset found: the numbers, the problems, the warnings. Never the content."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from modeleval.errors import DatasetInvalid

LINES_KEPT = 10
"""Of a warning, the first lines."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why the dataset is refused: `line` is None for the whole file, `field` for a whole line.

    count: how often it was found; `line` is where first. lines: the first runs of lines that have
    it, each by its first and last line; all_lines: whether those are all.
    """

    line: int | None
    field: str | None
    what: str
    action: str
    count: int = 1
    lines: tuple[tuple[int, int], ...] = ()
    all_lines: bool = True

    def __str__(self) -> str:
        place = ", ".join(part for part in (self._lines(), self.field) if part) or "the file"
        return f"{place}: {self.what}. {self.action}"

    def _lines(self) -> str | None:
        if self.line is None:
            return None
        runs = self.lines or ((self.line, self.line),)
        if len(runs) == 1 and runs[0][0] == runs[0][1]:
            return f"line {self.line:,}"
        *before, last = [f"{a:,} to {b:,}" if b > a else f"{a:,}" for a, b in runs]
        if not self.all_lines:
            return f"lines {', '.join([*before, last])} and more ({self.count:,} times)"
        return f"lines {', '.join(before)} and {last}" if before else f"lines {last}"


@dataclass(frozen=True, kw_only=True)
class Warning_:  # noqa: N801 - `Warning` is Python's own
    """What does not stop the evaluation and should be known; `lines` are the first ten."""

    code: str
    what: str
    count: int
    lines: tuple[int, ...]
    action: str

    def __str__(self) -> str:
        where = f"line {self.lines[0]:,}" if self.lines else "the file"
        if self.count > 1 and self.lines:
            more = ", …" if len(self.lines) == LINES_KEPT < self.count else ""
            lines = ", ".join(f"{line:,}" for line in self.lines)
            noun = "line" if len(self.lines) == 1 else "lines"
            where = f"{self.count:,} times; {noun} {lines}{more}"
        return f"{self.what} ({where}). {self.action}"


@dataclass(frozen=True, kw_only=True)
class DatasetReport:
    """A dataset as it was read to its end.

    source: as the caller named it. bytes, sha256 (hex): of the source. lines: blank ones included.
    records: accepted, those without a response to judge included; judged: written for the judge.
    identifier: the `modelIdentifier` that was asked for, else the first record's, else None.
    prompt_set_digest: 32 hex digits over the accepted records' keys, whatever their order.
    problems: the first 50 different ones, file-level ones first; problem_count: all, each as often
    as it was found. thinking_stripped: records that lost at least one block. prompt_chars,
    response_chars, reference_chars: code points of what is judged, summed. categories: accepted
    records per category, the first 100 categories; uncounted_categories: accepted records of
    further ones. format: what the lines look like, where that was to be found out, else None.
    """

    source: str
    bytes: int
    sha256: str
    lines: int
    records: int
    judged: int
    identifier: str | None
    prompt_set_digest: str
    problems: tuple[Problem, ...]
    problem_count: int
    warnings: tuple[Warning_, ...]
    thinking_stripped: int
    prompt_chars: int
    response_chars: int
    reference_chars: int
    categories: dict[str, int]
    uncounted_categories: int
    format: str | None = None

    def raise_if_invalid(self) -> None:
        """Raise DatasetInvalid, naming the source and the problems, if there are any."""
        if not self.problem_count:
            return
        problems = "problem" if self.problem_count == 1 else "problems"
        listed = [f"- {problem}" for problem in self.problems]
        left_out = self.problem_count - sum(problem.count for problem in self.problems)
        if left_out:
            listed.append(f"- and {left_out:,} more")
        raise DatasetInvalid(
            f"The dataset has {self.problem_count:,} {problems}",
            where=self.source,
            action="\n".join(["Correct it and upload it again:", *listed]),
        )

    def to_document(self) -> dict[str, Any]:
        """The report as JSON values, with camelCase names."""
        return {
            _camel(field.name): _document(getattr(self, field.name))
            for field in dataclasses.fields(self)
        }


def _document(value: object) -> object:
    if isinstance(value, Problem | Warning_):
        return {_camel(name): _document(part) for name, part in vars(value).items()}
    if isinstance(value, tuple):
        return [_document(part) for part in value]
    return dict(value) if isinstance(value, dict) else value


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
