"""The CreateEvaluationJob request for a human evaluation: people of a work team answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modeleval.bedrock.requests import Live, inference
from modeleval.ids import client_token

TASK_TYPE = "Custom"
"""What AWS's examples of human jobs have; the service model's enum has it too."""
_DESCRIPTION_LIMIT = 200


@dataclass(frozen=True, kw_only=True)
class HumanRequest:
    """What differs between two human jobs.

    sources: one or two, each the identifier of precomputed responses, or the model that is asked.
    metrics: as `HumanMetric.to_api` gives them. key_arn: the customer's key, or empty.
    """

    job_name: str
    description: str
    tags: Mapping[str, str]
    role_arn: str
    key_arn: str = ""
    dataset_name: str
    dataset_uri: str
    flow_definition_arn: str
    instructions: str | None
    metrics: Sequence[Mapping[str, str]]
    sources: Sequence[str | Live]
    output_uri: str


def human_job(job: HumanRequest) -> dict[str, Any]:
    """Keyword arguments for boto3's `create_evaluation_job`."""
    request = {
        "jobName": job.job_name,
        "jobDescription": job.description[:_DESCRIPTION_LIMIT],
        "clientRequestToken": client_token(job.job_name),
        "roleArn": job.role_arn,
        "jobTags": [{"key": key, "value": value} for key, value in job.tags.items()],
        "applicationType": "ModelEvaluation",
        "evaluationConfig": {"human": _evaluation(job)},
        "inferenceConfig": {"models": [inference(source) for source in job.sources]},
        "outputDataConfig": {"s3Uri": job.output_uri},
    }
    if job.key_arn:
        request["customerEncryptionKeyId"] = job.key_arn
    return request


def _evaluation(job: HumanRequest) -> dict[str, Any]:
    workflow = {"flowDefinitionArn": job.flow_definition_arn}
    if job.instructions:
        workflow["instructions"] = job.instructions
    dataset = {"name": job.dataset_name, "datasetLocation": {"s3Uri": job.dataset_uri}}
    return {
        "humanWorkflowConfig": workflow,
        "customMetrics": [dict(metric) for metric in job.metrics],
        "datasetMetricConfigs": [
            {
                "taskType": TASK_TYPE,
                "dataset": dataset,
                "metricNames": [metric["name"] for metric in job.metrics],
            }
        ],
    }
