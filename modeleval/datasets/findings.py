"""Problems and warnings while a dataset is read: all are counted, the first kinds are kept."""

from __future__ import annotations

from dataclasses import dataclass, field

from modeleval.datasets.grouping import Group, Kind, kind_of_problem
from modeleval.datasets.report import LINES_KEPT, Problem, Warning_

_PROBLEMS_KEPT = 50


@dataclass
class _Tally:
    what: str
    action: str
    count: int = 0
    lines: list[int] = field(default_factory=list)


class Findings:
    """Collects what is found.

    A caller keeps the number of different warnings small; of each, only the count and the first
    lines grow.
    """

    def __init__(self) -> None:
        self.problem_count = 0
        self._of_file: list[Problem] = []
        self._of_lines: dict[Kind, Group] = {}
        self._warnings: dict[tuple[str, str], _Tally] = {}

    @property
    def problems(self) -> tuple[Problem, ...]:
        of_lines = (group.problem() for group in self._of_lines.values())
        return (*self._of_file, *of_lines)[:_PROBLEMS_KEPT]

    @property
    def warnings(self) -> tuple[Warning_, ...]:
        return tuple(
            Warning_(code=code, what=w.what, count=w.count, lines=tuple(w.lines), action=w.action)
            for (code, _), w in self._warnings.items()
        )

    def file_problem(self, what: str, action: str) -> None:
        """A problem of the file as a whole: named before those of its lines."""
        self.problem_count += 1
        self._of_file.append(Problem(line=None, field=None, what=what, action=action))

    def problem(self, line: int, field_path: str | None, what: str, action: str) -> None:
        self.problem_count += 1
        kind = kind_of_problem(field_path, what, action)
        group = self._of_lines.get(kind)
        if group is not None:
            group.add(line, field_path, what)
        elif len(self._of_lines) < _PROBLEMS_KEPT:
            self._of_lines[kind] = Group(line, field_path, what, action)

    def warn(self, line: int, code: str, what: str, action: str) -> None:
        tally = self._warnings.setdefault((code, what), _Tally(what, action))
        tally.count += 1
        if len(tally.lines) < LINES_KEPT and tally.lines[-1:] != [line]:
            tally.lines.append(line)


class Place:
    """One line of the source, and whether anything was wrong on it."""

    __slots__ = ("_findings", "line", "refused")

    def __init__(self, findings: Findings, line: int) -> None:
        self._findings = findings
        self.line = line
        self.refused = False

    def problem(self, field_path: str | None, what: str, action: str) -> None:
        self.refused = True
        self._findings.problem(self.line, field_path, what, action)

    def warn(self, code: str, what: str, action: str) -> None:
        self._findings.warn(self.line, code, what, action)
