"""What Bedrock is asked for a human evaluation keeps the service model's patterns and lengths."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from bedrock_shapes import violations
from made_requests import ENVIRONMENT, KEY
from unit_documents import RUN

from modeleval.ids import JobRef
from modeleval.kinds.bedrock_human import HumanEvaluation
from modeleval.kinds.human_jobs import planned, request
from modeleval.kinds.human_metrics import RatingMethod
from modeleval.kinds.protocol import JobContext
from modeleval.services import Environment

FLOW = "arn:aws:sagemaker:us-east-1:111122223333:flow-definition/reviewers"
OURS, LIVE = "bot-2", "amazon.nova-lite-v1:0"
PROFILE = "global.anthropic.claude-haiku-4-5-20251001-v1:0"
ALL = [{"name": f"m{n}", "ratingMethod": str(method)} for n, method in enumerate(RatingMethod)]
ONE = {"name": "Useful", "ratingMethod": "ThumbsUpDown"}


def asked(key: str = "", **changes: Any) -> dict[str, Any]:
    """The request for a suite's evaluation."""
    entry = {
        "name": "people",
        "kind": "bedrock-human",
        "dataset": "d",
        "responses": [{"precomputed": OURS}, {"precomputed": "bot-1"}],
        "flowDefinition": FLOW,
        "metrics": [ONE],
        **changes,
    }
    environment = Environment.model_validate(ENVIRONMENT | {"KMS_KEY_ARN": key})
    services: Any = SimpleNamespace(environment=environment, region="us-east-1")
    spec = planned(HumanEvaluation.model_validate(entry)).spec
    labels = {"modeleval:suite": "support"}
    return request(JobContext(JobRef(RUN, 0, 1), 0, spec, labels, services))


def broken(client: Any, found: dict[str, Any]) -> list[str]:
    """What the service model refuses of a request."""
    shape = client.meta.service_model.operation_model("CreateEvaluationJob").input_shape
    return list(violations(found, shape))


def test_the_request_is_one_that_the_service_model_takes(bedrock_client: Any) -> None:
    found = asked(
        metrics=[*ALL, {**ONE, "name": "m9", "description": "Is it useful?"}],
        instructions="Be fair.\nRead twice.",
        responses=[{"precomputed": OURS}, {"model": LIVE, "inferenceParams": {"maxTokens": 9}}],
    )
    assert broken(bedrock_client, found) == []
    human = found["evaluationConfig"]["human"]
    [config] = human["datasetMetricConfigs"]
    assert config["metricNames"] == [one["name"] for one in human["customMetrics"]]
    assert human["customMetrics"][-1] == {
        "name": "m9",
        "ratingMethod": "ThumbsUpDown",
        "description": "Is it useful?",
    }
    assert human["humanWorkflowConfig"] == {
        "flowDefinitionArn": FLOW,
        "instructions": "Be fair.\nRead twice.",
    }
    assert found["inferenceConfig"]["models"] == [
        {"precomputedInferenceSource": {"inferenceSourceIdentifier": OURS}},
        {"bedrockModel": {"modelIdentifier": LIVE, "inferenceParams": '{"maxTokens":9}'}},
    ]


def test_what_is_ours_is_not_sent(bedrock_client: Any) -> None:
    found = asked(metrics=[{**ONE, "direction": "lowerIsBetter"}])
    assert broken(bedrock_client, found) == []
    assert found["evaluationConfig"]["human"]["customMetrics"] == [ONE]
    assert "instructions" not in found["evaluationConfig"]["human"]["humanWorkflowConfig"]


def test_the_customers_key_and_the_most_of_everything(bedrock_client: Any) -> None:
    most = [{**ONE, "name": f"{n}" * 63, "description": "d" * 63} for n in range(10)]
    found = asked(KEY, metrics=most, instructions="i" * 5000, name="n" * 63)
    assert broken(bedrock_client, found) == []
    assert found["customerEncryptionKeyId"] == KEY


def test_a_profile_is_named_by_its_arn_as_for_a_judge(bedrock_client: Any) -> None:
    found = asked(responses=[{"model": PROFILE}])
    assert broken(bedrock_client, found) == []
    [model] = found["inferenceConfig"]["models"]
    assert model["bedrockModel"]["modelIdentifier"].endswith(f"inference-profile/{PROFILE}")
