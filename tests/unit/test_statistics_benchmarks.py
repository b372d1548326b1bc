"""What was measured holds what is promised: the committed results, and what is shown by them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.statistics import report
from modeleval.statistics.intervals import LEAST_UNITS
from modeleval.statistics.words import Method

FOLDER = Path(__file__).parents[2] / "benchmarks"
RESULTS: dict[str, list[dict[str, Any]]] = json.loads((FOLDER / "statistics.json").read_text())
AIM, SELDOM = 0.93, 0.05
NOISE = 3
"""Standard deviations of a share of 5 % among the samples: 5.5 % of 20,000, 6.7 % of 1,500."""


def gate_rows() -> Iterator[tuple[str, float, int]]:
    """What errs, how often, among how many samples."""
    for row in RESULTS["gate"]:
        for question in {"failed", "failed_significance", "passed"} & row.keys():
            about = f"{question}, {row['shape']}, {row['unit']}, {row['records']}"
            yield about, row[question], row["samples"]


def test_every_interval_that_is_shown_holds_the_mean_often_enough():
    shown = [row for row in RESULTS["coverage"] if row["shown"]]
    assert len(shown) > 50
    assert [row for row in shown if row["coverage"] < AIM] == []
    reported = list(report.aggregate_coverage(RESULTS["aggregates"]))
    assert len(reported) > 20
    assert [row for row in reported if row[2] < AIM] == []


def test_no_rule_errs_more_often_than_it_may():
    rows = list(gate_rows())
    assert len(rows) > 300
    allowed = {samples: 0.05 + NOISE * (0.05 * 0.95 / samples) ** 0.5 for *_, samples in rows}
    assert [row for row in rows if row[1] > allowed[row[2]]] == []
    exact = list(report.aggregate_errors(RESULTS["aggregates"], RESULTS["aggregate differences"]))
    assert [(about, max(chances)) for about, chances in exact if max(chances) > 0.05] == []
    assert [row for row in RESULTS["words"] if row["words"] > 0.05] == []


def test_conversations_of_very_unequal_length_were_measured():
    for part, name in (("coverage", "scenario"), ("gate", "unit")):
        told = {row[name] for row in RESULTS[part]}
        for unequal in ("one in 10 of 20", "one in 30 of 50"):
            assert any(unequal in one for one in told), (part, unequal)


@pytest.mark.parametrize("method", [Method.WILSON, Method.BOUNDED, Method.STUDENT])
def test_what_is_shown_is_what_has_units_enough(method):
    rows = [row for row in RESULTS["coverage"] if row["method"] == method]
    least = LEAST_UNITS[method]
    assert any(row["shown"] and row["units"] == least for row in rows)  # measured where it begins
    for row in rows:
        if row["units"] < least:
            assert not row["shown"]
        elif "of 1 to 9" not in row["scenario"] and "one in" not in row["scenario"]:
            assert row["shown"]  # equal sizes
        assert row["shown"] == (row["share"] >= SELDOM)


def test_means_with_a_standard_error_are_measured_from_the_fewest_records_on():
    sizes = {row["records"] for row in RESULTS["aggregates"]}
    assert min(sizes) == LEAST_UNITS[Method.STANDARD_ERROR]


def test_the_page_is_that_of_the_results():
    assert (FOLDER / "statistics.md").read_text() == report.page(RESULTS)
