"""A simulated request has the context that the caller gives it.

SimulatePrincipalPolicy takes the values of condition keys in ContextEntries (API reference).
MiniStack leaves them out, so that whatever a policy allows on a condition is denied.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import iam

from embedded_aws.patches.check import require_parameters, require_source

_NAME = "simulated_context"
_OPERATIONS = ("SimulatePrincipalPolicy", "SimulateCustomPolicy")
_entries: ContextVar[dict[str, Any] | None] = ContextVar("entries", default=None)


def apply() -> None:
    """Note the entries of a simulation, and add them to the context that it is evaluated in."""
    require_source(
        iam._build_simulate_results_real,
        _NAME,
        "from ministack.core.iam_evaluator import EvalContext, evaluate",
        "result = evaluate(ctx, policies)",
    )
    require_parameters(iam_evaluator.evaluate, _NAME, "ctx", "policies", "limits")
    for operation in _OPERATIONS:
        iam._IAM_HANDLERS[operation] = _noting(iam._IAM_HANDLERS[operation])
    original = iam_evaluator.evaluate

    def evaluate(ctx: Any, policies: Any, *limits: Any) -> Any:
        ctx.service_context = {**ctx.service_context, **(_entries.get() or {})}
        return original(ctx, policies, *limits)

    iam_evaluator.evaluate = evaluate


def _noting(original: Any) -> Any:
    def simulate(parameters: dict[str, Any]) -> Any:
        token = _entries.set(_given(parameters))
        try:
            return original(parameters)
        finally:
            _entries.reset(token)

    return simulate


def _given(parameters: dict[str, Any]) -> dict[str, Any]:
    """The entries by lower-case key, as MiniStack looks for them; several values are a list."""
    found: dict[str, Any] = {}
    number = 1
    while key := iam._p(parameters, f"ContextEntries.member.{number}.ContextKeyName"):
        values = []
        place = f"ContextEntries.member.{number}.ContextKeyValues.member"
        while value := iam._p(parameters, f"{place}.{len(values) + 1}"):
            values.append(value)
        found[key.lower()] = values[0] if len(values) == 1 else values
        number += 1
    return found
