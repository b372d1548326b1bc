"""Datasets that are several jobs, jobs that fail among them, and runs that are resumed."""

from __future__ import annotations

import json
import time
from typing import Any

from deployed_world import DeployedWorld, Finished, record, suite
from programmatic_suites import programmatic, questions
from rag_world import answered, generation, line

from modeleval.store.items import JobStatus, RunStatus

BROKEN = "The judge could not be reached"


def dataset(world: DeployedWorld, records: int) -> str:
    return world.put_dataset(
        [record(n, f"Answer {'yes ' * (n % 7)}", category=f"c{n % 2}") for n in range(records)]
    )


def judged(world: DeployedWorld, finished: Finished) -> Any:
    """What a run says of its scores, without what names the run, or the one before."""
    [entry] = world.summary(finished)["evaluations"]
    named = ("jobs", "warnings", "comparisons")
    return {name: value for name, value in entry.items() if name not in named}


def resume(world: DeployedWorld, run_id: str, **more: Any) -> Finished:
    return world.finish(world.start({"resume": run_id, **more}))


def with_a_lost_shard(world: DeployedWorld, key: str, **evaluation: Any) -> Finished:
    """A run of three jobs of which the second one failed."""
    world.fault(kind="fail-job", message=BROKEN, jobName="-j1-a1")
    return world.evaluate(suite(key, shardSize=9, **evaluation))


def test_shards_come_to_the_summary_of_one_job(world: DeployedWorld) -> None:
    key = dataset(world, 25)
    metrics = ["Helpfulness", {"name": "Harmfulness", "categories": ["c1"]}]

    whole = world.evaluate(suite(key, metrics=metrics))
    sharded = world.evaluate(suite(key, metrics=metrics, shardSize=9))

    inputs = [key for key in world.keys(f"runs/{sharded.run_id}/inputs/") if "/p" in key]
    assert [len(world.read_lines(key)) for key in sorted(inputs)] == [9, 8, 8, 6, 6]
    assert len(world.service_jobs(sharded.run_id)) == 5
    assert sharded.output["status"] == "succeeded"
    assert judged(world, sharded) == judged(world, whole)


def test_candidates_and_repeats_are_sharded_each(world: DeployedWorld) -> None:
    key = dataset(world, 5)
    other = "amazon.nova-lite-v1:0"

    finished = world.evaluate(suite(key, shardSize=3, repeats=2, candidates=[{"model": other}]))

    assert finished.output["status"] == "succeeded"
    specs = [(job.spec["part"], job.spec["candidate"]) for job in world.jobs(finished)]
    assert specs == [(0, None)] * 2 + [(1, None)] * 2 + [(2, other)] * 2 + [(3, other)] * 2
    [entry] = world.summary(finished)["evaluations"]
    assert {one["n"] for one in entry["summaries"] if one["category"] is None} == {5}


def test_shards_of_conversations_come_to_the_summary_of_one_job(world: DeployedWorld) -> None:
    turns = [answered(n, f"Answer {'yes ' * (n % 7)}") for n in range(24)]
    key = world.put_dataset([line(*turns[n : n + 1 + n % 3]) for n in range(0, 24, 3)])
    metrics = ["Correctness", "Helpfulness"]

    whole = world.evaluate(generation(key, metrics=metrics))
    sharded = world.evaluate(generation(key, metrics=metrics, shardSize=6))

    assert len(world.service_jobs(sharded.run_id)) > 1
    assert sharded.output["status"] == "succeeded"
    assert judged(world, sharded) == judged(world, whole)


def test_shards_of_prompts_that_a_model_is_asked(world: DeployedWorld) -> None:
    document = programmatic(dataset=world.put_dataset(questions(10)))
    [entry] = document["evaluations"]

    whole = world.evaluate(document)
    sharded = world.evaluate({**document, "evaluations": [{**entry, "shardSize": 4}]})

    assert len(world.service_jobs(sharded.run_id)) == 3
    assert sharded.output["status"] == "succeeded"
    assert judged(world, sharded) == judged(world, whole)


def test_a_failed_shard_loses_its_records_and_no_others(world: DeployedWorld) -> None:
    finished = with_a_lost_shard(world, dataset(world, 25))

    assert finished.status == "SUCCEEDED"
    assert world.run(finished).status is RunStatus.PARTIAL
    score = world.scores(finished)["Correctness", None]
    assert ((score.n or 0) + score.not_applicable, score.unscored) == (17, 8)
    [entry] = world.summary(finished)["evaluations"]
    assert entry["status"] == "partial"
    assert entry["warnings"][0].startswith("1 of 3 jobs failed, and their records are unscored")
    assert BROKEN in entry["warnings"][0]


def test_a_run_with_a_failed_shard_is_never_passed(world: DeployedWorld) -> None:
    rules = [{"evaluation": "answers", "metric": "Harmfulness", "maximum": 0.9}]
    key = dataset(world, 25)
    document = suite(key, shardSize=9) | {"gate": {"minScoredShare": 0.1, "rules": rules}}
    world.fault(kind="fail-job", message=BROKEN, jobName="-j1-a1")

    run = world.run(world.evaluate(document))

    assert (run.verdict, run.verdict_why) == (
        "inconclusive",
        "An evaluation, or a job of one, failed.",
    )


def test_a_resume_runs_and_pays_for_the_failed_shard_alone(world: DeployedWorld) -> None:
    key = dataset(world, 25)
    whole = world.evaluate(suite(key))
    partial = with_a_lost_shard(world, key)
    before = len(world.calls("CreateEvaluationJob"))

    finished = resume(world, partial.run_id)

    assert finished.status == "SUCCEEDED"
    assert finished.output["runId"] == partial.run_id
    assert len(world.calls("CreateEvaluationJob")) == before + 1
    assert [(job.attempt, job.status) for job in world.jobs(partial)] == [
        (1, JobStatus.SUCCEEDED),
        (2, JobStatus.SUCCEEDED),
        (1, JobStatus.SUCCEEDED),
    ]
    assert judged(world, partial) == judged(world, whole)
    run = world.run(partial)
    assert (run.status, run.published, run.attempt) == (RunStatus.SUCCEEDED, True, 2)
    [earlier] = run.attempts
    assert (earlier["status"], earlier["missingJobs"]) == ("partial", 1)
    outputs = world.keys(f"runs/{partial.run_id}/outputs/j1/a2/")
    assert [key for key in outputs if key.endswith("_output.jsonl")]


def test_a_resume_that_fails_again_can_be_resumed_again(world: DeployedWorld) -> None:
    partial = with_a_lost_shard(world, dataset(world, 25))
    world.fault(kind="fail-job", message=BROKEN, jobName="-j1-a2")

    assert resume(world, partial.run_id).output["status"] == "partial"
    assert resume(world, partial.run_id).output["status"] == "succeeded"

    assert world.jobs(partial)[1].attempt == 3


def test_a_complete_run_is_not_resumed_and_stays_as_it_is(world: DeployedWorld) -> None:
    finished = world.evaluate(suite(dataset(world, 3)))
    before = world.run(finished)

    refused = resume(world, finished.run_id)

    assert (refused.status, refused.error) == ("FAILED", "ResumeRefused")
    assert f"Nothing of run {finished.run_id} is missing" in refused.cause
    time.sleep(0.5)  # the reaper hears of the execution's end
    assert world.run(finished) == before
    assert world.store.find_run(refused.run_id) is None


def test_a_run_that_goes_on_is_not_resumed(world: DeployedWorld) -> None:
    execution, run_id = world.start_held(suite(dataset(world, 2)))

    refused = resume(world, run_id)

    assert refused.error == "RunOpen"
    time.sleep(0.5)
    assert world.run(run_id).status is RunStatus.RUNNING
    world.settings(hold=False)
    assert world.finish(execution).status == "SUCCEEDED"


def test_a_run_that_is_not_there_is_not_resumed(world: DeployedWorld) -> None:
    refused = resume(world, "me" + 16 * "x")
    assert refused.error == "RunNotFound"


def test_a_resume_keeps_the_budget_of_all_attempts(world: DeployedWorld) -> None:
    key = dataset(world, 25)
    # 25 records, two metrics: 0.092 USD, and 8 records of them again 0.02944.
    document = suite(key, shardSize=9) | {"budget": {"maxUsd": 0.1}}
    world.fault(kind="fail-job", message=BROKEN, jobName="-j1-a1")
    partial = world.evaluate(document)

    refused = resume(world, partial.run_id)
    assert refused.error == "BudgetExceeded"
    assert f"modeleval resume {partial.run_id} --max-usd 0.13" in refused.cause
    assert resume(world, partial.run_id, maxUsd="0.13").output["status"] == "succeeded"


def test_a_stopped_run_is_resumed_where_it_was_stopped(world: DeployedWorld) -> None:
    execution, run_id = world.start_held(suite(dataset(world, 2)))
    world.sfn.stop_execution(executionArn=execution)
    world.until(lambda: all(job.status is JobStatus.STOPPED for job in world.store.jobs(run_id)))
    world.settings(hold=False)

    assert resume(world, run_id).output["status"] == "succeeded"


def test_a_resume_that_is_stopped_ends_its_run(world: DeployedWorld) -> None:
    partial = with_a_lost_shard(world, dataset(world, 25))
    world.settings(hold=True)
    execution = world.start({"resume": partial.run_id})
    world.until(lambda: world.jobs(partial)[1].status is JobStatus.RUNNING)

    world.sfn.stop_execution(executionArn=execution)

    world.until(lambda: world.run(partial).status is RunStatus.STOPPED)
    world.until(lambda: world.jobs(partial)[1].status is JobStatus.STOPPED)
    # The table's word comes first, the service's job ends after it.
    world.until(
        lambda: all(job["status"] != "InProgress" for job in world.service_jobs(partial.run_id))
    )
    world.settings(hold=False)
    assert resume(world, partial.run_id).output["status"] == "succeeded"


def test_two_hundred_shards_are_one_run(world: DeployedWorld) -> None:
    key = dataset(world, 200)
    whole = world.evaluate(suite(key, metrics=["Helpfulness"]))

    execution = world.start({"suite": suite(key, metrics=["Helpfulness"], shardSize=1)})
    describe = world.sfn.describe_execution
    world.until(lambda: describe(executionArn=execution)["status"] != "RUNNING", patience=240)
    finished = world.finish(execution)

    assert finished.output["status"] == "succeeded"
    assert len(world.service_jobs(finished.run_id)) == 200
    assert judged(world, finished) == judged(world, whole)
    assert len(json.dumps(finished.output)) < 10_000
    # As it was computed for a thousand: 18 events per job that is tried as often as it may be.
    pages = world.sfn.get_paginator("get_execution_history").paginate(executionArn=execution)
    assert sum(len(page["events"]) for page in pages) < 200 * 18
