"""A plan as a document for `print_json`: what the tables show, and the requests to AWS."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modeleval.kinds.protocol import Request

if TYPE_CHECKING:
    from modeleval.workflow.draft import Draft, DraftJob


def plan_document(draft: Draft, files: Mapping[str, Path]) -> dict[str, Any]:
    """JSON-able, camelCase. `files`: what was read from the disk, by the name in the suite."""
    run = draft.run
    return {
        "suite": run.suite,
        "origin": run.origin,
        "sample": run.sample,
        "runId": run.run_id,
        "model": run.resolved_model,
        "baseline": run.baseline,
        "evaluations": [one.model_dump(by_alias=True, mode="json") for one in run.evaluations],
        "collecting": run.collecting,
        "jobs": [_job(one) for one in draft.jobs],
        "estimate": run.estimate,
        "budget": budget_document(draft),
        "margins": list(run.margins),
        "expected": draft.expected.to_document() if draft.expected else None,
        "localFiles": {name: str(path) for name, path in files.items()},
    }


def budget_document(draft: Draft) -> dict[str, Any] | None:
    """The budget that the estimate fits in, and what set it; None if there is none."""
    run = draft.run
    return None if run.max_usd is None else {"maxUsd": run.max_usd, "field": run.budget_field}


def requests_of(draft: Draft) -> list[dict[str, Any]]:
    """Every request, with the job that it starts."""
    return [
        {"job": one.job.job, **_request(request)} for one in draft.jobs for request in one.requests
    ]


def _job(one: DraftJob) -> dict[str, Any]:
    job = one.job
    return {
        "job": job.job,
        "name": one.name,
        "evaluation": job.evaluation_name,
        "kind": job.kind,
        "candidate": job.spec.get("candidate"),
        "metrics": None if one.metrics is None else list(one.metrics),
        "inputs": [
            {
                "key": part.key,
                "records": part.records,
                "firstLine": part.first_line,
                "lastLine": part.last_line,
            }
            for part in one.parts
        ],
        "long": job.long,
        "deadlineSeconds": job.deadline_seconds,
        "requests": [_request(request) for request in one.requests],
    }


def _request(request: Request) -> dict[str, Any]:
    return {
        "service": request.service,
        "operation": request.operation,
        "parameters": request.parameters,
    }
