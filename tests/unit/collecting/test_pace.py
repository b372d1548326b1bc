"""The pace: even, whoever asks, and what was not used is hardly caught up on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeleval.collecting.pace import Pace


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_requests_are_evenly_spaced() -> None:
    clock = Clock()
    pace = Pace(60, clock=clock, sleep=clock.sleep)
    times = []
    for _ in range(4):
        assert pace.wait(10)
        times.append(clock.now)
    assert times == [100, 101, 102, 103]


def test_after_a_rest_the_rate_is_what_it_was() -> None:
    clock = Clock()
    pace = Pace(60, clock=clock, sleep=clock.sleep)
    pace.wait(0)
    clock.now += 600
    assert [pace.reserve(10) for _ in range(3)] == [0, 1, 2]


def test_a_place_after_the_deadline_is_not_taken() -> None:
    clock = Clock()
    pace = Pace(6, clock=clock, sleep=clock.sleep)
    assert pace.wait(0)
    assert not pace.wait(9.9)
    assert clock.now == 100
    assert pace.wait(10)
    assert clock.now == 110


@given(
    st.integers(1, 100_000),
    st.lists(st.floats(0, 3, allow_nan=False), min_size=1, max_size=60),
)
def test_no_second_holds_more_than_two_seconds_worth(per_minute: int, rests: list[float]) -> None:
    clock = Clock()
    pace = Pace(per_minute, clock=clock, sleep=clock.sleep)
    times = []
    for rest in rests:
        clock.now += rest
        pace.wait(1e9)
        times.append(clock.now)
    for start in times:
        inside = sum(start <= time < start + 1 for time in times)
        assert inside <= 2 * max(1.0, per_minute / 60) + 1


def test_at_a_high_rate_a_late_wake_up_costs_nothing() -> None:
    clock = Clock()
    pace = Pace(6000, clock=clock, sleep=lambda seconds: clock.sleep(seconds + 0.003))
    for _ in range(1000):
        pace.wait(10)
    assert clock.now - 100 == pytest.approx(10, abs=0.05)
