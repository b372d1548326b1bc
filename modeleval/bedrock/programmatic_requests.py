"""The CreateEvaluationJob request for programmatic metrics: no judge, perhaps Bedrock's data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from modeleval.bedrock.requests import JobFrame, Live, evaluation_job


class DatasetMetrics(NamedTuple):
    """One dataset and its metrics; `uri` is None for one of Bedrock's own."""

    name: str
    uri: str | None
    metric_names: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class ProgrammaticRequest:
    """What differs between two programmatic jobs."""

    frame: JobFrame
    task_type: str
    datasets: Sequence[DatasetMetrics]
    source: Live


def programmatic_job(job: ProgrammaticRequest) -> dict[str, Any]:
    """Keyword arguments for boto3's `create_evaluation_job`."""
    configs = [
        {
            "taskType": job.task_type,
            "dataset": _dataset(one),
            "metricNames": list(one.metric_names),
        }
        for one in job.datasets
    ]
    return evaluation_job(job.frame, automated={"datasetMetricConfigs": configs}, source=job.source)


def _dataset(one: DatasetMetrics) -> dict[str, Any]:
    if one.uri is None:
        return {"name": one.name}
    return {"name": one.name, "datasetLocation": {"s3Uri": one.uri}}
