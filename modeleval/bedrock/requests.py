"""The CreateEvaluationJob request for an LLM judge.

botocore checks types, required members and minimum lengths only. Patterns, enums and maximum
lengths are held here by what goes in: names are derived or validated in the suite.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modeleval.ids import client_token

TASK_TYPE = "General"
"""What AWS documents for judge jobs. The service model's enum lacks it, the service takes it, and
with any other value the job fails without saying why."""

_DESCRIPTION_LIMIT = 200


@dataclass(frozen=True, kw_only=True)
class JudgeRequest:
    """What differs between two judge jobs with precomputed responses."""

    job_name: str
    description: str
    tags: Mapping[str, str]
    role_arn: str
    dataset_name: str
    dataset_uri: str
    metric_names: Sequence[str]
    judge: str
    source_identifier: str
    output_uri: str


def judge_job(job: JudgeRequest) -> dict[str, Any]:
    """Keyword arguments for boto3's `create_evaluation_job`."""
    return {
        "jobName": job.job_name,
        "jobDescription": job.description[:_DESCRIPTION_LIMIT],
        "clientRequestToken": client_token(job.job_name),
        "roleArn": job.role_arn,
        "jobTags": [{"key": key, "value": value} for key, value in job.tags.items()],
        "applicationType": "ModelEvaluation",
        "evaluationConfig": {
            "automated": {
                "datasetMetricConfigs": [
                    {
                        "taskType": TASK_TYPE,
                        "dataset": {
                            "name": job.dataset_name,
                            "datasetLocation": {"s3Uri": job.dataset_uri},
                        },
                        "metricNames": list(job.metric_names),
                    }
                ],
                "evaluatorModelConfig": {
                    "bedrockEvaluatorModels": [{"modelIdentifier": job.judge}]
                },
            }
        },
        "inferenceConfig": {
            "models": [
                {"precomputedInferenceSource": {"inferenceSourceIdentifier": job.source_identifier}}
            ]
        },
        "outputDataConfig": {"s3Uri": job.output_uri},
    }
