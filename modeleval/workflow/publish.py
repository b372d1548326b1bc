"""The scores become visible, and then the run says so: at the end, and once before long jobs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from modeleval.artifacts import s3_uri, summary_key
from modeleval.errors import RunClosed
from modeleval.links import execution_page
from modeleval.services import Services
from modeleval.store.items import Run, RunStatus, Score
from modeleval.workflow.conditions import failed_conditions
from modeleval.workflow.load import open_run
from modeleval.workflow.timing import timestamp


def publish_run(run_id: str, services: Services, *, partly: bool = False) -> dict[str, Any]:
    """Write the scores to DynamoDB, then close the run as published; the execution's output.

    `partly`: while long jobs still run, and the run stays open as pending.

    Raises RunClosed if the run was stopped or failed meanwhile; its scores stay unpublished.
    """
    if partly:
        return _publish_partly(run_id, services)
    run = services.store.run(run_id)
    summary = json.loads(services.objects.read(summary_key(run_id)))
    gate = summary["gate"] or {}
    if not run.status.ended:
        services.store.put_scores(_scores(run, summary))
        closed = services.store.close_run(
            run_id,
            RunStatus(summary["status"]),
            phase="publish",
            endedAt=timestamp(services.now()),
            lowScores=_low_scores(summary),
            published=True,
            judged=summary["judged"],
            **_verdict(gate),
        )
        run = services.store.run(run_id)
        if not closed and not run.completed:
            raise _ended(run)
    elif not run.completed:
        raise _ended(run)
    return {
        "runId": run_id,
        "suite": run.suite,
        "origin": run.origin,
        "status": run.status,
        "verdict": gate.get("verdict"),
        "why": gate.get("why"),
        "failedConditions": failed_conditions(gate),
        "evaluations": len(summary["evaluations"]),
        "scored": sum(1 for _ in _scored(summary)),
        "summary": s3_uri(services.objects.bucket, summary_key(run_id)),
        "console": execution_page(run.execution_arn),
    }


def _publish_partly(run_id: str, services: Services) -> dict[str, Any]:
    """Write what was scored so far to DynamoDB, and say that the run is pending; how much there is.

    Nothing if no job is pending any more: the last step of all comes next.
    """
    run = open_run(run_id, services)
    if not any(job.pending for job in services.store.jobs(run_id)):
        return {"runId": run_id, "scored": 0}
    summary = json.loads(services.objects.read(summary_key(run_id)))
    scored = sum(1 for _ in _scored(summary))
    services.store.put_scores(_scores(run, summary))
    services.store.publish_partly(
        run_id,
        lowScores=_low_scores(summary),
        published=scored > 0,
        **_verdict(summary["gate"] or {}),
    )
    return {"runId": run_id, "scored": scored}


def _low_scores(summary: Mapping[str, Any]) -> int:
    return sum(entry["lowScores"]["total"] for entry in _scored(summary))


def _verdict(gate: Mapping[str, Any]) -> dict[str, Any]:
    return {"verdict": gate["verdict"], "verdictWhy": gate["why"]} if gate else {}


def _ended(run: Run) -> RunClosed:
    return RunClosed(
        f"Run {run.run_id} ended as {run.status} before its scores were published",
        action="Start it again.",
    )


def _scored(summary: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (entry for entry in summary["evaluations"] if "summaries" in entry)


def _scores(run: Run, summary: Mapping[str, Any]) -> Iterator[Score]:
    for entry in _scored(summary):
        against = _against_baseline(summary, entry)
        for one in entry["summaries"]:
            own = one.get("candidate") is None
            yield Score(
                run_id=run.run_id,
                suite=run.suite,
                evaluation=entry["name"],
                subject=_subject(entry, one),
                series=_series(run, entry),
                candidate=one.get("candidate"),
                metric=one["metric"],
                category=one["category"],
                direction=one["direction"],
                judge=entry["judge"],
                started_at=run.started_at,
                n=one["n"],
                mean=_decimal(one["mean"]),
                standard_error=_decimal(one.get("standardError")),
                not_applicable=one["notApplicable"],
                unscored=one["unscored"],
                value_counts=one.get("valueCounts"),
                string_counts=one.get("stringCounts"),
                sample=run.sample,
                low=_decimal(one["interval"]["low"]),
                high=_decimal(one["interval"]["high"]),
                **(against.get((one["metric"], one["category"]), {}) if own else {}),
                minimum=_decimal(one.get("minimum")),
                maximum=_decimal(one.get("maximum")),
            )


def _against_baseline(
    summary: Mapping[str, Any], entry: Mapping[str, Any]
) -> Mapping[tuple[str, str | None], dict[str, Any]]:
    """What the comparisons with the run's baseline came to, by metric and category."""
    label = summary["baseline"]["label"]
    return {
        (one["metric"], one["category"]): {
            "word": one["word"],
            "difference": _decimal(one["difference"]),
        }
        for one in entry["comparisons"]
        if one["against"] == label
    }


def _subject(entry: Mapping[str, Any], one: Mapping[str, Any]) -> str:
    candidate = one.get("candidate")
    return str(entry["candidates"][candidate] if candidate else entry["subject"])


def _series(run: Run, entry: Mapping[str, Any]) -> str:
    """What a history follows: the run's model over its versions, or a subject."""
    if entry["ofModel"] and run.resolved_model and run.resolved_model.get("group"):
        return str(run.resolved_model["group"])
    return str(entry["subject"])


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(repr(value))
