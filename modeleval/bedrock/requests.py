"""The CreateEvaluationJob request: what all jobs have, and the part of an LLM judge.

botocore checks types, required members and minimum lengths only. Patterns, enums and maximum
lengths are held here by what goes in: names are derived or validated in the suite.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from modeleval.ids import client_token

TASK_TYPE = "General"
"""What AWS documents for judge jobs. The service model's enum lacks it, the service takes it, and
with any other value the job fails without saying why."""

_DESCRIPTION_LIMIT = 200


class Live(NamedTuple):
    """The model that Bedrock asks for responses, and its inference parameters: JSON in a text."""

    model: str
    params: str
    latency: str | None


@dataclass(frozen=True, kw_only=True)
class JobFrame:
    """What every job's request has. key_arn: the customer's key, or empty."""

    job_name: str
    description: str
    tags: Mapping[str, str]
    role_arn: str
    key_arn: str = ""
    output_uri: str


@dataclass(frozen=True, kw_only=True)
class JudgeRequest:
    """What differs between two judge jobs.

    source: the identifier of precomputed responses, or the model that is asked. custom_metrics: as
    `CustomMetric.to_api` gives them.
    """

    frame: JobFrame
    dataset_name: str
    dataset_uri: str
    metric_names: Sequence[str]
    custom_metrics: Sequence[Mapping[str, Any]] = ()
    judge: str
    source: str | Live


def judge_job(job: JudgeRequest) -> dict[str, Any]:
    """Keyword arguments for boto3's `create_evaluation_job`."""
    return evaluation_job(job.frame, automated=_evaluation(job), source=job.source)


def evaluation_job(
    frame: JobFrame, *, automated: Mapping[str, Any], source: str | Live
) -> dict[str, Any]:
    """The same of any automated evaluation of one model's responses."""
    return framed_job(frame, {"automated": automated}, [source])


def framed_job(
    frame: JobFrame, evaluation: Mapping[str, Any], sources: Sequence[str | Live]
) -> dict[str, Any]:
    """The same of any evaluation: `evaluation` is the evaluationConfig, by who evaluates."""
    request: dict[str, Any] = {
        "jobName": frame.job_name,
        "jobDescription": frame.description[:_DESCRIPTION_LIMIT],
        "clientRequestToken": client_token(frame.job_name),
        "roleArn": frame.role_arn,
        "jobTags": [{"key": key, "value": value} for key, value in frame.tags.items()],
        "applicationType": "ModelEvaluation",
        "evaluationConfig": evaluation,
        "inferenceConfig": {"models": [_inference(source) for source in sources]},
        "outputDataConfig": {"s3Uri": frame.output_uri},
    }
    if frame.key_arn:
        request["customerEncryptionKeyId"] = frame.key_arn
    return request


def _evaluation(job: JudgeRequest) -> dict[str, Any]:
    """Custom metrics stand in two places, and name the judge a second time."""
    judge = {"bedrockEvaluatorModels": [{"modelIdentifier": job.judge}]}
    custom_names = [metric["customMetricDefinition"]["name"] for metric in job.custom_metrics]
    config: dict[str, Any] = {
        "datasetMetricConfigs": [
            {
                "taskType": TASK_TYPE,
                "dataset": {
                    "name": job.dataset_name,
                    "datasetLocation": {"s3Uri": job.dataset_uri},
                },
                "metricNames": [*job.metric_names, *custom_names],
            }
        ],
        "evaluatorModelConfig": judge,
    }
    if job.custom_metrics:
        config["customMetricConfig"] = {
            "customMetrics": list(job.custom_metrics),
            "evaluatorModelConfig": judge,
        }
    return config


def _inference(source: str | Live) -> dict[str, Any]:
    if isinstance(source, str):
        return {"precomputedInferenceSource": {"inferenceSourceIdentifier": source}}
    model: dict[str, Any] = {"modelIdentifier": source.model, "inferenceParams": source.params}
    if source.latency:
        model["performanceConfig"] = {"latency": source.latency}
    return {"bedrockModel": model}
