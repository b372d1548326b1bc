"""Batches: side by side, at a pace, and gone on with where they ended."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from collecting_cases import Crash, Kept, Scripted, scenario
from hypothesis import given, settings
from hypothesis import strategies as st

from modeleval.collecting.batch import BatchResult, Work, collect_batch
from modeleval.collecting.counts import BatchCounts
from modeleval.collecting.document import CollectedDataset, CollectedFormat
from modeleval.collecting.pace import Pace
from modeleval.collecting.protocol import Answer, Asked, Step, Target, TargetBusy
from modeleval.errors import RunClosed, TargetRefused

OPTIONS = CollectedDataset.model_validate(
    {"scenarios": "s", "target": {"name": "bot", "endpoint": "https://bot.example"}}
)
FAST = 100_000


def batch(*turns: int) -> list[Work]:
    return [(number, scenario(f"s{number}", n)) for number, n in enumerate(turns, start=5)]


def collect(scenarios: Sequence[Work], target: Target, store: Kept, **more: Any) -> BatchResult:
    fixed: dict[str, Any] = {
        "options": OPTIONS,
        "collected_as": CollectedFormat.JUDGE,
        "pace": Pace(FAST),
        "seconds_left": lambda: 900.0,
        "jitter": lambda: 0.0,
    }
    return collect_batch(scenarios, target, store, **(fixed | more))


def test_every_turn_is_asked_once() -> None:
    target, store = Scripted(), Kept()
    result = collect(batch(1, 3, 2), target, store)
    assert result.done
    assert (result.counts.scenarios, result.counts.turns, result.counts.collected) == (3, 6, 6)
    assert len(target.asked) == 6
    assert store.saves == 6


def test_a_batch_that_is_over_is_not_asked_again() -> None:
    store = Kept()
    before = collect(batch(1, 3), Scripted(), store)
    target = Scripted()
    assert collect(batch(1, 3), target, store) == before
    assert target.asked == []


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 12), st.lists(st.sampled_from(["tool", "busy"]), max_size=2))
def test_after_a_crash_the_rest_is_asked_and_nothing_twice(saves: int, script: list[str]) -> None:
    scripts = {("s5", 2): script, ("s6", 1): script}
    undisturbed = collect(batch(2, 3), Scripted(scripts), Kept(), workers=1)
    target, store = Scripted(scripts), Kept(crash_after=saves)
    try:
        collect(batch(2, 3), target, store, workers=1)
    except Crash:
        result = collect(batch(2, 3), target, store, workers=1)
        assert result == undisturbed
    assert len(set(target.answered)) == len(target.answered)


def test_a_busy_target_is_asked_again_later_and_not_for_ever() -> None:
    scripts = {("s5", 1): ["busy"] * 7, ("s6", 1): ["busy"] * 8}
    result = collect(batch(1, 2), Scripted(scripts), Kept())
    assert result.done
    assert (result.counts.collected, result.counts.failed) == (1, {"serviceError": 1})
    assert result.counts.after_failure == 1


def test_tries_are_counted_over_the_ends_of_batches() -> None:
    store, target = Kept(crash_after=5), Scripted({("s5", 1): ["busy"] * 8})
    with pytest.raises(Crash):
        collect(batch(1), target, store)
    assert collect(batch(1), target, store).counts.failed == {"serviceError": 1}
    assert len(target.asked) == 8


def test_no_step_begins_that_there_is_no_time_for() -> None:
    seconds = iter([900.0, 66.0, 64.9])
    target, store = Scripted(), Kept()
    result = collect(batch(3), target, store, seconds_left=lambda: next(seconds))
    assert not result.done
    assert len(target.asked) == 2
    assert (result.counts.scenarios, result.counts.collected, result.counts.requests) == (0, 2, 2)
    assert collect(batch(3), target, store).counts.scenarios == 1


def test_a_wait_that_is_longer_than_the_time_left_is_not_begun() -> None:
    class Resting:
        def step(self, asked: Asked) -> Step:
            raise TargetBusy(f"later, {asked.scenario}", 60)

    result = collect(batch(1), Resting(), Kept(), seconds_left=lambda: 100.0)
    assert not result.done


def test_a_pace_that_allows_no_further_request_in_time_ends_the_batch() -> None:
    target = Scripted()
    result = collect(batch(1, 1), target, Kept(), pace=Pace(1), seconds_left=lambda: 70.0)
    assert not result.done
    assert len(target.asked) == 1


class _Refusing:
    """Refuses when two are asked at once; the other is answered after that."""

    def __init__(self) -> None:
        self.both = threading.Barrier(2)
        self.refused = threading.Event()

    def step(self, asked: Asked) -> Step:
        self.both.wait(10)
        if asked.scenario == "s5":
            self.refused.set()
            raise TargetRefused("No", action="Ask another.")
        self.refused.wait(10)
        return Step([], Answer("Yes."))


def test_a_refusal_ends_the_batch_and_what_was_answered_meanwhile_is_kept() -> None:
    store = Kept()
    with pytest.raises(TargetRefused):
        collect(batch(2, 2, 2), _Refusing(), store)
    assert list(store.states) == [6]
    assert b"Yes." in store.states[6]


def test_what_the_watch_raises_ends_the_batch() -> None:
    def ended(_: BatchCounts) -> None:
        raise RunClosed("The run has ended", action="Nothing.")

    target = Scripted()
    with pytest.raises(RunClosed):
        collect(batch(2), target, Kept(), watch=ended)
    assert target.asked == []


def test_the_watch_is_told_what_was_counted_before() -> None:
    store, told = Kept(), []
    seconds = iter([900.0, 0.0])
    collect(batch(2), Scripted(), store, seconds_left=lambda: next(seconds))
    collect(batch(2), Scripted(), store, watch=lambda counts: told.append(counts.collected))
    assert told[0] == 0
    assert 1 in told
    assert told == sorted(told)


def test_tools_are_run_without_waiting_for_a_request_of_the_target() -> None:
    target = Scripted({("s5", 1): ["tool"]})
    pace = Pace(60, clock=lambda: 0.0)
    reserved: list[float | None] = []

    class Counting(Pace):
        def reserve(self, until: float) -> float | None:
            reserved.append(pace.reserve(until))
            return 0.0

    assert collect(batch(1), target, Kept(), pace=Counting(60)).done
    assert len(target.asked) == 3
    assert reserved == [0.0, 1.0]
