"""A suite's monthly budget: each run reserves its estimate, and is settled for what it came to."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal

from modeleval.cost.budget import price_unknown
from modeleval.cost.estimate import RunEstimate
from modeleval.cost.explain import plain
from modeleval.errors import MonthlyBudgetExceeded
from modeleval.services import Services
from modeleval.store import keys
from modeleval.store.items import Run
from modeleval.suite.origins import DEPLOYED
from modeleval.workflow.resume_cost import collected_usd, estimated_usd, missing_usd

FIELD = "budget.maxUsdPerMonth"
_CENT = Decimal("0.01")


def reserve_month(run: Run, estimate: RunEstimate, services: Services) -> None:
    """Reserve a run's estimate of its month's budget, once per attempt, however often it is asked.

    Raises PriceUnknown, or MonthlyBudgetExceeded with what is left.
    """
    if run.max_usd_per_month is None:
        return
    if estimate.unknown_prices:
        raise price_unknown(estimate.unknown_prices, FIELD)
    if run.phase == "collected":
        reserve_usd(run, _after_collecting(run, estimate), services, anew=True)
    else:
        reserve_usd(run, estimate.usd or Decimal(0), services)


def _after_collecting(run: Run, estimate: RunEstimate) -> Decimal:
    """What an attempt comes to: what was asked was reserved by the first one."""
    if run.attempt == 1:
        return estimate.usd or Decimal(0)
    return missing_usd(run, (), ()) or Decimal(0)


def reserve_usd(run: Run, usd: Decimal, services: Services, *, anew: bool = False) -> None:
    """The same of any sum: what is missing of a run that is resumed. `anew`: in the place of what
    the attempt reserved before."""
    limit = run.max_usd_per_month
    if limit is None:
        return
    others = services.store.reserve(_key(run), _name(run), usd, limit, anew=anew)
    if others is None:
        return
    left = max(limit - others, Decimal(0))
    raise MonthlyBudgetExceeded(
        f"The run is estimated at {plain(usd)} USD, and of the {plain(limit)} USD that runs of "
        f"{run.suite} may cost in {_month(run)} there are {_cents(left)} USD left",
        where=FIELD,
        action="Wait for the next month (UTC), take fewer records or metrics, or raise it.",
    )


def settle_month(run: Run, services: Services) -> None:
    """A run has ended: what its jobs never asked for is free again.

    A job that was asked for counts in full, also if it failed: nobody knows how far it was paid
    for. Done again, it comes to the same.
    """
    if run.max_usd_per_month is None:
        return
    jobs = services.store.jobs(run.run_id)
    asked = [job for job in jobs if job.job_name is not None and job.attempt == run.attempt]
    collected = collected_usd(run) if run.attempt == 1 else Decimal(0)
    usd = collected + (estimated_usd(run, jobs, asked) or 0)
    services.store.settle(_key(run), _name(run), usd)


def _key(run: Run) -> dict[str, str]:
    return keys.budget_key(run.suite, _month(run), deployed=run.origin == DEPLOYED)


def _month(run: Run) -> str:
    """yyyy-mm, UTC, of the run's start: the same for every step, and for every attempt."""
    return run.started_at[:7]


def _name(run: Run) -> str:
    return f"{run.run_id}a{run.attempt}"


def _cents(usd: Decimal) -> str:
    return plain(usd.quantize(_CENT, rounding=ROUND_FLOOR))
