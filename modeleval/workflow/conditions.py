"""The conditions of a gate that failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modeleval.statistics.verdict import Verdict

_CONDITIONS_TOLD = 50


def failed_conditions(gate: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The conditions that failed, by name and numbers: small enough for an execution's output."""
    told = ("evaluation", "metric", "category", "condition", "limit", "value")
    return [{name: one[name] for name in told} for one in _failed(gate)][:_CONDITIONS_TOLD]


def failed_count(gate: Mapping[str, Any]) -> int:
    """How many conditions failed, also of more than are told."""
    return len(_failed(gate))


def _failed(gate: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in gate.get("conditions", []) if one["verdict"] == Verdict.FAILED]
