"""Which model a run is for, which pipeline it gets, and whose results count for whom."""

from __future__ import annotations

from typing import Any

import pytest
from deployed_world import DeployedWorld, Finished, record, suite
from model_world import (
    BASE,
    MODEL_STEP,
    benchmark,
    definition,
    entry_of,
    evaluate,
    executions,
    forget_base_results,
    hyperparameters,
    judged,
    model_suite,
    package_arn,
    questions,
    quick,
    register,
    sagemaker_settings,
    scores_of,
    shared,
    start,
    step_statuses,
    succeeded,
)

GROUP = "models"


@pytest.fixture(autouse=True)
def _no_results_to_use_again(world: DeployedWorld) -> None:
    forget_base_results(world)


# -- which model -----------------------------------------------------------------------------------


def test_a_group_means_its_latest_or_its_latest_approved_version(world: DeployedWorld) -> None:
    """By number, over all pages: 11 comes after 9, and was not the last to be approved."""
    sagemaker_settings(world, pageSize=2, loseEvents=True)
    own_group(world, GROUP)
    statuses = {10: "Rejected", 2: "Approved", 9: "Approved"}
    numbers = [*range(3, 12), 2, 1]
    arns = [
        shared(
            world,
            package_arn(world, f"{GROUP}/{number}"),
            ModelApprovalStatus=statuses.get(number, "PendingManualApproval"),
        )
        for number in numbers
    ]
    unversioned = arns[0].rsplit("/", 1)[0]
    group_arn = unversioned.replace(":model-package/", ":model-package-group/")

    latest = evaluate(world, GROUP, quick())
    # A benchmark takes no sample: these runs end when their model is known.
    approved, by_arn, by_package = (
        evaluate(world, name, quick(), sample=1, **more)
        for name, more in ((GROUP, {"which": "approved"}), (group_arn, {}), (unversioned, {}))
    )

    succeeded(world, latest)
    assert subject(world, latest) == f"{GROUP}/11"
    assert approved.error == "SuiteInvalid"
    assert [version(world, one) for one in (latest, approved, by_arn, by_package)] == [
        11,
        9,
        11,
        11,
    ]


def version(world: DeployedWorld, finished: Finished) -> Any:
    resolved = world.run(finished).resolved_model
    assert resolved is not None
    return resolved["version"]


def subject(world: DeployedWorld, finished: Finished) -> str:
    return world.run(finished).evaluations[0].subject


def test_a_jumpstart_model_and_another_accounts_package(world: DeployedWorld) -> None:
    theirs = shared(world, package_arn(world, "theirs/3", account="210987654321"))

    started = [
        start(world, BASE, benchmark(subtasks=["anatomy"])),
        start(world, theirs, quick(modelPackageGroup=own_group(world, "own"))),
    ]

    jumpstart, foreign = (world.finish(execution) for execution in started)
    succeeded(world, jumpstart)
    assert subject(world, jumpstart) == BASE
    assert {score.candidate for score in world.store.scores(jumpstart.run_id)} == {None}
    succeeded(world, foreign)
    assert subject(world, foreign) == "theirs/3"
    [execution] = executions(world, foreign.run_id)
    [step] = [one for one in definition(world, execution)["Steps"] if one["Name"] == MODEL_STEP]
    config = step["Arguments"]["ModelPackageConfig"]
    assert config["SourceModelPackageArn"] == theirs
    assert config["ModelPackageGroupArn"].endswith("model-package-group/own")


def own_group(world: DeployedWorld, name: str) -> str:
    world.aws.client("sagemaker").create_model_package_group(ModelPackageGroupName=name)
    return name


def test_a_bedrock_model_as_the_runs_model(world: DeployedWorld) -> None:
    lines = [{"prompt": f"Question {n}?", "referenceResponse": "Yes."} for n in range(4)]
    document = suite(world.put_dataset(lines), responses={"model": "{model.id}"})
    model = "amazon.nova-lite-v1:0"

    finished = world.finish(world.start({"suite": document, "model": model}))

    succeeded(world, finished)
    assert {score.subject for score in world.store.scores(finished.run_id)} == {model}
    [job] = world.service_jobs(finished.run_id)
    assert model in str(job["request"]["inferenceConfig"])


def test_one_versions_responses_are_never_another_ones(world: DeployedWorld) -> None:
    """Version 2 with version 1's responses is refused, by the dataset's key or its identifier."""
    first, second = register(world, GROUP), register(world, GROUP)
    lines = [record(n, modelResponses=[{"response": "Yes.", "modelIdentifier": "bot-v1"}])
             for n in range(3)]  # fmt: skip
    only_first = world.put_dataset(lines, key="datasets/of-version-1.jsonl")
    by_key = suite("datasets/of-version-{model.version}.jsonl", responses={"precomputed": "bot-v1"})
    by_name = suite(only_first, responses={"precomputed": "bot-v{model.version}"})

    started = [
        world.start({"suite": document, "model": model})
        for model in (first, second)
        for document in (by_key, by_name)
    ]

    finished = [world.finish(execution) for execution in started]
    succeeded(world, finished[0])
    succeeded(world, finished[1])
    assert {score.series for score in world.store.scores(finished[0].run_id)} == {GROUP}
    assert finished[2].error == "DatasetNotFound"
    assert "of-version-2.jsonl" in finished[2].cause
    assert finished[3].error == "DatasetInvalid"
    assert "bot-v2" in finished[3].cause
    assert world.service_jobs(finished[2].run_id) == []
    assert world.service_jobs(finished[3].run_id) == []


# -- the base model's result -----------------------------------------------------------------------


def test_a_base_models_result_is_used_again_as_long_as_nothing_changed(
    world: DeployedWorld,
) -> None:
    key = questions(world)
    known = benchmark(subtasks=["anatomy"])
    changed = benchmark(subtasks=["anatomy"], hyperparameters={"temperature": 0.5})
    first = evaluate(world, register(world, GROUP), known, judged(key))

    again = start(world, register(world, GROUP), known, judged(key))
    other = start(world, register(world, GROUP), changed)

    second, third = world.finish(again), world.finish(other)
    for finished in (first, second, third):
        succeeded(world, finished)
    steps = {
        finished.run_id: ["Base" in str(step_statuses(one)) for one in executions(world, run_id)]
        for finished in (first, second, third)
        for run_id in [finished.run_id]
    }
    assert list(steps.values()) == [[True, True], [False, False], [True]]
    for evaluation in ("knowledge", "answers"):
        assert base_means(world, first, evaluation) == base_means(world, second, evaluation) != {}
        told = entry_of(world, second, evaluation)["warnings"]
        assert any(f"result of run {first.run_id} is used again" in text for text in told)
        assert entry_of(world, second, evaluation)["comparisons"]
    told = entry_of(world, third, "knowledge")["warnings"]
    assert not any("used again" in text for text in told)


def base_means(world: DeployedWorld, finished: Finished, evaluation: str) -> dict[Any, Any]:
    return {
        key: (score.mean, score.standard_error, score.n)
        for key, score in scores_of(world, finished, evaluation).items()
        if key[0] == "base-model"
    }


# -- pipelines -------------------------------------------------------------------------------------


def test_runs_at_once_share_a_pipeline_and_never_a_definition(world: DeployedWorld) -> None:
    """The pipeline is not there yet: both make it, and each starts its own version of it."""
    arn = register(world, GROUP)
    suites = [
        model_suite(quick(), name="first"),
        model_suite(quick(benchmark="gpqa", subtasks="ALL"), name="second"),
    ]

    started = [world.start({"suite": document, "model": arn}) for document in suites]
    finished = [world.finish(execution) for execution in started]
    later = evaluate(world, arn, quick(benchmark="math", subtasks=["algebra"]))

    ran = []
    for one in (*finished, later):
        succeeded(world, one)
        ran += executions(world, one.run_id)
    pipelines = world.aws.client("sagemaker").list_pipelines()["PipelineSummaries"]
    assert len(pipelines) == 1
    assert len({one["version"] for one in ran}) == 3
    assert [hyperparameters(world, one, MODEL_STEP)["task"] for one in ran] == [
        "mmlu",
        "gpqa",
        "math",
    ]
    metrics = [{s.metric for s in world.store.scores(one.run_id)} for one in (*finished, later)]
    assert all(len(found) == 1 for found in metrics)
