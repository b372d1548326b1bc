from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeleval.ids import milliseconds
from modeleval.workflow.timing import (
    FIRST_POLL_SECONDS,
    LONGEST_POLL_SECONDS,
    far_seconds,
    near_seconds,
    poll_seconds,
    retry_seconds,
    seconds_of,
    timestamp,
)

HOUR, DAY, MONTH = 3600, 24 * 3600, 30 * 24 * 3600


class Unjittered(random.Random):
    """Chance that favours nobody."""

    def uniform(self, a: float, b: float) -> float:
        return (a + b) / 2


UNJITTERED = Unjittered()
ages = st.floats(0, MONTH)
moments = st.integers(0, 4_000_000_000_000).map(lambda ms: ms / 1000)


@pytest.mark.parametrize(
    ("age", "seconds"), [(0, 30), (300, 30), (1000, 100), (18_000, 1800), (MONTH, 1800)]
)
def test_a_job_is_looked_at_after_a_tenth_of_its_age_within_bounds(age: int, seconds: int) -> None:
    assert poll_seconds(age) == seconds


@given(ages, ages)
def test_an_older_job_is_never_looked_at_sooner(one: float, other: float) -> None:
    younger, older = sorted((one, other))
    assert FIRST_POLL_SECONDS <= poll_seconds(younger) <= poll_seconds(older)
    assert poll_seconds(older) <= LONGEST_POLL_SECONDS


@pytest.mark.parametrize(
    ("ahead", "near", "seconds"),
    [(0, 0, 15), (7, 0, 15), (15, 0, 30), (0, 3600, 36), (19, 1e5, 1000)],
)
def test_near_the_front_a_job_looks_often_and_more_seldom_the_longer_it_stands_there(
    ahead: int, near: float, seconds: float
) -> None:
    assert near_seconds(ahead, near, UNJITTERED) == seconds


@pytest.mark.parametrize(
    ("ahead", "deadline", "seconds"),
    [(20, HOUR, 30), (100, HOUR, 150), (1000, HOUR, 300), (20, DAY, 86), (1000, MONTH, 2592)],
)
def test_far_back_it_looks_before_those_ahead_can_have_started(
    ahead: int, deadline: int, seconds: float
) -> None:
    assert far_seconds(ahead, deadline, UNJITTERED) == seconds


@pytest.mark.parametrize(("deadline", "seconds"), [(HOUR, 60), (DAY, 86), (MONTH, 2592)])
def test_a_service_that_did_not_answer_is_asked_again(deadline: int, seconds: float) -> None:
    assert retry_seconds(deadline, UNJITTERED) == seconds


@given(st.integers(HOUR, MONTH), st.integers())
def test_waits_have_a_tenth_of_jitter(deadline: int, seed: int) -> None:
    interval = max(60, deadline / 1000)
    seconds = retry_seconds(deadline, random.Random(seed))
    assert 0.9 * interval - 1 <= seconds <= 1.1 * interval + 1


def test_two_jobs_do_not_ask_in_step() -> None:
    seconds = {retry_seconds(DAY, random.Random(seed)) for seed in range(50)}
    assert len(seconds) > 10


@given(moments)
def test_a_timestamp_is_read_as_it_was_written(seconds: float) -> None:
    assert seconds_of(timestamp(seconds)) == pytest.approx(seconds, abs=1e-6)


@given(moments, moments)
def test_timestamps_sort_as_the_instants_do(one: float, other: float) -> None:
    earlier, later = sorted((one, other))
    assert timestamp(earlier) <= timestamp(later)


def test_a_timestamp_is_iso_8601_in_utc_with_milliseconds() -> None:
    moment = datetime(2026, 11, 22, 8, 0, 0, 123_000, tzinfo=UTC)
    assert timestamp(moment.timestamp()) == "2026-11-22T08:00:00.123Z"


@given(st.integers(0, 4_000_000_000_000))
def test_a_runs_start_keeps_its_milliseconds(start: int) -> None:
    # As prepare_run stores it, and as an id is derived from it.
    assert milliseconds(timestamp(start / 1000)) == start
