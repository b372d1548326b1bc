"""The inputs that the tests of the pipeline definition share, and what is refused of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from modeleval.errors import ModelNotUsable, SettingsInvalid, SuiteInvalid
from modeleval.sagemaker.definition import (
    Benchmark,
    CustomScorer,
    EvaluatedModel,
    LlmJudge,
    NovaInference,
    PipelineSettings,
    nova_locations,
    pipeline_definition,
)

OWNER = "arn:aws:sagemaker:eu-west-2:444455556666"
PACKAGE = f"{OWNER}:model-package/support-bot/7"
GROUP = f"{OWNER}:model-package-group/support-bot"
HUB = "arn:aws:sagemaker:eu-west-2:aws:hub-content/SageMakerPublicHub/Model"
ROLE = "arn:aws:iam::444455556666:role/evaluations"
OUTPUT = "s3://results/runs/r1/"
DATASET = "s3://results/runs/r1/inputs/d.jsonl"
HUB_DATASET = f"{OWNER}:hub-content/team/DataSet/questions/1.2.0"
EVALUATOR = f"{OWNER}:hub-content/team/JsonDoc/scorer/2.0.0"
ARTIFACT = f"{OWNER}:artifact/{'a' * 32}"
MLFLOW = f"{OWNER}:mlflow-app/app-1"
KEY = "arn:aws:kms:eu-west-2:444455556666:key/k-1"
EXECUTION = {"Get": "Execution.PipelineExecutionId"}

MODELS = {
    "package": (f"{HUB}/open-7b/2.0.0", PACKAGE),
    "jumpstart": (f"{HUB}/open-7b/2.0.0", None),
    "nova-package": (f"{HUB}/nova-textgeneration-lite/1.0.0", PACKAGE),
    "nova-jumpstart": (f"{HUB}/nova-textgeneration-lite/1.0.0", None),
}


def model(kind: str = "package", **changes: Any) -> EvaluatedModel:
    arn, package = MODELS[kind]
    fields: dict[str, Any] = {
        "base_model_name": arn.split("/")[-2],
        "base_model_arn": arn,
        "package_arn": package,
    }
    return EvaluatedModel(**fields | changes)


def settings(**changes: Any) -> PipelineSettings:
    fields: dict[str, Any] = {
        "pipeline_name": "me-judge",
        "role_arn": ROLE,
        "region": "eu-west-2",
        "output_path": OUTPUT,
        "accept_eula": True,
        "model_artifact_arn": ARTIFACT,
    }
    return PipelineSettings(**fields | changes)


def benchmark(**changes: Any) -> Benchmark:
    fields: dict[str, Any] = {"task": "mmlu", "strategy": "zs_cot", "metric": "accuracy"}
    return Benchmark(**fields | changes)


def scorer(**changes: Any) -> CustomScorer:
    fields: dict[str, Any] = {"dataset": DATASET, "preset": "prime_math"}
    return CustomScorer(**fields | changes)


def judge(**changes: Any) -> LlmJudge:
    fields: dict[str, Any] = {"dataset": DATASET, "judge": "amazon.nova-pro-v1:0"}
    return LlmJudge(**fields | changes)


def steps(definition: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The steps by name, in order."""
    return {step["Name"]: step for step in definition["Steps"]}


def texts(value: Any) -> Iterator[str]:
    """Every text within."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


@pytest.mark.parametrize(("arn", "preset"), [(None, None), ("", ""), (EVALUATOR, "prime_math")])
def test_a_scorer_is_an_evaluator_or_a_preset(arn: str | None, preset: str | None) -> None:
    with pytest.raises(SuiteInvalid, match="either"):
        scorer(evaluator_arn=arn, preset=preset)


@pytest.mark.parametrize("half", [{"subnet_ids": ("s",)}, {"security_group_ids": ("g",)}])
def test_half_a_vpc_is_refused(half: dict[str, Any]) -> None:
    with pytest.raises(SettingsInvalid, match="subnets and security groups"):
        settings(**half)


def test_a_named_group_wins_over_the_package_s_own() -> None:
    assert model().package_group_arn == GROUP
    assert model(group_arn=f"{GROUP}-2").package_group_arn == f"{GROUP}-2"
    assert model("jumpstart", group_arn=GROUP).package_group_arn is None


def test_the_group_keeps_partition_and_account_of_the_package() -> None:
    china = "arn:aws-cn:sagemaker:cn-north-1:000000000001"
    found = model(package_arn=f"{china}:model-package/g/1").package_group_arn
    assert found == f"{china}:model-package-group/g"


def test_a_package_without_version_needs_its_group() -> None:
    unversioned = model(package_arn=f"{OWNER}:model-package/alone")
    with pytest.raises(ModelNotUsable, match="name the model package group"):
        pipeline_definition(benchmark(), unversioned, settings())


def test_a_package_needs_its_artifact_and_a_jumpstart_model_does_not() -> None:
    without = settings(model_artifact_arn=None)
    with pytest.raises(SettingsInvalid, match="artifact"):
        pipeline_definition(benchmark(), model(), without)
    assert pipeline_definition(benchmark(), model("jumpstart"), without)["Steps"]


@pytest.mark.parametrize(
    ("name", "is_nova"), [("nova-lite", True), ("Amazon-NOVA", True), ("llama", False)]
)
def test_nova_is_told_by_the_base_model_s_name(name: str, is_nova: bool) -> None:
    assert model(base_model_name=name).is_nova is is_nova


def test_actions_are_in_the_role_s_account_and_partition() -> None:
    found = settings(role_arn="arn:aws-us-gov:iam::1:role/r", region="us-gov-west-1")
    assert found.action_arn_prefix == "arn:aws-us-gov:sagemaker:us-gov-west-1:1:action"


def test_the_places_of_a_nova_judge() -> None:
    places = nova_locations(settings(nova=NovaInference(inference_id="i")))
    assert places.configuration_uri == "s3://results/runs/r1/inspectai-config/i/config.yaml"
    assert places.benchmark_prefix == "s3://results/runs/r1/llmaj-benchmarks/i"
    assert places.responses_uri == "s3://results/runs/r1/inference/i/inference_output.jsonl"


def test_the_places_differ_by_output_path_and_pipeline_and_stay_the_same() -> None:
    assert nova_locations(settings()) == nova_locations(settings(kms_key_arn=KEY))
    ids = {
        nova_locations(settings(**changes)).responses_uri.split("/")[-2]
        for changes in ({}, {"pipeline_name": "other"}, {"output_path": "s3://results/r2"})
    }
    assert len(ids) == 3
