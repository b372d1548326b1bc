"""Is the run worth its price? The last question before anything is paid for."""

from __future__ import annotations

from modeleval.cost.estimate import JudgeEstimate, RunEstimate, check_budget
from modeleval.errors import PriceUnknown
from modeleval.services import Services
from modeleval.workflow.load import open_run


def check_run_budget(run_id: str, services: Services) -> None:
    """Raises BudgetExceeded, or PriceUnknown if there is a budget and no price."""
    run = open_run(run_id, services)
    if run.estimate is None:
        raise PriceUnknown(
            f"Run {run_id} has no estimate", action="Start it again: its plan was not stored."
        )
    parts = tuple(JudgeEstimate.from_document(part) for part in run.estimate["evaluations"])
    check_budget(RunEstimate(parts), run.max_usd)
    services.store.update_run(run_id, phase="jobs")
