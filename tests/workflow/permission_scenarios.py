"""What is done while a permission is missing, by the name that the policy table gives it.

Each takes the world and a context in which the permission is missing, and answers what was said:
an execution's error and cause, or what a step that was invoked by itself answered.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

from botocore.exceptions import ClientError
from deployed_world import DeployedWorld, Finished, record, suite
from function_scorer_runs import make_scorer, scorer_suite
from rag_world import KNOWLEDGE_BASE, RERANKER, line, register, retrieval, turn

from modeleval.ids import milliseconds

Without = AbstractContextManager[None]
Scenario = Callable[[DeployedWorld, Without], str]


def told(finished: Finished) -> str:
    return f"{finished.status} {finished.error} {finished.cause}"


def dataset(world: DeployedWorld) -> str:
    return world.put_dataset([record(1), record(2)])


def run(world: DeployedWorld, without: Without) -> str:
    key = dataset(world)
    with without:
        return told(world.evaluate(suite(key)))


def refused_run(world: DeployedWorld, without: Without) -> str:
    with without:
        return told(world.evaluate("no-such-suite"))


def resumed_run(world: DeployedWorld, without: Without) -> str:
    """One of two jobs failed; what the resuming execution ends with."""
    world.fault(kind="fail-job", message="Broken.", jobName="-j1-a1")
    finished = world.evaluate(suite(dataset(world), shardSize=1))
    with without:
        return told(world.finish(world.start({"resume": finished.run_id})))


def suite_in_s3(world: DeployedWorld, without: Without) -> str:
    document = json.dumps(suite(dataset(world))).encode()
    key = world.put_dataset(document, "suites/permissions.json")
    with without:
        return told(world.evaluate(f"s3://{world.stack.bucket}/{key}"))


def behind_a_profile(world: DeployedWorld, without: Without) -> str:
    key = dataset(world)
    with without:
        return told(world.evaluate(suite(key, judge="amazon.nova-2-lite-v1:0")))


def lost_answer(world: DeployedWorld, without: Without) -> str:
    """As often as boto3 tries: then the job is looked up by its name."""
    attempts = 4
    world.fault(kind="lost-response", operation="CreateEvaluationJob", how="error", times=attempts)
    return run(world, without)


def asking_a_knowledge_base(**more: Any) -> Scenario:
    def scenario(world: DeployedWorld, without: Without) -> str:
        register(world, KNOWLEDGE_BASE)
        key = world.put_dataset([line(turn(1))])
        with without:
            asked = {"id": KNOWLEDGE_BASE, **more}
            return told(world.evaluate(retrieval(key, responses=None, knowledgeBase=asked)))

    return scenario


# -- steps that are invoked by themselves, while a run's job goes on -------------------------------


@contextmanager
def held(world: DeployedWorld, *, arn: bool = True) -> Iterator[str]:
    """A run whose job goes on; the execution. Without `arn` the table has forgotten the job's."""
    world.settings(hold=True)
    execution = world.start({"suite": suite(dataset(world))})
    run_id = world.run_id(execution)
    world.until(lambda: [job for job in world.store.jobs(run_id) if job.job_arn])
    if not arn:
        world.store.update_job(run_id, 0, jobArn=None)
    try:
        yield execution
    finally:
        end(world, execution)
        world.settings(hold=False)


def end(world: DeployedWorld, execution: str) -> None:
    """Stop an execution, which may have ended meanwhile: its job was stopped."""
    with suppress(ClientError):
        world.sfn.stop_execution(executionArn=execution)


def failing(*, arn: bool = True) -> Scenario:
    def scenario(world: DeployedWorld, without: Without) -> str:
        with held(world, arn=arn) as execution, without:
            event = {"runId": world.run_id(execution), "job": 0, "error": {"Error": "X"}}
            return str(world.invoke("FailJob", event))

    return scenario


def reaping(*, arn: bool = True) -> Scenario:
    def scenario(world: DeployedWorld, without: Without) -> str:
        with held(world, arn=arn) as execution, without:
            return str(world.invoke("ReapRun", ended(world, execution)))

    return scenario


def ended(world: DeployedWorld, execution: str) -> dict[str, Any]:
    found = world.sfn.describe_execution(executionArn=execution)
    return {
        "detail": {
            "executionArn": execution,
            "name": found["name"],
            "status": "ABORTED",
            "startDate": milliseconds(found["startDate"].isoformat()),
        }
    }


@contextmanager
def unheard(world: DeployedWorld) -> Iterator[None]:
    """Nobody hears of an execution's end, until the sweep has made up for it."""
    events = world.aws.client("events")
    [rule] = [r["Name"] for r in events.list_rules()["Rules"] if "TriggersEnded" in r["Name"]]
    events.disable_rule(Name=rule)
    try:
        yield
    finally:
        events.enable_rule(Name=rule)
        world.invoke("SweepRuns", {})


def sweeping(world: DeployedWorld, without: Without) -> str:
    """A run whose execution was stopped, and nobody heard of it."""
    with unheard(world), held(world) as execution:
        world.sfn.stop_execution(executionArn=execution)
        time.sleep(0.3)  # the event goes nowhere
        with without:
            return str(world.invoke("SweepRuns", {}))


def scored_by_a_function(world: DeployedWorld, without: Without) -> str:
    document = scorer_suite(dataset(world))
    make_scorer(world)
    with without:
        return told(world.evaluate(document))


OWN_SCENARIOS: dict[str, Scenario] = {
    "a run": run,
    "a run with a scorer function": scored_by_a_function,
    "a run that is refused": refused_run,
    "a run that is resumed": resumed_run,
    "a suite in S3": suite_in_s3,
    "a judge behind a profile": behind_a_profile,
    "a lost answer": lost_answer,
    "a knowledge base": asking_a_knowledge_base(),
    "a reranker": asking_a_knowledge_base(reranking={"model": RERANKER}),
    "failing a job": failing(),
    "failing a job without ARN": failing(arn=False),
    "reaping a run": reaping(),
    "reaping a job without ARN": reaping(arn=False),
    "sweeping a dead run": sweeping,
}
