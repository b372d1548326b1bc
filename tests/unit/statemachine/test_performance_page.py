"""docs/performance.md is what its figures say, and the figures are what the model says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import load, load_page, performance, reaping, scoring
from benchmarks.overhead import table
from benchmarks.performance_page import PAGE, page


def test_the_page_is_written_from_its_figures() -> None:
    assert PAGE.read_text() == page(performance.read())


def test_the_overhead_that_is_told_is_the_models() -> None:
    assert performance.read()["overhead"] == list(table())


SNAPSHOT = (
    Path(__file__)
    .parents[2]
    .joinpath("infrastructure", "__snapshots__", "test_template_snapshot", "test_template.json")
)


def deployed_limits(step: str) -> dict[str, int]:
    """Memory and timeout of a step's function, as the template has them."""
    resources = json.loads(SNAPSHOT.read_text())["Resources"]
    [found] = [
        one["Properties"]
        for one in resources.values()
        if one["Properties"].get("Description") == f"modeleval: the step {step}"
        and one["Type"] == "AWS::Lambda::Function"
    ]
    return {"memoryMb": found["MemorySize"], "seconds": found["Timeout"]}


def test_the_limits_that_figures_stand_beside_are_the_templates() -> None:
    found = performance.read()
    assert scoring.LIMITS == found["scoring"]["limits"] == deployed_limits("score_run")
    reaper = {
        "memoryMb": found["reaping"]["memoryMb"],
        "seconds": found["reaping"]["timeoutSeconds"],
    }
    assert reaper == deployed_limits("reap_run")
    for step, limits in found["load"]["limits"].items():
        name = "".join(f"_{one.lower()}" if one.isupper() else one for one in step).strip("_")
        assert limits == deployed_limits(name), step


def test_the_largest_runs_keep_their_limits() -> None:
    found = performance.read()
    [*_, largest] = found["load"]["runs"]
    assert (largest["shards"], largest["records"]) == (max(load.SHARDS), 100_000)
    for step, taken in largest["functions"].items():
        limits = found["load"]["limits"][step]
        assert taken["peakMb"] < limits["memoryMb"] / 2, step
        assert taken["longestSeconds"] < limits["seconds"] / 2, step
    assert largest["historyEvents"][0] < 25_000
    [*_, million] = found["scoring"]["runs"]
    assert (million["jobs"], million["records"]) == (max(scoring.JOBS), 1_000_000)
    assert million["peakMb"] < scoring.LIMITS["memoryMb"] / 2
    taken = million["processor"] + load_page.storage_seconds(million)
    assert taken < scoring.LIMITS["seconds"] * 0.7
    stopped = found["reaping"]
    assert stopped["jobs"] == 1000
    assert stopped["running"] == reaping.AT_ONCE
    assert stopped["stoppedSeconds"] < stopped["markedSeconds"] < stopped["timeoutSeconds"] / 2


@pytest.mark.parametrize("step", ["PlanJobs", "CollectJob"])
def test_memory_does_not_grow_with_the_records_of_a_run(step: str) -> None:
    peaks = [run["functions"][step]["peakMb"] for run in performance.read()["load"]["runs"]]
    assert max(peaks) < peaks[0] + 64


@pytest.mark.parametrize("task", ["validate", "aggregate"])
def test_memory_does_not_grow_with_a_file(task: str) -> None:
    found = {one["mb"]: one for one in performance.read()["files"] if one["task"] == task}
    assert {10, 100, 1000} <= found.keys()
    assert found[1000]["contestants"]["modeleval"]["peakMb"] < 64
