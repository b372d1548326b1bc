"""Each call of a run goes wrong once, all in one run: the run comes to what it would have.

What is called is recorded from an undisturbed run, so a new call is covered by itself.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

import pytest
from fault_world import WAYS, FaultWorld, Outcome, Point, Started

_PATIENCE = 240.0


@pytest.fixture(scope="module")
def undisturbed(faults: FaultWorld) -> tuple[Outcome, list[Point]]:
    """What a run comes to, and its calls. One before it is approved: there is a baseline."""
    assert faults.end(faults.start("first")).approval == "Approved"
    started = faults.start("undisturbed")
    return faults.end(started), faults.points("undisturbed")


@pytest.fixture(scope="module")
def disturbed(faults: FaultWorld, undisturbed: tuple[Outcome, list[Point]]) -> dict[str, Outcome]:
    """What four runs side by side came to, each of whose calls is disturbed in one way."""

    def end(started: Started) -> Outcome:
        return faults.end(started, patience=_PATIENCE)

    started = [
        faults.start(name, *(point.disturbed(way) for point in undisturbed[1] if point.allows(way)))
        for name, way in WAYS.items()
    ]
    with ThreadPoolExecutor(len(started)) as pool:
        return dict(zip(WAYS, pool.map(end, started), strict=True))


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


@pytest.mark.timeout(600)
@pytest.mark.parametrize("way", WAYS)
def test_a_run_all_of_whose_calls_go_wrong_once_comes_to_the_same(
    faults: FaultWorld,
    undisturbed: tuple[Outcome, list[Point]],
    disturbed: dict[str, Outcome],
    way: str,
) -> None:
    assert asdict(disturbed[way]) == asdict(undisturbed[0])
    hit = {(call["function"], call["operation"]) for call in faults.calls(way) if call["disturbed"]}
    assert hit == {(p.function, p.operation) for p in undisturbed[1] if p.allows(WAYS[way])}
