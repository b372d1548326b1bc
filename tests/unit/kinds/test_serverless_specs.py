"""What is stored with a job and read back means the very definition that was planned."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from hypothesis import given
from hypothesis import strategies as st
from serverless_world import (
    BASE_ARN,
    GROUP,
    PACKAGE,
    ROLE,
    SCORER,
    SPECS,
    World,
    benchmark,
    judge,
    jumpstart,
    model,
    nova,
    scorer,
    unversioned,
)
from unit_documents import BUCKET, RUN, custom_metric

from modeleval.artifacts import output_prefix
from modeleval.errors import SuiteInvalid
from modeleval.kinds.registry import KINDS
from modeleval.kinds.serverless.specs import (
    evaluated,
    evaluation_document,
    evaluation_of,
    model_of,
    pipeline_settings,
    settled,
)
from modeleval.sagemaker.definition import Benchmark, CustomScorer, LlmJudge, pipeline_definition
from modeleval.sagemaker.recipes import ParameterSpec
from modeleval.store.items import to_dynamodb

NAMES = st.text(min_size=1, max_size=8)
PARAMETERS = st.dictionaries(NAMES, st.text(max_size=8), max_size=3)
EVALUATIONS = st.one_of(
    st.builds(
        Benchmark,
        task=NAMES,
        strategy=NAMES,
        metric=NAMES,
        subtasks=st.lists(NAMES, max_size=3).map(tuple),
        parameters=PARAMETERS,
        compare_base=st.booleans(),
    ),
    st.builds(
        CustomScorer,
        dataset=NAMES,
        preset=NAMES,
        parameters=PARAMETERS,
        compare_base=st.booleans(),
    ),
    st.builds(
        LlmJudge,
        dataset=NAMES,
        judge=NAMES,
        metrics=st.lists(NAMES, max_size=3).map(tuple),
        custom_metrics_uri=st.none() | NAMES,
        compare_base=st.booleans(),
    ),
)


def stored(value: Any) -> Any:
    return TypeDeserializer().deserialize(TypeSerializer().serialize(to_dynamodb(value)))


@given(EVALUATIONS)
def test_an_evaluation_comes_back_from_the_table(evaluation: Any) -> None:
    assert evaluation_of({"evaluation": stored(evaluation_document(evaluation))}) == evaluation


@given(EVALUATIONS)
def test_what_is_evaluated_is_the_same_text_before_and_after_the_table(evaluation: Any) -> None:
    spec = {"evaluation": evaluation_document(evaluation)}
    assert settled(stored(spec)) == settled(spec)


@given(EVALUATIONS, NAMES)
def test_where_a_run_keeps_its_inputs_is_not_what_is_evaluated(evaluation: Any, name: str) -> None:
    fields = {"dataset", "custom_metrics_uri"} & set(vars(evaluation))
    moved = replace(evaluation, compare_base=not evaluation.compare_base)
    moved = replace(moved, **dict.fromkeys(fields, name))
    one, other = ({"evaluation": evaluation_document(found)} for found in (evaluation, moved))
    assert settled(one) == settled(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (benchmark(), benchmark(hyperparameters={"temperature": 0.7})),
        (benchmark(), benchmark(subtasks=["anatomy"])),
        (scorer(), scorer(scorer="prime_code")),
        (scorer(), scorer(hyperparameters={"aggregation": "sum"})),
        (scorer(scorer=SCORER), scorer(scorer=SCORER.replace("1.0.0", "1.0.1"))),
    ],
)
def test_scores_are_compared_where_what_was_settled_is_the_same(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    first, same, another = (definition(asked) for asked in (one, one, other))
    assert first == same != another


def test_a_default_that_the_hub_changed_is_another_definition() -> None:
    """The suite says nothing of it, and the model answers otherwise."""
    assert definition(benchmark()) == definition(benchmark(hyperparameters={"temperature": 0}))
    newer = SPECS | {"temperature": ParameterSpec(1, "float", 0, 2)}
    assert definition(benchmark()) != definition(benchmark(), newer)


def definition(asked: dict[str, Any], specs: Any = SPECS) -> str:
    world, kind = World(), KINDS[asked["kind"]]
    world.hub.evaluation_parameters = lambda *_: specs  # type: ignore[method-assign]
    job = world.job(asked, world.plan(asked))
    return kind.definition(kind.document.model_validate(asked), "accuracy", job.spec)


@pytest.mark.parametrize(
    ("found", "group"),
    [
        *((found, None) for found in (model(), jumpstart(), nova())),
        *((found, f"{GROUP}-2") for found in (model(), jumpstart(), nova(), unversioned())),
    ],
)
def test_a_model_comes_back_from_the_table(found: Any, group: str | None) -> None:
    spec = stored({"model": found.to_document(), "groupArn": group})
    assert model_of(spec) == evaluated(found, group)


GRID = [
    (benchmark(), model()),
    (benchmark(subtasks=["anatomy", "virology"], compareBaseModel=False), model()),
    (benchmark(hyperparameters={"temperature": 0.5, "max_new_tokens": 9}), nova()),
    (benchmark(deadlineHours=168), jumpstart()),
    (scorer(hyperparameters={"aggregation": "sum", "postprocessing": True}), model()),
    (scorer(scorer=SCORER), model()),
    (judge(), model()),
    (judge(metrics=[], customMetrics=custom_metric()), model()),
    (judge(), jumpstart()),
]


@pytest.mark.parametrize(("asked", "found"), GRID)
@pytest.mark.parametrize("tracked", [False, True])
def test_the_definition_is_the_same_before_and_after_the_table(
    asked: dict[str, Any], found: Any, *, tracked: bool
) -> None:
    world = World(
        mlflowResourceArn=PACKAGE.replace("model-package/support-llama/3", "mlflow-app/app-A")
        if tracked
        else None,
        subnetIds=["subnet-1"],
        securityGroupIds=["sg-1"],
    )
    asked = asked | ({"mlflowExperiment": "mine"} if tracked else {})
    one = world.started(asked, found)
    [planned] = one.plan.jobs
    before = one.job._replace(spec=planned.spec)
    artifact = world.services.lineage.model_artifact(PACKAGE)
    assert one.definition == pipeline_definition(
        evaluation_of(planned.spec),
        model_of(planned.spec),
        pipeline_settings(before, artifact),
    )
    assert ("MlflowConfig" in one.definition) is tracked
    jobs = [step["Arguments"] for step in one.definition["Steps"] if step["Type"] == "Training"]
    assert {job["StoppingCondition"]["MaxRuntimeInSeconds"] for job in jobs} == {
        asked.get("deadlineHours", 24) * 3600
    }
    assert all(
        isinstance(value, str | dict) for job in jobs for value in job["HyperParameters"].values()
    )


def test_settings_say_where_and_as_whom() -> None:
    world = World()
    world.services.environment.kms_key_arn = "arn:aws:kms:us-west-2:111122223333:key/1"
    job = world.job(benchmark(), world.plan(benchmark()))
    settings = pipeline_settings(job, None)
    assert settings.output_path == f"s3://{BUCKET}/{output_prefix(RUN, 0, 1)}"
    assert (settings.role_arn, settings.kms_key_arn) == (
        ROLE,
        f"{world.services.environment.kms_key_arn}",
    )
    assert settings.pipeline_name == "modeleval-modeleval-benchmarkevaluation"
    assert settings.mlflow_resource_arn is None


@pytest.mark.parametrize("accepted", [False, True])
def test_the_licence_is_accepted_only_where_the_suite_accepted_it(*, accepted: bool) -> None:
    world = World()
    one = world.started(benchmark(), eula=accepted)
    for step in one.definition["Steps"]:
        if step["Type"] == "Training":
            assert step["Arguments"]["ServerlessJobConfig"]["AcceptEula"] is accepted


def test_a_package_of_no_group_is_refused() -> None:
    with pytest.raises(
        SuiteInvalid, match=r"alone belongs to no model package group \(.*odelPackageGroup"
    ):
        evaluated(unversioned(), None)


def test_the_group_that_is_named_wins() -> None:
    other = f"{GROUP}-2"
    assert evaluated(unversioned(), other).group_arn == other
    assert evaluated(model(), other).group_arn == other
    assert evaluated(model(), None).group_arn == GROUP


def test_a_jumpstart_model_has_no_package() -> None:
    found = evaluated(jumpstart(), GROUP)
    assert (found.package_arn, found.group_arn, found.base_model_arn) == (None, None, BASE_ARN)


def test_another_evaluation_is_another_definition() -> None:
    """The comparison above would notice a lost field."""
    world = World()
    job = world.job(benchmark(), world.plan(benchmark()))
    settings, found = pipeline_settings(job, "arn:artifact"), model_of(job.spec)
    evaluation: Any = evaluation_of(job.spec)
    same = pipeline_definition(evaluation, found, settings)
    for other in (
        replace(evaluation, subtasks=("anatomy",)),
        replace(evaluation, compare_base=False),
        replace(evaluation, parameters={}),
    ):
        assert pipeline_definition(other, found, settings) != same
