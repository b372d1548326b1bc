"""A step that runs twice judges what it judged the first time, or says that it cannot."""

from __future__ import annotations

import pytest
from deployed_world import DeployedWorld, record, suite


@pytest.fixture
def held(world: DeployedWorld) -> tuple[str, str]:
    """A run whose job goes on, and its dataset."""
    world.settings(hold=True)
    key = world.put_dataset([record(1)])
    run_id = world.run_id(world.start({"suite": suite(key)}))
    world.until(lambda: [job for job in world.store.jobs(run_id) if job.job_arn])
    return run_id, key


def test_planning_again_refuses_another_dataset(
    world: DeployedWorld, held: tuple[str, str]
) -> None:
    run_id, key = held
    before = world.read(f"runs/{run_id}/inputs/e0/p0.jsonl")
    world.put_dataset([record(2), record(3)], key)

    assert world.invoke("PlanJobs", {"runId": run_id}) == "ObjectChanged"

    assert world.read(f"runs/{run_id}/inputs/e0/p0.jsonl") == before


def test_planning_late_does_not_turn_the_run_back(
    world: DeployedWorld, held: tuple[str, str]
) -> None:
    run_id, _ = held

    world.invoke("PlanJobs", {"runId": run_id})

    assert world.run(run_id).phase == "jobs"


def test_preparing_again_keeps_the_first_suite(world: DeployedWorld) -> None:
    world.settings(hold=True)
    key = world.put_dataset([record(1)])
    execution = world.start({"suite": suite(key)})
    run_id = world.run_id(execution)
    world.until(lambda: [job for job in world.store.jobs(run_id) if job.job_arn])
    before = world.read(f"runs/{run_id}/suite.json")
    payload = {
        "executionArn": execution,
        "startTime": world.store.run(run_id).started_at,
        "input": {"suite": suite(key, metrics=["Refusal"])},
    }

    assert world.invoke("PrepareRun", payload) == {"runId": run_id}

    assert world.read(f"runs/{run_id}/suite.json") == before
