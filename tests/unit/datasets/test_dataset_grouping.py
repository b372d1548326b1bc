"""The same problem on many lines is said once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeleval.datasets.findings import Findings
from modeleval.datasets.report import Problem


def grouped(*problems: tuple[int, str | None, str]) -> tuple[Problem, ...]:
    findings = Findings()
    for line, field, what in problems:
        findings.problem(line, field, what, "Mend it")
    return findings.problems


def said(*problems: tuple[int, str | None, str]) -> list[str]:
    return [str(problem) for problem in grouped(*problems)]


@pytest.mark.parametrize(
    ("lines", "where"),
    [
        ([7], "line 7"),
        ([7, 7], "line 7"),
        ([3, 4], "lines 3 to 4"),
        ([3, 5], "lines 3 and 5"),
        ([1, 2, 3, 7, 1999, 2000, 2001], "lines 1 to 3, 7 and 1,999 to 2,001"),
        (range(1, 1001), "lines 1 to 1,000"),
        (
            range(1, 1001, 2),
            "lines 1, 3, 5, 7, 9, 11, 13, 15, 17, 19 and more (500 times)",
        ),
    ],
)
def test_lines_are_said_as_runs(lines: list[int], where: str) -> None:
    assert said(*((line, "prompt", "is empty") for line in lines)) == [
        f"{where}, prompt: is empty. Mend it"
    ]


def test_numbers_become_ranges() -> None:
    assert said((1, "prompt", "has 4,100 bytes"), (2, "prompt", "has 9,000,000 bytes")) == [
        "lines 1 to 2, prompt: has 4,100 to 9,000,000 bytes. Mend it"
    ]


def test_numbers_of_paths_too() -> None:
    assert said((1, "turns[3].a[0].text", "is empty"), (1, "turns[1].a[0].text", "is empty")) == [
        "line 1, turns[1 to 3].a[0].text: is empty. Mend it"
    ]


def test_a_digest_is_kept_if_it_is_one_and_the_same() -> None:
    same, other = "has 6 characters with digest 060040861234", "has 7 characters with digest abcdef"
    assert said((1, None, same), (2, None, same)) == [f"lines 1 to 2: {same}. Mend it"]
    assert said((1, None, same), (2, None, f"{other}123456")) == [
        "lines 1 to 2: has 6 to 7 characters. Mend it"
    ]


@pytest.mark.parametrize(
    "other", [(2, "query", "is empty"), (2, "prompt", "is null"), (2, None, "is empty")]
)
def test_what_is_another_problem_stays_another(other: tuple[int, str | None, str]) -> None:
    assert len(said((1, "prompt", "is empty"), other)) == 2


def test_names_and_identifiers_are_not_numbers() -> None:
    assert len(said((1, None, "is 'bot-v1'"), (2, None, "is 'bot-v2'"))) == 2


@given(
    st.lists(
        st.tuples(
            st.integers(1, 3),
            st.sampled_from(["a", "a[0]", "a[12].b", None]),
            st.sampled_from(["has 5", "has 6 of 7", "has 1 with digest 123456789012", "is it"]),
        )
    )
)
def test_every_problem_is_counted_once(steps: list[tuple[int, str | None, str]]) -> None:
    line, problems = 0, []
    for step, field, what in steps:
        line += step
        problems.append((line, field, what))
    found = grouped(*problems)
    assert sum(problem.count for problem in found) == len(problems)
    for problem in found:
        if problem.all_lines:
            lines = {n for first, last in problem.lines for n in range(first, last + 1)}
            assert len(lines) == problem.count


@pytest.mark.parametrize(
    ("lines", "where"),
    [
        ([3], "line 3"),
        ([3, 3], "2 times; line 3"),
        ([3, 3, 4], "3 times; lines 3, 4"),
        (range(1, 12), "11 times; lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …"),
    ],
)
def test_a_warning_names_each_line_once(lines: list[int], where: str) -> None:
    findings = Findings()
    for line in lines:
        findings.warn(line, "odd", "It is odd", "Look")
    assert [str(warning) for warning in findings.warnings] == [f"It is odd ({where}). Look"]
