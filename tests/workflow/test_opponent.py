"""The stand-in as an opponent: a request that is wrong in one place fails the run, by name.

A job waits in the queue; what it is going to ask for is changed under it; then there is room.
"""

from __future__ import annotations

from typing import Any

import pytest
from deployed_world import DeployedWorld, Finished, record, suite

from modeleval.store.items import JobStatus

LIVE = {"precomputed": None, "model": "amazon.nova-lite-v1:0", "inferenceParams": "{}"}


def run_changed(world: DeployedWorld, changes: dict[str, Any], **evaluation: Any) -> Finished:
    """Run a suite whose job's spec is changed between its plan and its start."""
    world.settings(concurrentJobs=0)
    key = world.put_dataset([record(n) for n in range(2)])
    execution = world.start({"suite": suite(key, **evaluation)})
    run_id = world.run_id(execution)
    [job] = world.until(
        lambda: [job for job in world.store.jobs(run_id) if job.status is JobStatus.QUEUED]
    )
    assert world.store.update_job(run_id, 0, spec={**job.spec, **changes})
    world.settings(concurrentJobs=20)
    return world.finish(execution)


def test_an_unchanged_request_passes(world: DeployedWorld) -> None:
    assert run_changed(world, {}).status == "SUCCEEDED"


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        pytest.param({"datasetName": "not a name"}, "dataset.name", id="pattern"),
        pytest.param({"datasetName": "n" * 64}, "dataset.name", id="length"),
        pytest.param({**LIVE, "latency": "fastest"}, "latency", id="enum"),
        pytest.param({**LIVE, "inferenceParams": "x" * 1024}, "inferenceParams", id="long-params"),
        pytest.param({"judge": "not a model"}, "modelIdentifier", id="judge-pattern"),
        pytest.param({"judge": "amazon.no-such-model-v1:0"}, "model", id="unknown-judge"),
        pytest.param({"metrics": []}, "metricNames", id="no-metrics"),
        pytest.param({"precomputed": "not/an/id"}, "inferenceSourceIdentifier", id="source"),
    ],
)
def test_a_request_that_is_wrong_in_one_place_is_refused(
    world: DeployedWorld, changes: dict[str, Any], refusal: str
) -> None:
    finished = run_changed(world, changes)

    assert (finished.status, finished.error) == ("FAILED", "NothingScored")
    assert "JobRefused" in finished.cause
    assert refusal in finished.cause
    assert world.service_jobs(finished.run_id) == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"precomputed": "another-bot"}, "modelIdentifier", id="identifier"),
        pytest.param({**LIVE}, "modelResponses", id="live-with-responses"),
    ],
)
def test_a_request_that_does_not_fit_its_dataset_fails_the_job(
    world: DeployedWorld, changes: dict[str, Any], reason: str
) -> None:
    finished = run_changed(world, changes)

    assert finished.error == "NothingScored"
    assert "JobFailed" in finished.cause
    assert reason in finished.cause
