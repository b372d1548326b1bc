"""What a run's batches asked and collected, together, and what that costs."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from modeleval.collecting.costs import counted_cost
from modeleval.collecting.counts import BatchCounts
from modeleval.cost.estimate import ModelEstimate
from modeleval.cost.explain import plain
from modeleval.errors import BudgetExceeded
from modeleval.services import Services
from modeleval.store.batches import Batch
from modeleval.store.items import Run
from modeleval.suite.document import Suite
from modeleval.workflow.monthly import FIELD as MONTHLY


def total(batches: Sequence[Batch]) -> BatchCounts:
    """What batches counted, added up."""
    counts = (msgspec.convert(one.counts, BatchCounts) for one in batches)
    return sum(counts, BatchCounts())


def of_evaluation(batches: Sequence[Batch], number: int) -> list[Batch]:
    return [one for one in batches if one.evaluation == number]


def counted(
    suite: Suite, number: int, batches: Sequence[Batch], services: Services
) -> list[ModelEstimate]:
    """What an evaluation's batches asked of a model; an application's costs nobody here knows."""
    found = counted_cost(
        suite.collected[number].target,
        total(batches),
        evaluation=suite.evaluations[number].name,
        prices=services.settings.prices,
    )
    return [] if found is None else [found]


def check_spent(run: Run, suite: Suite, services: Services) -> None:
    """Raises BudgetExceeded if collecting alone has come to more than the run may cost, or all runs
    of its suite in a month."""
    budgets = ((run.max_usd, run.budget_field), (run.max_usd_per_month, MONTHLY))
    limits = [(usd, field) for usd, field in budgets if usd is not None]
    if not limits:
        return
    limit, field = min(limits)
    batches = services.store.batches(run.run_id)
    asked = [
        one
        for number in suite.collected
        for one in counted(suite, number, of_evaluation(batches, number), services)
    ]
    spent = sum((one.usd or Decimal(0) for one in asked), Decimal(0))
    if spent > limit:
        raise BudgetExceeded(
            f"Collecting the responses has come to {plain(spent)} USD, above the budget of "
            f"{plain(limit)} USD",
            where=field,
            action="Lower maxTokens or maxToolRounds, take fewer scenarios (sample), or raise the "
            "budget.",
        )
