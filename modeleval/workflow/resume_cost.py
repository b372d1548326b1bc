"""What is missing of a run, in USD: its estimate, shared out by what the jobs are to judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal

from modeleval.cost.budget import price_unknown
from modeleval.cost.collecting import TARGET
from modeleval.cost.estimate import ModelEstimate, RunEstimate
from modeleval.cost.explain import plain
from modeleval.errors import BudgetExceeded
from modeleval.store.items import PHASES, Job, Run

_CENT = Decimal("0.01")


def estimated_usd(run: Run, jobs: Sequence[Job], some: Sequence[Job]) -> Decimal | None:
    """The part of a run's estimate that some of its jobs are; None if a price is not known.

    What AWS publishes no price for is in no estimate, and counts nothing here either.
    """
    every = _judgements(jobs)
    parts = [one for one in _parts(run) if one.purpose != TARGET]
    total = Decimal(0)
    for name, judgements in _judgements(some).items():
        estimate = RunEstimate(tuple(one for one in parts if one.evaluation == name))
        if estimate.unknown_prices:
            return None
        total += (estimate.usd or Decimal(0)) * judgements / every[name]
    return total


def missing_usd(run: Run, jobs: Sequence[Job], missing: Sequence[Job]) -> Decimal | None:
    """What the jobs come to that a resumed run still needs; None if a price is not known.

    Without jobs it has responses to collect, and then all its jobs are missing.
    """
    if jobs:
        return estimated_usd(run, jobs, missing)
    judged = RunEstimate(tuple(one for one in _parts(run) if one.purpose != TARGET))
    return None if judged.unknown_prices else judged.usd or Decimal(0)


def collected_usd(run: Run) -> Decimal:
    """What asking for responses came to, or may have; nothing before it began."""
    if run.collecting is None or PHASES.index(run.phase) < PHASES.index("collect"):
        return Decimal(0)
    return sum((one.usd or Decimal(0) for one in _parts(run) if one.purpose == TARGET), Decimal(0))


def _parts(run: Run) -> Sequence[ModelEstimate]:
    return RunEstimate.from_document(run.estimate).evaluations


def _judgements(jobs: Sequence[Job]) -> Counter[str]:
    found: Counter[str] = Counter()
    for job in jobs:
        found[job.evaluation_name] += job.judgements
    return found


def check_resume_budget(
    run: Run, jobs: Sequence[Job], missing: Sequence[Job], max_usd: Decimal | None
) -> None:
    """The run's budget holds for all its attempts together: whether a failed job was paid for, and
    how far, nobody knows, so it counts in full.

    `max_usd` takes the budget's place. Raises BudgetExceeded or PriceUnknown.
    """
    limit = run.max_usd if max_usd is None else max_usd
    if limit is None or (jobs and not missing):
        return
    where = run.budget_field if max_usd is None else "maxUsd"
    unknown = RunEstimate.from_document(run.estimate).unknown_prices
    if unknown:
        raise price_unknown(unknown, where)
    asked = [job for job in jobs if job.attempt == run.attempt and job.job_name is not None]
    earlier = sum((Decimal(one["usd"]) for one in run.attempts if "usd" in one), Decimal(0))
    spent = earlier + collected_usd(run) + (estimated_usd(run, jobs, asked) or 0)
    needed = missing_usd(run, jobs, missing) or Decimal(0)
    if spent + needed > limit:
        enough = (spent + needed).quantize(_CENT, rounding=ROUND_CEILING)
        raise BudgetExceeded(
            f"What run {run.run_id} has started is estimated at {_usd(spent)} USD and what is "
            f"missing at {_usd(needed)} USD, together above the budget of {plain(limit)} USD",
            where=where,
            action=f"A budget of {plain(enough)} USD would be enough: modeleval resume "
            f"{run.run_id} --max-usd {plain(enough)}",
        )


def _usd(amount: Decimal) -> str:
    return plain(amount.quantize(Decimal("0.0001")))
