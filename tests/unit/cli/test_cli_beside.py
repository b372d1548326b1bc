"""What stands beside the tables of comparisons and rankings."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console

from modeleval.cli.beside import power_lines, ranking_tables, unmatched_lines, variance_lines
from modeleval.cli.documents import summary_document


def entry(**changes: Any) -> dict[str, Any]:
    row = {
        "metric": "Correctness",
        "other": "bot-v3",
        "category": None,
        "paired": True,
        "word": "inconclusive",
        "smallestDetectable": 0.1234,
        "matched": 38,
        "onlyHere": 0,
        "onlyThere": 0,
    }
    return {"name": "answers", "comparisons": [row | changes]}


@pytest.mark.parametrize("word", ["inconclusive", "no worse than the margin"])
def test_the_smallest_difference_that_could_have_been_shown_is_said(word: str) -> None:
    assert [*power_lines(entry(word=word))] == [
        "Correctness against bot-v3: a difference of 0.123 could have been shown (power 80 %)."
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"word": "improved"},
        {"word": "too few records", "smallestDetectable": None},
        {"smallestDetectable": None},
        {"category": "de"},
        {"paired": False, "word": "not comparable", "smallestDetectable": None},
    ],
)
def test_nothing_is_said_where_there_is_nothing_to_say(changes: dict[str, Any]) -> None:
    assert [*power_lines(entry(**changes))] == []
    assert [*unmatched_lines(entry(**changes))] == []


def test_what_is_not_paired_is_said() -> None:
    assert [*power_lines(entry(paired=False, word="regressed"))] == [
        "Correctness against bot-v3: compared by the standard errors, not record by record."
    ]


def test_records_of_one_side_are_counted() -> None:
    assert [*unmatched_lines(entry(onlyHere=2, onlyThere=5))] == [
        "Correctness against bot-v3: 38 records were scored in both, 2 only here, 5 only there."
    ]


def test_the_judges_own_scatter_is_said_and_in_the_document() -> None:
    variance = {"repeatShare": 0.3, "meanShare": 0.125, "repeats": 3.0}
    none = {"repeatShare": None, "meanShare": None, "repeats": 3.0}
    one = {"name": "answers", "repeatVariance": {"Correctness": variance, "Harmfulness": none}}
    assert [*variance_lines(one)] == [
        "Correctness: 30% of the scatter of one judgement is the judge's own, 12% of a mean of 3."
    ]
    assert [*variance_lines({"name": "answers"})] == []
    document = summary_document({"evaluations": [one]})
    assert document["evaluations"][0]["repeatVariance"]["Correctness"] == variance


def test_a_ranking_says_who_is_better_than_whom() -> None:
    places = [("a", 0.9, 1, 1), ("b", 0.5, 2, 3), ("c", 0.4, 2, 3)]
    ranking = {
        "metric": "Correctness",
        "records": 40,
        "candidates": [
            {"candidate": name, "mean": mean, "bestRank": best, "worstRank": worst}
            for name, mean, best, worst in places
        ],
        "pairs": [
            {"candidate": "a", "other": "b", "word": "improved"},
            {"candidate": "a", "other": "c", "word": "improved"},
            {"candidate": "b", "other": "c", "word": "inconclusive"},
        ],
    }
    console = Console(width=100, record=True)
    for table in ranking_tables({"name": "answers", "ranking": [ranking]}):
        console.print(table)
    first, second, third = [line for line in console.export_text().splitlines() if line[:1] == "│"]
    assert "b, c" in first
    assert "c" not in second
    assert "2 to 3" in third
