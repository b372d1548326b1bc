"""Requests are checked against the service model, and then by the rules it cannot say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from standin_world import World, custom, generated_by, judged_by, precomputed, put

CONFIG = "evaluationConfig.automated.datasetMetricConfigs"
LONG = "x" * 300


@pytest.mark.parametrize(
    ("path", "value", "where", "constraint"),
    [
        ("jobName", "Not-Lower", "jobName", "regular expression pattern: [a-z0-9]"),
        ("jobName", "a" * 64, "jobName", "length less than or equal to 63"),
        ("roleArn", "role/x", "roleArn", "regular expression pattern: arn:aws"),
        ("jobDescription", LONG, "jobDescription", "length less than or equal to 200"),
        ("clientRequestToken", "-a-", "clientRequestToken", "regular expression pattern"),
        ("applicationType", "Other", "applicationType", "enum value set: [ModelEvaluation, Rag"),
        ("outputDataConfig.s3Uri", "s3://b/a=1", "outputDataConfig.s3Uri", "regular expression"),
        (
            "outputDataConfig.s3Uri",
            "s3://bucket//a",
            "outputDataConfig.s3Uri",
            "regular expression",
        ),
        (f"{CONFIG}.0.taskType", "Talk", f"{CONFIG}.1.member.taskType", "enum value set"),
        (f"{CONFIG}.0.dataset.name", "a b", f"{CONFIG}.1.member.dataset.name", "regular"),
        (f"{CONFIG}.0.metricNames", ["a b"], "metricNames.1.member", "regular expression"),
        (
            f"{CONFIG}.0.metricNames",
            [f"m{n}" for n in range(26)],
            "metricNames",
            "length less than or equal to 25",
        ),
        (
            "inferenceConfig.models.0.precomputedInferenceSource.inferenceSourceIdentifier",
            "-bot",
            "inferenceSourceIdentifier",
            "regular expression",
        ),
        ("jobTags", [{"key": "a", "value": "*"}], "jobTags.1.member.value", "regular expression"),
        ("customerEncryptionKeyId", "a/key", "customerEncryptionKeyId", "regular expression"),
    ],
)
def test_constraints_that_botocore_leaves_to_the_service(
    world: World, path: str, value: Any, where: str, constraint: str
) -> None:
    with pytest.raises(ClientError) as caught:
        world.bedrock.create_evaluation_job(**put(world.request(), path, value))
    error = caught.value.response["Error"]
    assert error["Code"] == "ValidationException"
    assert " detected: Value at '" in error["Message"]
    assert f"{where}' failed to satisfy constraint: Member must" in error["Message"]
    assert constraint in error["Message"]
    assert LONG not in error["Message"]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("jobname", "x", "Value at 'jobname' failed to satisfy constraint: Member must be known"),
        ("roleArn", None, "Value null at 'roleArn' failed to satisfy constraint"),
        ("jobName", 7, "Value at 'jobName' failed to satisfy constraint: Member must be of type"),
        ("jobTags", {}, "Value at 'jobTags' failed to satisfy constraint: Member must be of type"),
        (
            "inferenceConfig",
            {**precomputed("bot"), "ragConfigs": []},
            "Value at 'inferenceConfig' failed to satisfy constraint: Union must have exactly one",
        ),
        ("inferenceConfig", {}, "Union must have exactly one member"),
    ],
)
def test_what_botocore_would_not_even_send(
    world: World, path: str, value: Any, message: str
) -> None:
    body = put(world.request(), path, value)
    status, headers, answer = world.raw("POST", "/evaluation-jobs", body)
    assert status == 400
    assert headers["x-amzn-errortype"] == "ValidationException"
    assert message in answer["message"]


def test_all_violations_are_told_at_once(world: World) -> None:
    body = put(put(world.request(), "jobName", "A"), "roleArn", "B")
    _, _, answer = world.raw("POST", "/evaluation-jobs", body)
    assert answer["message"].startswith("2 validation errors detected: ")


@pytest.mark.parametrize("body", [b"{", b"[]", b'"text"'])
def test_a_body_that_is_no_json_object(world: World, body: bytes) -> None:
    status, _, answer = world.raw("POST", "/evaluation-jobs", body)
    assert (status, answer) == (400, {"message": "The request body is not a JSON object"})


def test_unknown_operation(world: World) -> None:
    status, headers, _ = world.raw("POST", "/evaluation-jobs/x/y", {})
    assert (status, headers["x-amzn-errortype"]) == (403, "UnknownOperationException")


def refusal(world: World, **changes: Any) -> str:
    with pytest.raises(ClientError) as caught:
        world.create(**changes)
    error = caught.value.response["Error"]
    assert error["Code"] == "ValidationException"
    return str(error["Message"])


def with_judge(world: World, model: str) -> dict[str, Any]:
    return world.evaluation(world.dataset(), evaluatorModelConfig=judged_by(model))


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("amazon.unheard-of-v1:0", "model identifier is invalid"),
        ("amazon.nova-lite-v1:0", "not supported"),
        ("meta.llama3-3-70b-instruct-v1:0", "not supported"),  # for custom metrics only
        ("anthropic.claude-3-5-sonnet-20240620-v1:0", "model version has reached end of life"),
        ("anthropic.claude-3-7-sonnet-20250219-v1:0", "model version has reached end of life"),
        ("us.anthropic.claude-3-7-sonnet-20250219-v1:0", "has reached end of life"),
        ("amazon.nova-2-lite-v1:0", "with on-demand throughput isn't supported"),
    ],
)
def test_judges_that_are_refused(world: World, model: str, message: str) -> None:
    assert message in refusal(world, evaluationConfig=with_judge(world, model))


def test_generator_past_its_end_of_life_is_refused(world: World) -> None:
    model = generated_by("anthropic.claude-3-5-haiku-20241022-v1:0")
    assert "end of life" in refusal(world, inferenceConfig=model)


@pytest.mark.parametrize("metric", ["Builtin.LogicalCoherence", "Builtin.Accuracy", "Builtin.X"])
def test_metrics_of_other_kinds_of_jobs_are_refused(world: World, metric: str) -> None:
    config = world.evaluation(world.dataset(), (metric,))
    assert "Builtin.Correctness, " in refusal(world, evaluationConfig=config)


def test_a_judge_is_required(world: World) -> None:
    config = world.evaluation(world.dataset())
    del config["automated"]["evaluatorModelConfig"]
    assert "evaluatorModelConfig is required" in refusal(world, evaluationConfig=config)


def test_two_models_are_refused(world: World) -> None:
    both = {
        "models": precomputed("bot")["models"] + generated_by("amazon.nova-lite-v1:0")["models"]
    }
    assert "exactly one model" in refusal(world, inferenceConfig=both)


def test_dataset_names_must_differ(world: World) -> None:
    config = world.evaluation(world.dataset())
    config["automated"]["datasetMetricConfigs"] *= 2
    assert "names of datasets" in refusal(world, evaluationConfig=config)


def test_custom_metric_names_must_differ(world: World) -> None:
    metric = {"name": "check", "instructions": "Judge {{prediction}}"}
    config = world.evaluation(
        world.dataset(), ("check",), customMetricConfig=custom(metric, metric)
    )
    assert "names of custom metrics" in refusal(world, evaluationConfig=config)


def test_missing_dataset_and_missing_bucket(world: World) -> None:
    gone = world.evaluation("s3://standin-data/in/none.jsonl")
    assert "in/none.jsonl cannot be used: 404" in refusal(world, evaluationConfig=gone)
    nowhere = {"s3Uri": "s3://no-such-bucket-at-all/out"}
    assert "no-such-bucket-at-all" in refusal(world, outputDataConfig=nowhere)


def test_no_refused_request_leaves_a_job(world: World) -> None:
    refusal(world, evaluationConfig=with_judge(world, "amazon.unheard-of-v1:0"))
    assert world.aws.control("GET", "jobs") == {"jobs": []}
    (call,) = world.calls("CreateEvaluationJob")
    assert (call["status"], call["error"]) == (400, "ValidationException")
    assert set(json.loads(json.dumps(call))) == {
        "operation", "jobName", "status", "error", "caller", "time",
    }  # fmt: skip
