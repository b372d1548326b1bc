from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.stub import Stubber
from made_requests import KEY, SPEC, context, request_for, requests_for
from unit_documents import BUCKET, JUDGE, RUN, custom_metric, evaluation, suite

from modeleval.errors import SuiteInvalid
from modeleval.kinds.judge_jobs import request
from modeleval.scores.metrics import JUDGE_METRICS

HAIKU = "anthropic.claude-haiku-4-5-20251001-v1:0"


def of(**changes: Any) -> dict[str, Any]:
    return request_for(suite(evaluations=[evaluation(**changes)]))


def automated(made: dict[str, Any]) -> Any:
    return made["evaluationConfig"]["automated"]


def generator(made: dict[str, Any]) -> Any:
    [model] = made["inferenceConfig"]["models"]
    return model["bedrockModel"]


def test_the_request_is_this() -> None:
    assert request_for(suite(tags={"team": "search"})) == {
        "jobName": f"{RUN}-j0-a1",
        "jobDescription": f"modeleval: suite support, evaluation answers, run {RUN}",
        "clientRequestToken": "e662756d521bdd7ef803a9376420b32e38050b10853f4e029833ab03b286de01",
        "roleArn": "arn:aws:iam::111122223333:role/modeleval-bedrock",
        "jobTags": [
            {"key": "team", "value": "search"},
            {"key": "modeleval:stack", "value": "modeleval"},
            {"key": "modeleval:suite", "value": "support"},
            {"key": "modeleval:evaluation", "value": "answers"},
            {"key": "modeleval:run", "value": RUN},
        ],
        "applicationType": "ModelEvaluation",
        "evaluationConfig": {
            "automated": {
                "datasetMetricConfigs": [
                    {
                        "taskType": "General",
                        "dataset": {
                            "name": "answers",
                            "datasetLocation": {
                                "s3Uri": f"s3://{BUCKET}/runs/{RUN}/inputs/e0/p0.jsonl"
                            },
                        },
                        "metricNames": ["Builtin.Correctness", "Builtin.Harmfulness"],
                    }
                ],
                "evaluatorModelConfig": {"bedrockEvaluatorModels": [{"modelIdentifier": JUDGE}]},
            }
        },
        "inferenceConfig": {
            "models": [
                {"precomputedInferenceSource": {"inferenceSourceIdentifier": "support-bot-v3"}}
            ]
        },
        "outputDataConfig": {"s3Uri": f"s3://{BUCKET}/runs/{RUN}/outputs/j0/a1/"},
    }


def test_a_custom_metric_stands_in_two_places_and_names_the_judge_again() -> None:
    made = of(metrics=["Correctness"], customMetrics=[custom_metric(), custom_metric(name="Wit")])
    [config] = automated(made)["datasetMetricConfigs"]
    custom = automated(made)["customMetricConfig"]
    defined = [one["customMetricDefinition"]["name"] for one in custom["customMetrics"]]
    assert (
        config["metricNames"]
        == ["Builtin.Correctness", *defined]
        == [
            "Builtin.Correctness",
            "Tone",
            "Wit",
        ]
    )
    assert custom["evaluatorModelConfig"] == automated(made)["evaluatorModelConfig"]


def test_of_a_custom_metric_bedrock_is_told_what_it_knows_and_nothing_of_ours() -> None:
    made = of(metrics=["Correctness"], customMetrics=[custom_metric(direction="lowerIsBetter")])
    [config] = automated(made)["datasetMetricConfigs"]
    assert config["metricNames"] == ["Builtin.Correctness", "Tone"]
    assert automated(made)["customMetricConfig"] == {
        "customMetrics": [
            {
                "customMetricDefinition": {
                    "name": "Tone",
                    "instructions": custom_metric()["instructions"],
                    "ratingScale": [
                        {"definition": "Rude", "value": {"floatValue": 0.0}},
                        {"definition": "Polite", "value": {"floatValue": 1.0}},
                    ],
                }
            }
        ],
        "evaluatorModelConfig": {"bedrockEvaluatorModels": [{"modelIdentifier": JUDGE}]},
    }


def test_custom_metrics_alone_are_a_request() -> None:
    [config] = automated(of(metrics=None, customMetrics=custom_metric()))["datasetMetricConfigs"]
    assert config["metricNames"] == ["Tone"]


def test_metrics_of_some_categories_are_a_job_of_their_own() -> None:
    metrics = ["Correctness", {"name": "Refusal", "categories": ["attacks"]}]
    every, some = requests_for(suite(evaluations=[evaluation(metrics=metrics)]))
    for number, made in enumerate((every, some)):
        [config] = automated(made)["datasetMetricConfigs"]
        uri = config["dataset"]["datasetLocation"]["s3Uri"]
        assert uri == f"s3://{BUCKET}/runs/{RUN}/inputs/e0/p{number}.jsonl"
        assert config["metricNames"] == [["Builtin.Correctness"], ["Builtin.Refusal"]][number]
    assert every["jobName"] != some["jobName"]


def test_a_model_is_asked_with_its_parameters_as_a_text() -> None:
    params = {"inferenceConfig": {"maxTokens": 512, "temperature": 0.5}}
    asked = generator(of(responses={"model": JUDGE, "inferenceParams": params}))
    assert asked["modelIdentifier"] == JUDGE
    assert json.loads(asked["inferenceParams"]) == params
    assert "performanceConfig" not in asked


def test_without_parameters_they_are_an_empty_object_as_text() -> None:
    assert generator(of(responses={"model": JUDGE}))["inferenceParams"] == "{}"


def test_latency_is_passed_on() -> None:
    asked = generator(of(responses={"model": JUDGE, "latency": "optimized"}))
    assert asked["performanceConfig"] == {"latency": "optimized"}


@pytest.mark.parametrize("prefix", ["us", "global"])
def test_a_profile_is_sent_as_its_arn_to_the_generators_field_and_as_it_is_to_the_judges(
    prefix: str,
) -> None:
    profile = f"{prefix}.{HAIKU}"
    made = of(judge=profile, responses={"model": profile})
    arn = f"arn:aws:bedrock:us-east-1:111122223333:inference-profile/{profile}"
    assert generator(made)["modelIdentifier"] == arn
    [judge] = automated(made)["evaluatorModelConfig"]["bedrockEvaluatorModels"]
    assert judge["modelIdentifier"] == profile


def test_without_a_key_of_the_customers_none_is_named() -> None:
    assert "customerEncryptionKeyId" not in request_for(suite())


def test_the_customers_key_is_named() -> None:
    made = request_for(suite(), KMS_KEY_ARN=KEY)
    assert made["customerEncryptionKeyId"] == KEY


@pytest.mark.parametrize(
    "changes",
    [{}, {"customMetrics": custom_metric()}, {"responses": {"model": f"us.{HAIKU}"}}],
)
def test_botocore_takes_the_request(bedrock: Stubber, changes: dict[str, Any]) -> None:
    made = of(**changes)
    arn = "arn:aws:bedrock:us-east-1:111122223333:evaluation-job/abcdefghijkl"
    bedrock.add_response("create_evaluation_job", {"jobArn": arn}, made)
    assert bedrock.client.create_evaluation_job(**made)["jobArn"] == arn


def test_the_same_job_is_asked_for_in_the_same_words() -> None:
    assert request_for(suite()) == request_for(suite())


@pytest.mark.parametrize("key", ["modeleval:run", "aws:x", "AWS:x"])
def test_a_suites_tags_do_not_stand_in_for_our_own_or_those_of_aws(key: str) -> None:
    with pytest.raises(SuiteInvalid, match="not yours to set"):
        request_for(suite(tags={key: "another"}))


def test_every_built_in_metric_is_asked_for_by_its_api_name() -> None:
    [config] = automated(of(metrics=sorted(JUDGE_METRICS)))["datasetMetricConfigs"]
    assert config["metricNames"] == [f"Builtin.{name}" for name in sorted(JUDGE_METRICS)]


def test_another_attempt_is_another_job_with_its_own_prefix_and_token() -> None:
    first, second = (request(context(SPEC, attempt=attempt)) for attempt in (1, 2))
    for field in ("jobName", "clientRequestToken", "outputDataConfig"):
        assert first[field] != second[field]
