"""The request for programmatic metrics: no judge, and no place for Bedrock's own data."""

from __future__ import annotations

from typing import Any

import pytest
from bedrock_shapes import violations
from made_requests import context, through_dynamodb
from unit_documents import BUCKET, RUN

from modeleval.kinds.programmatic.document import ProgrammaticEvaluation
from modeleval.kinds.programmatic.jobs import planned, request
from modeleval.kinds.programmatic.table import METRICS

LITE = "amazon.nova-lite-v1:0"
PARAMS = {"model": LITE, "latency": "optimized", "inferenceParams": {"a": 1}}


def requests(**changes: Any) -> list[dict[str, Any]]:
    """The requests for an evaluation's jobs."""
    fields = {
        "name": "knowledge",
        "kind": "bedrock-programmatic",
        "taskType": "QuestionAndAnswer",
        "datasets": ["Builtin.BoolQ", "datasets/own.jsonl"],
        "responses": PARAMS,
        "metrics": list(METRICS),
        **changes,
    }
    jobs = planned(ProgrammaticEvaluation.model_validate(fields))
    return [request(context(through_dynamodb(job.spec))) for job in jobs]


def test_each_dataset_has_its_task_and_metrics() -> None:
    [made] = requests()
    names = ["Builtin.Accuracy", "Builtin.Robustness", "Builtin.Toxicity"]
    uri = f"s3://{BUCKET}/runs/{RUN}/inputs/e0/p1.jsonl"
    assert made["applicationType"] == "ModelEvaluation"
    assert made["evaluationConfig"] == {
        "automated": {
            "datasetMetricConfigs": [
                {
                    "taskType": "QuestionAndAnswer",
                    "dataset": {"name": "Builtin.BoolQ"},
                    "metricNames": names,
                },
                {
                    "taskType": "QuestionAndAnswer",
                    "dataset": {"name": "own", "datasetLocation": {"s3Uri": uri}},
                    "metricNames": names,
                },
            ]
        }
    }


def test_each_model_is_asked_in_a_job_of_its_own() -> None:
    profile = "us.amazon.nova-lite-v1:0"
    first, second = requests(responses=[PARAMS, {"model": profile}])
    assert first["inferenceConfig"]["models"] == [
        {
            "bedrockModel": {
                "modelIdentifier": LITE,
                "inferenceParams": '{"a":1}',
                "performanceConfig": {"latency": "optimized"},
            }
        }
    ]
    [asked] = second["inferenceConfig"]["models"]
    arn = f"arn:aws:bedrock:us-east-1:111122223333:inference-profile/{profile}"
    assert asked["bedrockModel"]["modelIdentifier"] == arn
    assert first["evaluationConfig"] == second["evaluationConfig"]


@pytest.mark.parametrize("task", ["Generation", "Summarization", "Classification"])
def test_bedrock_takes_the_request_of_every_task(bedrock_client: Any, task: str) -> None:
    operation = bedrock_client.meta.service_model.operation_model("CreateEvaluationJob")
    own = {"datasets": ["a.jsonl"], "metrics": ["Accuracy", "Robustness"], "taskType": task}
    for made in (*requests(), *requests(**own)):
        assert list(violations(made, operation.input_shape)) == []
