"""`lambda-scorer`: a deployed function of the team's own scores, with IAM enforced."""

from __future__ import annotations

from typing import Any

import pytest
from deployed_names import BATCH_SCORER, NOT_THERE
from deployed_world import DeployedWorld, Finished, record
from function_scorer_runs import make_scorer, scorer_suite
from gate_world import entries, reopen

from modeleval.store.items import JobStatus
from modeleval.store.keys import job_key

REWARD = "aggregate_reward_score"


@pytest.fixture(autouse=True)
def scorer(world: DeployedWorld) -> None:
    make_scorer(world)


def dataset(world: DeployedWorld, *prompts: str, right: int = 4, wrong: int = 2) -> str:
    data: list[dict[str, Any]] = [record(number) for number in range(right)]
    data += [record(number, "No, not at all.") for number in range(right, right + wrong)]
    data += [record(0, prompt=prompt) for prompt in prompts]
    return world.put_dataset(data)


def test_a_teams_function_scores_batch_by_batch(world: DeployedWorld) -> None:
    key = dataset(world, "leave out this one", "not finite")

    finished = world.evaluate(scorer_suite(key, batchSize=3))

    assert finished.status == "SUCCEEDED", finished.cause
    scores = world.scores(finished)
    reward, words = scores[REWARD, None], scores["words", None]
    assert (reward.n, float(reward.mean or 0), reward.unscored) == (6, pytest.approx(4 / 6), 2)
    assert (words.n, float(words.mean or 0), words.unscored) == (7, pytest.approx(13 / 7), 1)
    assert words.direction == "lowerIsBetter"
    entry = entries(world, finished)["marks"]
    assert entry["jobs"][0]["arn"] == BATCH_SCORER
    assert "1 records are not in the function's reply" in entry["warnings"]
    assert "1 values are not finite" in entry["warnings"]
    prefix = f"runs/{finished.run_id}/outputs/j0/a1/"
    assert [key.removeprefix(prefix) for key in world.keys(prefix)] == [
        *(f"asked/b{number}-0.json" for number in range(3)),
        *(f"b{number}.json" for number in range(3)),
    ]


def test_a_batch_that_raises_is_unscored_and_its_words_stay_where_they_are(
    world: DeployedWorld,
) -> None:
    key = dataset(world, "raise an error", right=2, wrong=0)

    finished = world.evaluate(scorer_suite(key, batchSize=1))

    assert finished.status == "SUCCEEDED", finished.cause
    assert world.scores(finished)[REWARD, None].unscored == 1
    [told, *_] = [one for one in entries(world, finished)["marks"]["warnings"] if "failed" in one]
    assert told == "1 records are unscored: the function failed (ValueError)"


def test_a_function_that_runs_out_of_time_fails_the_job(world: DeployedWorld) -> None:
    finished = world.evaluate(scorer_suite(dataset(world, "sleep", right=0, wrong=0)))

    assert (finished.status, finished.error) == ("FAILED", "NothingScored")
    assert "JobFailed" in finished.cause
    assert "none of 1 batches was scored: the function failed" in finished.cause


def test_a_check_that_runs_twice_asks_for_nothing_again(world: DeployedWorld) -> None:
    """The function is gone meanwhile: a second question would fail the job."""
    finished = world.evaluate(scorer_suite(dataset(world), batchSize=3))
    prefix = f"runs/{finished.run_id}/outputs/j0/a1/"
    before = {key: world.read(key) for key in world.keys(prefix)}
    reopen(world, finished)
    reopen_job(world, finished)
    world.lambda_.delete_function(FunctionName=BATCH_SCORER)

    said = world.invoke("CheckJob", {"runId": finished.run_id, "job": 0, "executionArn": "x"})

    assert said["status"] == "done"
    assert {key: world.read(key) for key in world.keys(prefix)} == before


def reopen_job(world: DeployedWorld, finished: Finished) -> None:
    """Make the job as if its step CheckJob had died before it could answer."""
    world.store._table.update_item(
        Key=job_key(finished.run_id, 0),
        UpdateExpression="SET #s = :running",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":running": JobStatus.RUNNING},
    )


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (NOT_THERE, "There is no function"),
        (f"{BATCH_SCORER}-of-others", "is not one of the functions that the settings allow"),
    ],
)
def test_a_function_that_cannot_score_is_refused_before_anything_starts(
    world: DeployedWorld, function: str, says: str
) -> None:
    finished = world.evaluate(scorer_suite(dataset(world), function=function))

    assert (finished.status, finished.error) == ("FAILED", "ScorerNotUsable")
    assert says in finished.cause
    assert world.jobs(finished) == []
