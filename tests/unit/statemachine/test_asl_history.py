"""An execution's history holds 25,000 events, and the design keeps below 20,000.

Computed from the files and from `workflow.timing`: whatever share of its time a job spends in the
queue, and with functions that answer at once, which leaves the most time for more of them.
"""

from __future__ import annotations

import json
import random

import pytest
from unit_asl import BATCH_FILE, JOB_FILE, RUN_FILE, State, parsed, states, successors

from modeleval.kinds.bedrock_human import HumanEvaluation
from modeleval.kinds.bedrock_judge import JudgeEvaluation
from modeleval.kinds.human_jobs import planned
from modeleval.kinds.protocol import MOST_JOBS, Evaluation
from modeleval.workflow.timing import (
    LONGEST_POLL_SECONDS,
    far_seconds,
    near_seconds,
    poll_seconds,
    retry_seconds,
)

LIMIT = 20_000
PAYLOAD = 256 * 1024
HOUR = 3600
LONGEST_DEADLINE = 30 * 24 * HOUR  # of a human evaluation
STATES = parsed(JOB_FILE)["States"]

# What each state writes: entered and exited; a task also scheduled, started and succeeded.
EVENTS = {"Task": 5, "Wait": 2, "Choice": 2, "Pass": 2, "Fail": 1, "Succeed": 2}
ENDS = 2  # the execution itself: started, and how it ended
A_TRY_AGAIN = 3  # scheduled, started, failed


class Lowest(random.Random):
    """Chance at its worst: the shortest jitter there is."""

    def uniform(self, a: float, b: float) -> float:
        return min(a, b)


def path(start: str, goal: str) -> list[str]:
    """The shortest way from one state to another, failures left out."""
    ways = [[start]]
    while ways:
        way = ways.pop(0)
        if way[-1] == goal:
            return way
        state = {key: value for key, value in STATES[way[-1]].items() if key != "Catch"}
        ways += [[*way, following] for following in successors(state) if following not in way]
    raise AssertionError(f"no way from {start} to {goal}")


def events(names: list[str]) -> int:
    return sum(EVENTS[STATES[name]["Type"]] for name in names)


def loop(wait: str) -> list[str]:
    """The states of one turn of a waiting loop, the wait itself once."""
    return path(STATES[wait]["Next"], wait)


def history(deadline: int, far: float, near: float = 0) -> int:
    """Events of a job that waits far back and near the front, and then runs into its deadline."""
    total = ENDS + events(path("StartJob", "Asked"))
    age, came_near = 0, 0
    while age <= min(far, deadline):
        age += far_seconds(0, deadline, Lowest())
        total += events(loop("WaitForRoom"))
    came_near = age
    while age <= min(far + near, deadline):
        age += near_seconds(0, age - came_near, Lowest())
        total += events(loop("WaitForRoom"))
    total += events(path("Asked", "WaitForJob")[1:])
    while age <= deadline:
        age += poll_seconds(age)
        total += events(loop("WaitForJob"))
    return total + events(["CollectJob"]) + events(path("FailJob", "JobFailed"))


@pytest.mark.parametrize("hours", [1, 2, 12, 24, 72, 168, 336, 720])
def test_no_jobs_history_passes_the_limit_whatever_its_mix_of_queue_and_polling(
    hours: int,
) -> None:
    deadline = hours * HOUR
    shares = [(far / 5, near / 5) for far in range(6) for near in range(6 - far)]
    worst = max(history(deadline, deadline * far, deadline * near) for far, near in shares)
    assert worst < LIMIT


def test_a_service_that_never_answers_leaves_room_in_the_history() -> None:
    for deadline in (HOUR, 24 * HOUR, LONGEST_DEADLINE):
        turns = deadline / retry_seconds(deadline, Lowest())
        assert turns * events(loop("WaitForRoom")) < LIMIT - history(deadline, 0) / 10


def test_the_limit_still_holds_if_one_call_in_five_is_tried_again() -> None:
    turns = history(LONGEST_DEADLINE, 0) / events(loop("WaitForJob"))
    assert history(LONGEST_DEADLINE, 0) + turns / 5 * A_TRY_AGAIN < LIMIT


@pytest.mark.parametrize("name", ["StartJob", "CheckJob"])
def test_a_day_of_lost_answers_still_leaves_room_for_the_rest(name: str) -> None:
    state = STATES[name]
    [catch, _], retries = state["Catch"], state["Retry"]
    tries = 1 + sum(retry["MaxAttempts"] for retry in retries)
    # Entered, each try scheduled, started and failed, exited; then the wait.
    turn = 2 + tries * A_TRY_AGAIN + EVENTS["Wait"]
    turns = 24 * HOUR // catch["Output"]["waitSeconds"]
    assert history(LONGEST_DEADLINE, 0) + turns * turn < LIMIT


def test_a_batch_may_be_collected_for_as_long_as_it_is_given_time() -> None:
    """Ten thousand scenarios of four turns at one request a second take half a day."""
    machine = parsed(BATCH_FILE)
    turn = sum(EVENTS[machine["States"][one]["Type"]] for one in ("CollectBatch", "Ended", "GoOn"))
    # An invocation ends before its time only if it may not take another step: 15 minutes, less the
    # longest request (300 s) and what is spared for the end.
    shortest = 900 - 300 - 30
    assert ENDS + machine["TimeoutSeconds"] / shortest * turn < LIMIT


def test_the_batches_of_a_run_leave_room_for_its_jobs() -> None:
    states_of_it = dict(states(RUN_FILE))
    [retry] = states_of_it["RunBatch"]["Retry"]
    each = 2 + 2 + (1 + retry["MaxAttempts"]) * 4 + EVENTS["Pass"]
    assert states_of_it["CollectResponses"]["MaxConcurrency"] * each < LIMIT / 20


def test_both_loops_wait_before_they_ask_again() -> None:
    assert loop("WaitForRoom") == ["StartJob", "Asked", "WaitForRoom"]
    assert loop("WaitForJob") == ["CheckJob", "Checked", "WaitForJob"]
    asking = [name for name in path("StartJob", "CollectJob") if STATES[name]["Type"] == "Wait"]
    assert asking == ["WaitForJob"]


def test_every_loop_of_a_job_goes_through_a_wait() -> None:
    waits = {name for name, state in STATES.items() if state["Type"] == "Wait"}
    assert not _has_loop({name: state for name, state in STATES.items() if name not in waits})


def _has_loop(states: dict[str, State]) -> bool:
    """Whether some states lead back to themselves: take away what leads nowhere, and look."""
    while True:
        ends = {n for n, s in states.items() if not any(f in states for f in successors(s))}
        if not ends:
            return bool(states)
        states = {name: state for name, state in states.items() if name not in ends}


def test_a_run_of_as_many_jobs_as_it_may_have_stays_below_the_limit() -> None:
    found = dict(states(RUN_FILE))
    tries = found["RunJob"]["Retry"][0]["MaxAttempts"]
    # Iteration started and ended, entered and exited, and per try scheduled, started, submitted
    # and ended; then the Pass of one that failed.
    each = 2 + 2 + (1 + tries) * 4 + EVENTS["Pass"]
    steps = sum(EVENTS.get(state["Type"], 4) for state in found.values())
    assert ENDS + steps + MOST_JOBS * each < LIMIT


def test_the_numbers_of_as_many_jobs_as_a_run_may_have_are_a_small_payload() -> None:
    answer = {
        "runId": "me" + 16 * "a",
        "attempt": 9,
        "jobs": list(range(MOST_JOBS)),
        "longJobs": [],
    }
    assert len(json.dumps(answer)) < PAYLOAD / 10


def test_a_job_outlasts_the_longest_deadline_and_the_last_wait() -> None:
    last_wait = max(LONGEST_POLL_SECONDS, far_seconds(999, LONGEST_DEADLINE, random.Random(1)) * 2)
    longest_function = 15 * 60
    needed = LONGEST_DEADLINE + last_wait + 2 * longest_function
    assert parsed(JOB_FILE)["TimeoutSeconds"] > needed


def test_a_run_outlasts_its_jobs() -> None:
    checks_and_scores = 6 * 15 * 60
    jobs, batches = (parsed(file)["TimeoutSeconds"] for file in (JOB_FILE, BATCH_FILE))
    assert parsed(RUN_FILE)["TimeoutSeconds"] > jobs + batches + checks_and_scores


def test_no_suite_can_ask_for_a_longer_deadline() -> None:
    hours = longest(JudgeEvaluation, "deadline_hours")
    days = longest(HumanEvaluation, "deadline_days")
    assert hours * HOUR <= LONGEST_DEADLINE == days * 24 * HOUR
    assert planned_deadline(days) == LONGEST_DEADLINE


def longest(document: type[Evaluation], field: str) -> int:
    constraints = document.model_fields[field].metadata
    return max(one.le for one in constraints if hasattr(one, "le"))


def planned_deadline(days: int) -> int:
    """Seconds of a job that people may take so many days for."""
    entry = {
        "name": "people",
        "kind": "bedrock-human",
        "dataset": "d",
        "responses": {"precomputed": "bot"},
        "flowDefinition": "arn:aws:sagemaker:us-east-1:111122223333:flow-definition/x",
        "metrics": [{"name": "Useful", "ratingMethod": "ThumbsUpDown"}],
        "deadlineDays": days,
    }
    return planned(HumanEvaluation.model_validate(entry)).deadline_seconds
