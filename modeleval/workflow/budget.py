"""Is the run worth its price? The last question before anything is paid for."""

from __future__ import annotations

from modeleval.cost.estimate import ModelEstimate, RunEstimate, check_budget
from modeleval.errors import RunClosed
from modeleval.services import Services
from modeleval.workflow.load import open_run


def check_run_budget(run_id: str, services: Services) -> None:
    """Raises BudgetExceeded, or PriceUnknown if there is a budget and no price.

    Raises RunClosed for a run that was not planned.
    """
    run = open_run(run_id, services)
    if run.estimate is None:
        raise RunClosed(f"Run {run_id} was not planned", action="Start it again.")
    parts = tuple(ModelEstimate.from_document(part) for part in run.estimate["evaluations"])
    check_budget(RunEstimate(parts), run.max_usd, where=run.budget_field)
    services.store.update_run(run_id, phase="jobs")
