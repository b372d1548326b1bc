"""Last step: the scores become visible, and then the run says so."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from modeleval.artifacts import s3_uri, summary_key
from modeleval.errors import RunClosed
from modeleval.services import Services
from modeleval.store.items import Run, RunStatus, Score
from modeleval.workflow.timing import timestamp


def publish_run(run_id: str, services: Services) -> dict[str, Any]:
    """Write the scores to DynamoDB, then close the run as published; the execution's output.

    Raises RunClosed if the run was stopped or failed meanwhile; its scores stay unpublished.
    """
    run = services.store.run(run_id)
    summary = json.loads(services.objects.read(summary_key(run_id)))
    if run.status is RunStatus.RUNNING:
        services.store.put_scores(_scores(run, summary))
        closed = services.store.close_run(
            run_id,
            RunStatus(summary["status"]),
            phase="publish",
            endedAt=timestamp(services.now()),
            lowScores=sum(entry["lowScores"]["total"] for entry in _scored(summary)),
            published=True,
        )
        run = services.store.run(run_id)
        if not closed and not run.published:
            raise _ended(run)
    elif not run.published:
        raise _ended(run)
    return {
        "runId": run_id,
        "suite": run.suite,
        "status": run.status,
        "evaluations": len(summary["evaluations"]),
        "scored": sum(1 for _ in _scored(summary)),
        "summary": s3_uri(services.objects.bucket, summary_key(run_id)),
    }


def _ended(run: Run) -> RunClosed:
    return RunClosed(
        f"Run {run.run_id} ended as {run.status} before its scores were published",
        action="Start it again.",
    )


def _scored(summary: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (entry for entry in summary["evaluations"] if "summaries" in entry)


def _scores(run: Run, summary: Mapping[str, Any]) -> Iterator[Score]:
    for entry in _scored(summary):
        for one in entry["summaries"]:
            yield Score(
                run_id=run.run_id,
                suite=run.suite,
                evaluation=entry["name"],
                subject=entry["subject"],
                metric=one["metric"],
                category=one["category"],
                direction=one["direction"],
                judge=entry["judge"],
                started_at=run.started_at,
                n=one["n"],
                mean=_decimal(one["mean"]),
                not_applicable=one["notApplicable"],
                unscored=one["unscored"],
                value_counts=one.get("valueCounts"),
                string_counts=one.get("stringCounts"),
                sample=run.sample,
                minimum=_decimal(one["minimum"]),
                maximum=_decimal(one["maximum"]),
            )


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(repr(value))
