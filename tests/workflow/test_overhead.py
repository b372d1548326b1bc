"""What a run's executions tell of themselves is what the model of its overhead says."""

from __future__ import annotations

import pytest
from deployed_world import DeployedWorld, record, suite

from benchmarks.judged_runs import of_histories
from benchmarks.overhead import counts, inside_parallel


@pytest.mark.parametrize("shards", [1, 4])
def test_transitions_and_invocations_are_as_many_as_the_model_says(
    world: DeployedWorld, shards: int
) -> None:
    key = world.put_dataset([record(number) for number in range(shards)])
    execution = world.start({"suite": suite(key, name=f"overhead-{shards}", shardSize=1)})
    finished = world.finish(execution)
    assert finished.output["status"] == "succeeded"

    told = of_histories(world.sfn, execution, finished.run_id, shards)

    expected = counts(shards, told["looks"], scores=2, compared_jobs=0)
    assert told["transitions"] == expected.transitions - inside_parallel(shards)
    assert told["invocations"] == expected.invocations
