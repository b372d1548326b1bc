"""Runs and scores as documents for `print_json`: what the tables show, and no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modeleval.store.items import Run, Score

FINDINGS_SHOWN = 5
EXPLANATION = 160

_RUN_FIELDS = {
    "run_id",
    "suite",
    "status",
    "phase",
    "published",
    "started_at",
    "ended_at",
    "execution_arn",
    "origin",
    "triggered_by",
    "model",
    "resolved_model",
    "baseline",
    "margins",
    "verdict",
    "verdict_why",
    "sample",
    "collecting",
    "low_scores",
    "estimate",
    "judged",
    "max_usd",
    "max_usd_per_month",
    "error",
    "promotion",
    "report",
    "asked_until",
    "decision",
    "kept_because",
    "attempt",
    "attempts",
}
_ENTRY_FIELDS = (
    "name",
    "kind",
    "subject",
    "ofModel",
    "candidates",
    "judge",
    "records",
    "status",
    "error",
    "warnings",
    "comparisons",
    "ranking",
    "repeatVariance",
    "agreement",
)


def run_document(run: Run) -> dict[str, Any]:
    """What a run is and came to. Fields that it has not are null."""
    return run.model_dump(by_alias=True, include=_RUN_FIELDS)


def score_document(score: Score) -> dict[str, Any]:
    """One published summary; its numbers are Decimals, which `print_json` takes."""
    return score.model_dump(by_alias=True)


def summary_document(summary: Mapping[str, Any]) -> dict[str, Any]:
    """The gate and the evaluations, with as many low scores as `show` prints."""
    return {
        "gate": summary.get("gate"),
        "evaluations": [_entry(entry) for entry in summary["evaluations"]],
    }


def _entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    document = {name: entry[name] for name in _ENTRY_FIELDS if name in entry}
    low = entry.get("lowScores")
    if low is not None:
        items = [
            {**item, "explanation": short(item["explanation"]) if item["explanation"] else None}
            for item in low["items"][:FINDINGS_SHOWN]
        ]
        document["lowScores"] = {**low, "items": items}
    return document


def short(text: str) -> str:
    """An explanation on one line, and no longer than `show` prints it."""
    line = " ".join(text.split())
    return line if len(line) <= EXPLANATION else line[: EXPLANATION - 1] + "…"
