"""docs/performance.md is what its figures say, and the figures are what the model says."""

from __future__ import annotations

from benchmarks import performance
from benchmarks.overhead import table
from benchmarks.performance_page import PAGE, page


def test_the_page_is_written_from_its_figures() -> None:
    assert PAGE.read_text() == page(performance.read())


def test_the_overhead_that_is_told_is_the_models() -> None:
    assert performance.read()["overhead"] == list(table())
