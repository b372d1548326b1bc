"""What Bedrock answers about evaluation jobs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

MOMENT = datetime(2026, 11, 22, tzinfo=UTC)


def job_arn(number: int = 0) -> str:
    tail = f"{number:012d}"
    return f"arn:aws:bedrock:us-east-1:111122223333:evaluation-job/{tail}"


def summary(name: str, number: int = 0, status: str = "InProgress") -> dict[str, Any]:
    return {
        "jobArn": job_arn(number),
        "jobName": name,
        "status": status,
        "creationTime": MOMENT,
        "jobType": "Automated",
        "evaluationTaskTypes": ["Custom"],
    }


def details(status: str, *messages: str) -> dict[str, Any]:
    answer = {
        "jobName": "x",
        "status": status,
        "jobArn": job_arn(),
        "roleArn": "arn:aws:iam::111122223333:role/r",
        "jobType": "Automated",
        "evaluationConfig": {
            "automated": {
                "datasetMetricConfigs": [
                    {"taskType": "General", "dataset": {"name": "x"}, "metricNames": ["M"]}
                ]
            }
        },
        "inferenceConfig": {
            "models": [{"precomputedInferenceSource": {"inferenceSourceIdentifier": "x"}}]
        },
        "outputDataConfig": {"s3Uri": "s3://bucket/x"},
        "creationTime": MOMENT,
    }
    return answer | ({"failureMessages": list(messages)} if messages else {})
