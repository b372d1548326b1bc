"""ListEvaluationJobs: filters, order and pages; and how a job is shown."""

from __future__ import annotations

from typing import Any

from embedded_aws import paging
from embedded_aws.bedrock import rag
from embedded_aws.bedrock.jobs import Job
from embedded_aws.bedrock.requested import judge_of


def page(jobs: list[Job], request: dict[str, Any], page_size: int) -> dict[str, Any]:
    """One page of the jobs that the request asks for.

    Pages are small whatever ``maxResults`` says: the service model has at most 5 summaries in one.
    """
    chosen = [job for job in jobs if _wanted(job, request)]
    newest_first = request.get("sortOrder", "Descending") == "Descending"
    chosen.sort(key=lambda job: (job.created, job.arn), reverse=newest_first)
    found, token = paging.page(chosen, request, page_size)
    return {"nextToken": token, "jobSummaries": [_summary(job) for job in found]}


def _wanted(job: Job, request: dict[str, Any]) -> bool:
    after, before = request.get("creationTimeAfter"), request.get("creationTimeBefore")
    return (
        (after is None or job.created > after)
        and (before is None or job.created < before)
        and request.get("statusEquals") in (None, job.status)
        and request.get("applicationTypeEquals") in (None, _application(job))
        and request.get("nameContains", "") in job.name
    )


def _application(job: Job) -> str:
    application: str = job.request.get("applicationType", "ModelEvaluation")
    return application


def _subjects(request: dict[str, Any]) -> dict[str, Any]:
    """What is evaluated, as a summary has it."""
    if rag.is_rag(request):
        return rag.summary(request)
    models = request["inferenceConfig"]["models"]
    generators = [one["bedrockModel"]["modelIdentifier"] for one in models if "bedrockModel" in one]
    sources = [
        one["precomputedInferenceSource"]["inferenceSourceIdentifier"]
        for one in models
        if "precomputedInferenceSource" in one
    ]
    return {
        "modelConfigSummary": {
            "bedrockModelIdentifiers": generators,
            "precomputedInferenceSourceIdentifiers": sources,
        }
    }


def _summary(job: Job) -> dict[str, Any]:
    request = job.request
    judge, custom = (
        None if job.human else judge_of(request, custom=flag) for flag in (False, True)
    )
    configs = job.evaluation["datasetMetricConfigs"]
    return {
        "jobArn": job.arn,
        "jobName": job.name,
        "status": job.status,
        "creationTime": job.created,
        "jobType": "Human" if job.human else "Automated",
        "evaluationTaskTypes": list(dict.fromkeys(config["taskType"] for config in configs)),
        "evaluatorModelIdentifiers": [judge] if judge else [],
        "customMetricsEvaluatorModelIdentifiers": [custom] if custom else [],
        "inferenceConfigSummary": _subjects(request),
        "applicationType": _application(job),
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
        "jobType": "Human" if job.human else "Automated",
        "applicationType": _application(job),
        "creationTime": job.created,
        "lastModifiedTime": job.modified,
        "failureMessages": job.failure_messages or None,
    }
