"""Is the run worth its price, and can it decide what is asked? The last questions before paying."""

from __future__ import annotations

from typing import Any

from modeleval.cost.budget import check_budget
from modeleval.cost.estimate import RunEstimate
from modeleval.errors import RunClosed
from modeleval.services import Services
from modeleval.store.items import Run
from modeleval.workflow.kept_suite import suite_of
from modeleval.workflow.load import open_run
from modeleval.workflow.margin_words import margin_warnings
from modeleval.workflow.margins import margin_notes
from modeleval.workflow.monthly import reserve_month


def check_run_budget(run_id: str, services: Services) -> None:
    """Raises BudgetExceeded or MonthlyBudgetExceeded, or PriceUnknown if a budget has no price.

    Raises RunClosed for a run that was not planned.
    """
    run = open_run(run_id, services)
    if run.estimate is None:
        raise RunClosed(f"Run {run_id} was not planned", action="Start it again.")
    estimate = RunEstimate.from_document(run.estimate)
    check_budget(estimate, run.max_usd, where=run.budget_field)
    reserve_month(run, estimate, services)
    notes = margin_notes(run, suite_of(run, services), services)
    collect = run.collecting is not None and run.phase != "collected"
    phase = "collect" if collect else "jobs"
    services.store.update_run(run_id, phase=phase, margins=notes, **_warned(run, notes))


def _warned(run: Run, notes: list[dict[str, Any]]) -> dict[str, Any]:
    """The evaluations with what their records will hardly decide among their warnings."""
    told: dict[str, list[str]] = {}
    for evaluation, sentence in margin_warnings(notes):
        told.setdefault(evaluation, []).append(sentence)
    if not told:
        return {}
    facts = [
        one.model_copy(
            update={"warnings": tuple(dict.fromkeys((*one.warnings, *told.get(one.name, ()))))}
        )
        for one in run.evaluations
    ]
    return {"evaluations": [one.to_item() for one in facts]}
