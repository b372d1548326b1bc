"""ListEvaluationJobs: filters, order and pages; and how a job is shown."""

from __future__ import annotations

import base64
import json
from typing import Any

from embedded_aws.bedrock import evaluation
from embedded_aws.bedrock.errors import invalid
from embedded_aws.bedrock.jobs import Job


def page(jobs: list[Job], request: dict[str, Any], page_size: int) -> dict[str, Any]:
    """One page of the jobs that the request asks for.

    Pages are small whatever ``maxResults`` says: the service model has at most 5 summaries in one.
    """
    chosen = [job for job in jobs if _wanted(job, request)]
    newest_first = request.get("sortOrder", "Descending") == "Descending"
    chosen.sort(key=lambda job: (job.created, job.arn), reverse=newest_first)
    start = _position(request)
    end = start + min(page_size, request.get("maxResults", page_size))
    token = _token(end, request) if end < len(chosen) else None
    return {"nextToken": token, "jobSummaries": [_summary(job) for job in chosen[start:end]]}


def _wanted(job: Job, request: dict[str, Any]) -> bool:
    after, before = request.get("creationTimeAfter"), request.get("creationTimeBefore")
    return (
        (after is None or job.created > after)
        and (before is None or job.created < before)
        and request.get("statusEquals") in (None, job.status)
        and request.get("applicationTypeEquals") in (None, "ModelEvaluation")
        and request.get("nameContains", "") in job.name
    )


def _filters(request: dict[str, Any]) -> str:
    parts = {name: str(value) for name, value in request.items() if name != "nextToken"}
    return json.dumps(parts, sort_keys=True)


def _token(position: int, request: dict[str, Any]) -> str:
    text = json.dumps([position, _filters(request)])
    return base64.urlsafe_b64encode(text.encode()).decode()


def _position(request: dict[str, Any]) -> int:
    """Where the page starts; a token only continues the very request that it came from."""
    token = request.get("nextToken")
    if token is None:
        return 0
    try:
        position, filters = json.loads(base64.urlsafe_b64decode(token))
    except ValueError:
        raise invalid("The provided nextToken is invalid.") from None
    if filters != _filters(request):
        raise invalid("The provided nextToken belongs to another request.")
    return int(position)


def _summary(job: Job) -> dict[str, Any]:
    request = job.request
    (model,) = request["inferenceConfig"]["models"]
    judge, custom = (evaluation.judge_of(request, custom=flag) for flag in (False, True))
    generator = model.get("bedrockModel", {}).get("modelIdentifier")
    source = model.get("precomputedInferenceSource", {}).get("inferenceSourceIdentifier")
    configs = job.automated["datasetMetricConfigs"]
    return {
        "jobArn": job.arn,
        "jobName": job.name,
        "status": job.status,
        "creationTime": job.created,
        "jobType": "Automated",
        "evaluationTaskTypes": list(dict.fromkeys(config["taskType"] for config in configs)),
        "evaluatorModelIdentifiers": [judge] if judge else [],
        "customMetricsEvaluatorModelIdentifiers": [custom] if custom else [],
        "inferenceConfigSummary": {
            "modelConfigSummary": {
                "bedrockModelIdentifiers": [generator] if generator else [],
                "precomputedInferenceSourceIdentifiers": [source] if source else [],
            }
        },
        "applicationType": "ModelEvaluation",
    }


def details(job: Job) -> dict[str, Any]:
    """A job as GetEvaluationJob shows it: no progress, no counts, no scores."""
    shown = (
        "jobName",
        "jobDescription",
        "roleArn",
        "customerEncryptionKeyId",
        "evaluationConfig",
        "inferenceConfig",
        "outputDataConfig",
    )
    return {
        **{name: job.request[name] for name in shown if name in job.request},
        "jobArn": job.arn,
        "status": job.status,
        "jobType": "Automated",
        "applicationType": job.request.get("applicationType", "ModelEvaluation"),
        "creationTime": job.created,
        "lastModifiedTime": job.modified,
        "failureMessages": job.failure_messages or None,
    }
