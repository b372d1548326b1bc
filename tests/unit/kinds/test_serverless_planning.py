"""What is settled before anything is paid for, and when a base model's result is used again."""

from __future__ import annotations

from typing import Any

import pytest
from model_registry_fake import BASE, arn
from pydantic import ValidationError
from serverless_world import (
    DATASET,
    GROUP,
    LINES,
    SCORER,
    Started,
    World,
    benchmark,
    jsonl,
    judge,
    judged_record,
    jumpstart,
    model,
    nova,
    scorer,
    unversioned,
)
from unit_documents import JUDGE, RUN, custom_metric

from modeleval.artifacts import aggregates_key, record_scores_key, run_prefix
from modeleval.cost.estimate import JUDGE as JUDGING
from modeleval.cost.estimate import SERVERLESS, RunEstimate
from modeleval.errors import ModelNotUsable, SuiteInvalid
from modeleval.kinds.protocol import PlanContext
from modeleval.kinds.registry import KINDS
from modeleval.sagemaker.resolved import ModelSource

SECOND = "mebbcdefgh234567ab"
TWICE = "The base model is evaluated too, which doubles time and cost"
MLFLOW = "arn:aws:sagemaker:us-west-2:111122223333:mlflow-app/app-A"
REUSED = [benchmark(), scorer(), judge()]
ALL = [*REUSED, scorer(scorer=SCORER)]


def names(one: Started) -> set[str]:
    return set(one.step_names)


@pytest.mark.parametrize("asked", ALL)
def test_the_base_model_is_compared_unless_the_suite_leaves_it_out(asked: dict[str, Any]) -> None:
    world = World()
    compared = world.started(asked)
    assert compared.plan.candidates == {"base-model": BASE}
    assert any(TWICE in one for one in compared.plan.warnings)
    assert any("Base" in name for name in names(compared))
    alone = World().started(asked | {"compareBaseModel": False})
    assert alone.plan.candidates == {}
    assert not any("ase model" in one for one in alone.plan.warnings)
    assert not any("Base" in name for name in names(alone))


@pytest.mark.parametrize("asked", ALL)
def test_a_jumpstart_model_is_its_own_base(asked: dict[str, Any]) -> None:
    planned = World().plan(asked, jumpstart())
    assert (planned.candidates, planned.subject) == ({}, BASE)
    assert not any("ase model" in one for one in planned.warnings)


@pytest.mark.parametrize("asked", ALL)
def test_an_evaluation_has_no_price_and_is_never_for_nothing(asked: dict[str, Any]) -> None:
    planned = World().plan(asked)
    estimate = RunEstimate(tuple(planned.estimates))
    serverless = [one for one in estimate.evaluations if one.purpose == SERVERLESS]
    assert [one.usd for one in serverless] == [None]
    assert "2 models" in serverless[0].formula
    judging = [one for one in estimate.evaluations if one.purpose == JUDGING]
    assert len(judging) == (2 if asked["kind"] == "sagemaker-judge" else 0)
    assert (estimate.usd is None) is (not judging)


@pytest.mark.parametrize("hours", [1, 24, 168])
def test_the_deadline_is_the_suites(hours: int) -> None:
    [job] = World().plan(benchmark(deadlineHours=hours)).jobs
    assert (job.deadline_seconds, job.spec["maxRuntimeSeconds"]) == (hours * 3600, hours * 3600)


@pytest.mark.parametrize("hours", [0, 169])
@pytest.mark.parametrize("asked", ALL)
def test_no_deadline_is_longer_than_seven_days(asked: dict[str, Any], hours: int) -> None:
    with pytest.raises(ValueError, match="deadlineHours"):
        KINDS[asked["kind"]].document.model_validate(asked | {"deadlineHours": hours})


@pytest.mark.parametrize("asked", ALL)
@pytest.mark.parametrize("found", [None, model(source=ModelSource.BEDROCK)])
def test_without_a_model_for_sagemaker_there_is_nothing_to_evaluate(
    asked: dict[str, Any], found: Any
) -> None:
    kind = KINDS[asked["kind"]]
    context = PlanContext(RUN, 0, World().services, model=found)
    with pytest.raises(
        ModelNotUsable, match=r"model packages and JumpStart models \(input.model\)"
    ):
        kind.plan(kind.document.model_validate(asked), context)


@pytest.mark.parametrize("asked", ALL)
def test_an_experiment_needs_something_that_tracks_it(asked: dict[str, Any]) -> None:
    asked = asked | {"mlflowExperiment": "mine"}
    with pytest.raises(SuiteInvalid, match=r"\(evaluations\[0\].mlflowExperiment\)"):
        World().plan(asked)
    one = World(mlflowResourceArn=MLFLOW).started(asked)
    assert one.definition["MlflowConfig"] == {
        "MlflowResourceArn": MLFLOW,
        "MlflowExperimentName": "mine",
    }


@pytest.mark.parametrize("asked", ALL)
def test_a_package_of_no_group_needs_one_to_be_named(asked: dict[str, Any]) -> None:
    world = World()
    with pytest.raises(SuiteInvalid, match=r"\(evaluations\[0\].modelPackageGroup\)"):
        world.plan(asked, unversioned())
    other = world.registry.add_group("others")
    one = world.started(asked | {"modelPackageGroup": "others"}, unversioned())
    assert groups(one) == {other}


def test_the_group_that_is_named_wins_over_the_packages_own() -> None:
    world = World()
    assert groups(world.started(benchmark())) == {GROUP}
    other = world.registry.add_group("others")
    for number, named in enumerate(("others", other)):
        run_id = f"mebbcdefgh23456{number + 2}ab"
        one = world.started(benchmark(modelPackageGroup=named), run_id=run_id)
        assert groups(one) == {other}


def test_a_group_that_is_not_there_is_refused() -> None:
    with pytest.raises(ModelNotUsable, match=r"group nobody, .*\(evaluations\[0\].modelPackageG"):
        World().plan(benchmark(modelPackageGroup="nobody"))


@pytest.mark.parametrize("asked", ALL)
@pytest.mark.parametrize(
    ("named", "said"),
    [
        (arn("training-job/g"), "that is a TrainingJob ARN; write a model package group's name"),
        (arn("model-package/g/1"), "that is a ModelPackage ARN; write a model package group's"),
        ("arn:aws:lambda:us-east-1:111122223333:function:f", "that is a Lambda ARN"),
        ("a group", "write a model package group's name or ARN"),
        ("arn:aws", "write a model package group's name or ARN"),
    ],
)
def test_what_cannot_be_a_group_is_refused_with_the_suite(
    asked: dict[str, Any], named: str, said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        KINDS[asked["kind"]].document.model_validate(asked | {"modelPackageGroup": named})


def groups(one: Started) -> set[str]:
    configs = (step["Arguments"].get("ModelPackageConfig") for step in one.definition["Steps"])
    return {config["ModelPackageGroupArn"] for config in configs if config}


# -- a base model's result, used again ----------------------------------------------------------


def finish(one: Started) -> None:
    """The execution succeeds; base and custom model have results, and they are kept."""
    one.end()
    if "EvaluateCustomModelMetrics" in names(one):
        results = [judged_record(n, Correctness=1.0, Harmfulness=0.0) for n in range(len(LINES))]
        for step in ("EvaluateCustomModelMetrics", "EvaluateBaseModelMetrics"):
            if step in names(one):
                one.judged(step, results)
    else:
        for step in ("EvaluateCustomModel", "EvaluateBaseModel"):
            if step in names(one):
                value = 0.5 if step == "EvaluateBaseModel" else 0.75
                one.results(step, all={"accuracy": value, "my": value})
    one.keep()


def reused(world: World, asked: dict[str, Any], of: Any = None, **options: Any) -> bool:
    planned = world.plan(asked, of, run_id=SECOND, **options)
    [job] = planned.jobs
    known = job.spec["baseFrom"] is not None
    assert known is not any(TWICE in one for one in planned.warnings)
    assert known is any(f"result of run {RUN} is used again" in one for one in planned.warnings)
    assert job.spec["evaluation"]["compare_base"] is not known
    assert planned.candidates == {"base-model": BASE}
    return known


@pytest.mark.parametrize("asked", REUSED)
def test_the_same_again_uses_the_base_models_result_again(asked: dict[str, Any]) -> None:
    """Another run, with its own S3 paths, another version, and even other names and deadlines."""
    world = World()
    finish(world.started(asked))
    asked = asked | {"name": "another", "deadlineHours": 1}
    other = model(identifier=model().identifier.replace("/3", "/4"), version=4)
    assert reused(world, asked, other)
    again = world.started(asked, other, run_id=SECOND)
    assert not any("Base" in name for name in names(again))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (benchmark(), benchmark(benchmark="gpqa")),
        (benchmark(), benchmark(subtasks=["anatomy"])),
        (benchmark(), benchmark(hyperparameters={"temperature": 0.7})),
        (scorer(), scorer(scorer="prime_code")),
        (scorer(), scorer(scorer=SCORER)),
        (scorer(), scorer(hyperparameters={"max_new_tokens": 3})),
        (judge(), judge(judge="amazon.nova-lite-v1:0")),
        (judge(), judge(metrics=["Correctness"])),
        (judge(), judge(customMetrics=custom_metric())),
        (
            judge(customMetrics=custom_metric()),
            judge(customMetrics=custom_metric(name="Manners")),
        ),
        (
            judge(customMetrics=custom_metric()),
            judge(customMetrics=custom_metric(instructions="Polite? {{prediction}}")),
        ),
        (benchmark(), scorer()),
    ],
)
def test_whatever_else_is_asked_is_evaluated_again(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    world = World(judgeModels=[JUDGE, "amazon.nova-lite-v1:0"])
    one = world.started(first)
    finish(one)
    assert not reused(world, second)
    assert reused(world, first)


@pytest.mark.parametrize("asked", [scorer(), judge()])
def test_other_data_is_evaluated_again(asked: dict[str, Any]) -> None:
    world = World()
    finish(world.started(asked))
    assert not reused(world, asked, sample=2)
    world.s3.objects["copy.jsonl"] = world.s3.objects[DATASET]
    assert reused(world, asked | {"dataset": "copy.jsonl"})
    world = World()
    finish(world.started(asked))
    world.s3.objects[DATASET] = jsonl([*LINES[:2], LINES[2] | {"response": "33"}])
    assert not reused(world, asked)


@pytest.mark.parametrize("asked", REUSED)
def test_another_base_model_is_evaluated_again(asked: dict[str, Any]) -> None:
    world = World()
    finish(world.started(asked))
    newer = str(model().base_model_arn).replace("1.33.0", "1.34.0")
    assert not reused(world, asked, model(base_model_arn=newer))


@pytest.mark.parametrize("asked", REUSED)
def test_a_newer_base_model_in_the_hub_is_evaluated_again(asked: dict[str, Any]) -> None:
    """The package names 1.33.0, and SageMaker evaluates whatever is the latest."""
    world = World()
    finish(world.started(asked))
    world.registry.hub[BASE] = "1.34.0"
    assert not reused(world, asked)
    world.registry.hub[BASE] = "1.33.0"
    assert reused(world, asked)


def test_what_a_registered_scorer_marked_is_not_used_again() -> None:
    """The function behind it may have changed, and its name and version have not."""
    world = World()
    finish(world.started(scorer(scorer=SCORER)))
    assert world.store.results == {}
    assert not reused(world, scorer(scorer=SCORER))


def test_a_result_of_a_deleted_run_is_not_used() -> None:
    world = World()
    finish(world.started(benchmark()))
    world.s3.objects.pop(record_scores_key(RUN, 0))
    assert not reused(world, benchmark())


def test_a_run_without_a_base_model_leaves_nothing_to_use() -> None:
    world = World()
    finish(world.started(benchmark(compareBaseModel=False)))
    assert world.store.results == {}


def test_a_run_that_used_a_result_again_does_not_pass_it_on_as_its_own() -> None:
    world = World()
    finish(world.started(benchmark()))
    finish(world.started(benchmark(), run_id=SECOND))
    assert set(world.store.results.values()) == {(RUN, 0)}


@pytest.mark.parametrize("asked", REUSED)
def test_the_result_that_is_used_again_is_collected_beside_the_models_own(
    asked: dict[str, Any],
) -> None:
    world = World()
    first = world.started(asked)
    finish(first)
    before = first.keep()
    again = world.started(asked, run_id=SECOND)
    finish(again)
    after = again.keep()
    assert list(after.scores) == list(before.scores)
    assert after.aggregates == before.aggregates
    collected = again.collect()
    found = [*collected.scores, *collected.aggregates]
    assert {one.candidate for one in found} == {None, "base-model"}
    assert after.warnings == before.warnings


@pytest.mark.parametrize("lost", [record_scores_key(RUN, 0), aggregates_key(RUN, 0)])
@pytest.mark.parametrize("asked", [benchmark(), judge()])
def test_a_result_that_is_deleted_meanwhile_is_told(asked: dict[str, Any], lost: str) -> None:
    world = World()
    finish(world.started(asked))
    again = world.started(asked, run_id=SECOND)
    finish(again)
    del world.s3.objects[lost]
    collected = again.collect()
    assert f"The base model's result of run {RUN} was deleted meanwhile" in collected.warnings
    found = [*collected.scores, *collected.aggregates]
    assert found
    assert all(one.candidate is None for one in found)


def test_a_metric_that_was_turned_round_since_is_turned_for_both() -> None:
    world = World()
    finish(world.started(scorer()))
    asked = scorer(lowerIsBetter=["my"])
    again = world.started(asked, run_id=SECOND)
    finish(again)
    mine = [one for one in again.collect().aggregates if one.metric == "my"]
    assert [one.candidate for one in mine] == [None, "base-model"]
    assert {one.direction for one in mine} == {"lowerIsBetter"}


def test_the_inputs_lie_below_the_run() -> None:
    world = World()
    [job] = world.plan(judge(customMetrics=custom_metric())).jobs
    asked = job.spec["evaluation"]
    for uri in (asked["dataset"], asked["custom_metrics_uri"]):
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        assert key.startswith(f"{run_prefix(RUN)}inputs/")
        assert key in world.s3.objects, bucket
    assert world.plan(benchmark(), nova()).candidates == {"base-model": nova().base_model_name}
