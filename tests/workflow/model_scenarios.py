"""What runs for a model do while a permission is missing; as permission_scenarios.py."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from deployed_world import DeployedWorld, suite
from model_world import BASE, benchmark, judged, model_suite, questions, register, scorer
from permission_scenarios import Scenario, Without, dataset, end, told, unheard

GROUP = "permissions"
BEDROCK_MODEL = "amazon.nova-lite-v1:0"
Evaluations = Callable[[DeployedWorld], dict[str, Any]]


def quick(_: DeployedWorld) -> dict[str, Any]:
    return benchmark(subtasks=["anatomy"], compareBaseModel=False)


def beside_a_group(_: DeployedWorld) -> dict[str, Any]:
    return {**benchmark(subtasks=["anatomy"], compareBaseModel=False), "modelPackageGroup": GROUP}


def scored(world: DeployedWorld) -> dict[str, Any]:
    return scorer(questions(world, 2), compareBaseModel=False)


def judging(world: DeployedWorld) -> dict[str, Any]:
    return judged(questions(world, 2), compareBaseModel=False)


def over_a_hubs_dataset(world: DeployedWorld) -> dict[str, Any]:
    """One that is not there; steps keep what they read of base models, and not of datasets."""
    here = f"arn:aws:sagemaker:us-east-1:{world.aws.account}:hub-content"
    return scorer(f"{here}/permissions/DataSet/questions/1.0.0", compareBaseModel=False)


def execution_input(
    world: DeployedWorld, evaluation: Evaluations = quick, *, by_group: bool = False
) -> dict[str, Any]:
    """A run of a version that nobody has evaluated before."""
    arn = register(world, GROUP)
    model = GROUP if by_group else arn
    return {"suite": model_suite(evaluation(world)), "model": model}


def running(evaluation: Evaluations, *, by_group: bool = False) -> Scenario:
    def scenario(world: DeployedWorld, without: Without) -> str:
        given = execution_input(world, evaluation, by_group=by_group)
        with without:
            return told(world.finish(world.start(given)))

    return scenario


model_run = running(quick)
judged_run = running(judging)


def lineage(world: DeployedWorld, without: Without) -> str:
    """The evaluation's result counts, whether or not its lineage could be kept."""
    given = execution_input(world)
    with without:
        finished = world.finish(world.start(given))
    assert finished.status == "SUCCEEDED", finished.cause
    [job] = world.jobs(finished)
    return str(job.warnings)


def for_a_mistyped_model(world: DeployedWorld, without: Without) -> str:
    with without:
        given = {"suite": model_suite(quick(world)), "model": f"{BASE}s"}
        return told(world.finish(world.start(given)))


def for_a_bedrock_model(world: DeployedWorld, without: Without) -> str:
    document = suite(dataset(world), responses={"model": "{model.id}"})
    with without:
        given = {"suite": document, "model": BEDROCK_MODEL}
        return told(world.finish(world.start(given)))


# -- steps that are invoked by themselves, while a run's execution in SageMaker goes on ------------


@contextmanager
def held(world: DeployedWorld, *, arn: bool = True) -> Iterator[str]:
    """A run whose pipeline goes on; the execution. Without `arn` the table has forgotten it."""
    hold(world, True)
    execution = world.start(execution_input(world))
    run_id = world.run_id(execution)
    world.until(lambda: [job for job in world.store.jobs(run_id) if job.job_arn])
    if not arn:
        world.store.update_job(run_id, 0, jobArn=None)
    try:
        yield execution
    finally:
        end(world, execution)
        hold(world, False)


def hold(world: DeployedWorld, on: bool) -> None:
    world.aws.control("POST", "sagemaker/settings", {"hold": on})


def failing(*, arn: bool = True) -> Scenario:
    def scenario(world: DeployedWorld, without: Without) -> str:
        with held(world, arn=arn) as execution, without:
            event = {"runId": world.run_id(execution), "job": 0, "error": {"Error": "X"}}
            return str(world.invoke("FailJob", event))

    return scenario


def sweeping(world: DeployedWorld, without: Without) -> str:
    with unheard(world), held(world) as execution:
        world.sfn.stop_execution(executionArn=execution)
        time.sleep(0.3)  # the event goes nowhere
        with without:
            return str(world.invoke("SweepRuns", {}))


MODEL_SCENARIOS: dict[str, Scenario] = {
    "a model run": model_run,
    "a scored model run": running(scored),
    "a judged model run": judged_run,
    "a model run beside a group": running(beside_a_group),
    "a model run over a hub's dataset": running(over_a_hubs_dataset),
    "a model run's lineage": lineage,
    "a run for a group's latest version": running(quick, by_group=True),
    "a run for a mistyped model": for_a_mistyped_model,
    "a run for a Bedrock model": for_a_bedrock_model,
    "failing a SageMaker job": failing(),
    "failing a SageMaker job without ARN": failing(arn=False),
    "sweeping a dead model run": sweeping,
}
