"""The EventBridge event `Model Evaluation Completed`, as docs/events.md and schema.json say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from modeleval.promotion.version import versioned
from modeleval.telling.facts import Facts

SOURCE = "modeleval"
DETAIL_TYPE = "Model Evaluation Completed"
SCHEMA = "modeleval/event/1"
"""Raised when a field changes its meaning or goes; fields may be added without that."""
SCHEMA_FILE = Path(__file__).with_name("schema.json")


def detail(facts: Facts) -> dict[str, Any]:
    """The event's detail: every field is there, null where there is nothing to say."""
    run = facts.run
    return {
        "schema": SCHEMA,
        "runId": run.run_id,
        "suite": run.suite,
        "origin": run.origin,
        "triggeredBy": run.triggered_by,
        "stack": facts.stack,
        "status": str(run.status),
        "verdict": run.verdict,
        "why": run.verdict_why,
        "model": _model(facts),
        "failedConditions": list(facts.failed),
        "promotion": _promotion(facts),
        "summary": facts.summary,
        "executionArn": run.execution_arn,
        "startedAt": run.started_at,
        "endedAt": run.ended_at,
        "error": {"name": facts.error} if facts.error else None,
    }


def _promotion(facts: Facts) -> dict[str, Any] | None:
    """What followed for the model package, without the reason, which `why` tells.

    Of a completed run's version always something: where the step that decides it broke off, that
    nothing was done.
    """
    found = facts.run.promotion
    if found is None and facts.run.completed and versioned(facts.run):
        found = {"action": "leave", "done": False}
    if found is None:
        return None
    return {
        "action": found["action"],
        "done": found["done"],
        "status": found.get("status"),
        "askedUntil": facts.run.asked_until,
    }


def _model(facts: Facts) -> dict[str, Any] | None:
    """The run's model; as it was asked for where nobody found it."""
    found = facts.model
    if found is not None:
        return {
            "identifier": found.identifier,
            "group": found.group,
            "version": found.version,
        }
    if facts.run.model is None:
        return None
    return {"identifier": facts.run.model, "group": None, "version": None}
