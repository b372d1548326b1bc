"""How benchmarks.queueing tells a fair queue from an unfair one."""

from __future__ import annotations

import pytest

from benchmarks.queueing import Waited, overtaken, waits


def test_the_ideal_is_first_in_first_out_and_a_free_place_taken_at_once() -> None:
    moments = [(0.0, 0.0), (1.0, 1.0), (2.0, 12.0), (3.0, 30.0), (40.0, 40.0)]
    ideal = [one.ideal for one in waits(moments, places=2, seconds=10.0)]
    assert ideal == [0.0, 0.0, 8.0, 8.0, 0.0]


def test_jobs_are_told_in_the_order_in_which_they_asked() -> None:
    waited = waits([(5.0, 20.0), (0.0, 0.0), (1.0, 11.0)], places=1, seconds=10.0)
    assert waited == [Waited(0.0, 0.0, 0.0), Waited(1.0, 11.0, 9.0), Waited(5.0, 20.0, 15.0)]
    assert [one.seconds for one in waited] == [0.0, 10.0, 15.0]


@pytest.mark.parametrize(
    ("began", "most"),
    [([0, 10, 20, 30], 0), ([0, 20, 10, 30], 1), ([30, 0, 10, 20], 3), ([10, 10, 10, 10], 0)],
)
def test_overtaken_is_by_those_that_came_later(began: list[float], most: int) -> None:
    moments = [(float(number), float(at)) for number, at in enumerate(began)]
    assert overtaken(waits(moments, places=4, seconds=1.0)) == most
