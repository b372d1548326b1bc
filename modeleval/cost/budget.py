"""Whether a budget allows what a run is estimated at; what would fit if not."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

from modeleval.cost.estimate import ModelEstimate, RunEstimate
from modeleval.cost.explain import plain
from modeleval.cost.prices import short_id
from modeleval.errors import BudgetExceeded, PriceUnknown

_CENT = Decimal("0.01")


def check_budget(
    estimate: RunEstimate, max_usd: Decimal | None, *, where: str = "budget.maxUsd"
) -> None:
    """Return if the run may start; `max_usd` None is no budget, and an estimate equal to it fits.

    `where` names the field that set the budget. Raises PriceUnknown with the models whose price is
    missing, and BudgetExceeded with what would fit.
    """
    if max_usd is None:
        return
    if estimate.unknown_prices:
        raise price_unknown(estimate.unknown_prices, where)
    total = estimate.usd
    if total is not None and total > max_usd:
        raise BudgetExceeded(
            f"The run is estimated at {plain(total)} USD, above the budget of {plain(max_usd)} USD",
            where=where,
            action=_advice(estimate, total, max_usd),
        )


def price_unknown(models: tuple[str, ...], where: str) -> PriceUnknown:
    """The error for a budget, set by the field `where`, that needs these models' prices."""
    return PriceUnknown(
        f"A budget is set, and no price is known for {', '.join(models)}",
        where=where,
        action=(
            "Add to the settings, in USD per million tokens: "
            f'"prices": {{"{short_id(models[0])}": {{"input": ..., "output": ...}}}}; '
            "or choose models whose price is known."
        ),
    )


def _advice(estimate: RunEstimate, total: Decimal, max_usd: Decimal) -> str:
    dearest = max(estimate.evaluations, key=lambda one: one.usd or 0)
    enough = total.quantize(_CENT, rounding=ROUND_CEILING)
    return (
        f"The dearest part is the {dearest.purpose} of {dearest.evaluation}: {dearest.formula}. "
        f"{_what_fits(dearest, total, max_usd)} A budget of {plain(enough)} USD would be enough."
    )


def _what_fits(dearest: ModelEstimate, total: Decimal, max_usd: Decimal) -> str:
    """How many of its records, or of its metrics, the other evaluations leave room for."""
    cost = dearest.usd or Decimal(0)
    left = max(max_usd - (total - cost), Decimal(0))
    records = int(left * dearest.records // cost)
    metrics = int(left * dearest.metrics // cost)
    if records == 0 and metrics == 0:
        return "Not one of its records would fit."
    room = f"{records:,} of its {dearest.records:,} records would fit"
    if metrics:
        room += f", or {metrics:,} of its {dearest.metrics:,} metrics"
    return room + "."
