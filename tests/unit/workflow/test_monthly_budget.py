"""A suite's monthly budget: reserved once per attempt, and free again where nothing was asked."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit_documents import RUN
from unit_fakes import job, run, services
from unit_table import MemoryTable

from modeleval.cost.estimate import RunEstimate, estimate_judge
from modeleval.errors import MonthlyBudgetExceeded, PriceUnknown, TransientServiceError
from modeleval.store.items import JobStatus
from modeleval.store.table import RunStore
from modeleval.workflow.monthly import reserve_month, reserve_usd, settle_month

LIMIT = Decimal(10)
OTHER = RUN[:-1] + "7"
THIRD = RUN[:-1] + "z"


class World:
    """A table, and runs of one suite that was deployed."""

    def __init__(self) -> None:
        self.table = MemoryTable()
        self.services = services(store=RunStore(self.table, retention_days=30))  # type: ignore[arg-type]

    def run(self, run_id: str = RUN, **changes: Any) -> Any:
        return run(run_id=run_id, **{"origin": "deployed", "maxUsdPerMonth": LIMIT} | changes)

    def reserve(self, usd: str, run_id: str = RUN, **changes: Any) -> None:
        reserve_usd(self.run(run_id, **changes), Decimal(usd), self.services)

    @property
    def totals(self) -> dict[str, Decimal]:
        return {
            f"{pk} {sk}": item["total"]
            for (pk, sk), item in self.table.items.items()
            if pk.startswith("BUDGET#")
        }


@pytest.fixture
def world() -> World:
    return World()


def test_runs_reserve_until_the_budget_is_used_up(world: World) -> None:
    world.reserve("6")
    world.reserve("4", OTHER)
    with pytest.raises(MonthlyBudgetExceeded) as caught:
        world.reserve("0.01", THIRD)
    assert "in 2026-11 there are 0 USD left (budget.maxUsdPerMonth)" in str(caught.value)
    assert world.totals == {"BUDGET#support MONTH#2026-11": 10}


def test_a_step_that_comes_twice_reserves_once_also_when_others_used_the_rest(world: World) -> None:
    world.reserve("6")
    world.reserve("4", OTHER)
    world.reserve("6")
    assert set(world.totals.values()) == {10}


def test_months_suites_and_suites_that_were_not_deployed_have_budgets_of_their_own(
    world: World,
) -> None:
    world.reserve("10")
    world.reserve("10", OTHER, started_at="2026-12-01T00:00:00.000Z")
    world.reserve("10", OTHER, suite="other")
    world.reserve("10", OTHER, origin="inline")
    assert len(world.totals) == 4


def test_a_resumed_run_reserves_beside_what_it_reserved_before(world: World) -> None:
    world.reserve("6")
    world.reserve("3", attempt=2)
    world.reserve("3", attempt=2)
    assert set(world.totals.values()) == {9}


def test_a_run_without_such_a_budget_reserves_nothing(world: World) -> None:
    world.reserve("6", maxUsdPerMonth=None)
    settle_month(world.run(maxUsdPerMonth=None), world.services)
    assert world.totals == {}


def test_a_price_that_is_not_known_is_refused(world: World) -> None:
    estimate = RunEstimate((estimate_judge(evaluation="e0", records=1, metrics=1, judge="x.y"),))
    with pytest.raises(PriceUnknown, match=r"\(budget.maxUsdPerMonth\)"):
        reserve_month(world.run(), estimate, world.services)


def test_jobs_that_were_never_asked_for_are_free_again(world: World) -> None:
    judge = "amazon.nova-pro-v1:0"
    estimate = RunEstimate(
        tuple(
            estimate_judge(evaluation=name, records=1_000, metrics=1, judge=judge)
            for name in ("e0", "e1")
        )
    )
    asked = world.run(estimate=estimate.to_document())
    reserve_month(asked, estimate, world.services)
    assert set(world.totals.values()) == {Decimal("3.68")}

    store = world.services.store
    store.create_jobs([job(0), job(1)])
    store.update_job(RUN, 0, jobName="n", status=JobStatus.FAILED)
    for _ in range(2):
        settle_month(asked, world.services)

    assert set(world.totals.values()) == {Decimal("1.84")}


def test_a_run_of_which_no_job_was_asked_for_frees_all(world: World) -> None:
    world.reserve("6")
    world.services.store.create_jobs([job(0)])
    settle_month(world.run(), world.services)
    assert set(world.totals.values()) == {0}


def test_what_was_never_reserved_is_not_settled(world: World) -> None:
    world.reserve("6")
    settle_month(world.run(OTHER), world.services)
    assert set(world.totals.values()) == {6}


def test_a_total_that_others_change_again_and_again_is_tried_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.reserve("1", OTHER)
    monkeypatch.setattr(RunStore, "_update", lambda *_, **__: False)
    with pytest.raises(TransientServiceError, match="reserve of its budget at once"):
        world.reserve("1")


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 9)), max_size=20))
def test_the_total_is_the_sum_of_what_is_held_and_never_above_the_limit(
    asked: list[tuple[int, int]],
) -> None:
    world, held = World(), dict[int, int]()
    for number, usd in asked:
        try:
            world.reserve(str(usd), f"{RUN[:-1]}{chr(ord('a') + number)}")
            held.setdefault(number, usd)
        except MonthlyBudgetExceeded:
            assert number not in held
            assert sum(held.values()) + usd > LIMIT
    assert sum(world.totals.values()) == sum(held.values()) <= LIMIT
