"""The CreateEvaluationJob request for a human evaluation: people of a work team answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modeleval.bedrock.requests import JobFrame, Live, framed_job

TASK_TYPE = "Custom"
"""What the console calls metrics of one's own; the service model's enum has it."""


@dataclass(frozen=True, kw_only=True)
class HumanRequest:
    """What differs between two human jobs.

    sources: one or two, each the identifier of precomputed responses, or the model that is asked.
    metrics: as `HumanMetric.to_api` gives them.
    """

    frame: JobFrame
    dataset_name: str
    dataset_uri: str
    flow_definition_arn: str
    instructions: str | None
    metrics: Sequence[Mapping[str, str]]
    sources: Sequence[str | Live]


def human_job(job: HumanRequest) -> dict[str, Any]:
    """Keyword arguments for boto3's `create_evaluation_job`."""
    return framed_job(job.frame, {"human": _evaluation(job)}, job.sources)


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
