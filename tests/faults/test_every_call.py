"""Each call of a run goes wrong once, all in one run: the run comes to what it would have.

What is called is recorded from an undisturbed run, so a new call is covered by itself. It is the
same with functions whose processes are killed after their calls: Step Functions, and Lambda for
what events invoke, runs them again.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

import pytest
from fault_world import WAYS, FaultWorld, Outcome, Point, Started

pytestmark = pytest.mark.timeout(900)  # with seven runs side by side in its setup
KILLED = {
    "killed after the first call": 0.0,
    "killed in the middle": 0.5,
    "killed after the last call": 1.0,
}
KILL = {"how": "kill"}
_PATIENCE = 400.0


@pytest.fixture(scope="module")
def undisturbed(faults: FaultWorld) -> tuple[Outcome, list[Point]]:
    """What a run comes to, and its calls. One before it is approved: there is a baseline."""
    assert faults.end(faults.start("first")).approval == "Approved"
    started = faults.start("undisturbed")
    return faults.end(started), faults.points("undisturbed")


def each_function_once(points: list[Point], share: float) -> list[Point]:
    """One call of each function: the first (0), the last (1) or one between."""
    by_function: dict[str, list[Point]] = {}
    for point in points:
        if point.certain and point.allows(KILL):
            by_function.setdefault(point.function, []).append(point)
    return [found[round(share * (len(found) - 1))] for found in by_function.values()]


@pytest.fixture(scope="module")
def wanted(undisturbed: tuple[Outcome, list[Point]]) -> dict[str, list[dict[str, Any]]]:
    """What goes wrong in each run."""
    points = undisturbed[1]
    found = {
        name: [point.disturbed(way) for point in points if point.allows(way)]
        for name, way in WAYS.items()
    }
    for name, share in KILLED.items():
        found[name] = [p.disturbed(KILL) for p in each_function_once(points, share)]
    return found


@pytest.fixture(scope="module")
def disturbed(faults: FaultWorld, wanted: dict[str, list[dict[str, Any]]]) -> dict[str, Outcome]:
    """What the runs came to, side by side."""

    def end(started: Started) -> Outcome:
        return faults.end(started, patience=_PATIENCE)

    started = [faults.start(name, *disturbances) for name, disturbances in wanted.items()]
    with ThreadPoolExecutor(len(started)) as pool:
        return dict(zip(wanted, pool.map(end, started), strict=True))


def test_the_undisturbed_run_is_what_the_others_are_held_against(
    undisturbed: tuple[Outcome, list[Point]],
) -> None:
    outcome, points = undisturbed
    assert (outcome.status, outcome.approval) == ("succeeded, passed", "Approved")
    # The last one is a team's function, which no service holds as a job.
    assert outcome.jobs == ["0 succeeded: 1", "1 succeeded: 1", "2 succeeded: 0", "in all 2"]
    assert outcome.executions == ["SUCCEEDED"] * 4
    assert {point.service for point in points} == {
        "bedrock", "dynamodb", "events", "lambda", "s3", "sagemaker", "sns", "stepfunctions",
    }  # fmt: skip
    assert len(points) == len(set(points)) > 150


@pytest.mark.parametrize("name", [*WAYS, *KILLED])
def test_a_run_all_of_whose_calls_go_wrong_once_comes_to_the_same(
    faults: FaultWorld,
    undisturbed: tuple[Outcome, list[Point]],
    wanted: dict[str, list[dict[str, Any]]],
    disturbed: dict[str, Outcome],
    name: str,
) -> None:
    assert asdict(disturbed[name]) == asdict(undisturbed[0])
    hit = {
        (call["function"], call["operation"]) for call in faults.calls(name) if call["disturbed"]
    }
    assert hit == {(one["function"], one["operation"]) for one in wanted[name]}


@pytest.mark.parametrize("before", [False, True], ids=["after it", "between note and invocation"])
def test_a_scorer_whose_step_is_killed_is_not_paid_for_twice(
    faults: FaultWorld, undisturbed: tuple[Outcome, list[Point]], before: bool
) -> None:
    which = ("s3", "PutObject") if before else ("lambda", "Invoke")
    [point] = [
        point
        for point in undisturbed[1]
        if "CheckJob" in point.function
        and (point.service, point.operation, point.occurrence) == (*which, 1)
    ]
    name = f"scorer killed {before}"

    outcome = faults.end(faults.start(name, point.disturbed(KILL)), patience=_PATIENCE)

    assert faults.disturbed(name, point)
    invoked = [call for call in faults.calls(name) if call["operation"] == "Invoke"]
    assert [call["tries"] for call in invoked] == ([] if before else [1])
    assert outcome.status.startswith("partial, ")
    assert outcome.jobs[:3] == ["0 succeeded: 1", "1 succeeded: 1", "2 failed: 0"]
    assert outcome.approval == "PendingManualApproval"
    assert "the answer was lost (the step that asked for it broke off)" in outcome.summary
