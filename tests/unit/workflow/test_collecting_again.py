"""A run that collects, gone on with: what is done twice, resumed, paid for a month, or deleted."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from step_collecting_world import World, collected
from unit_documents import RUN, suite
from unit_fakes import FakeJobs, FakePipelines

from modeleval.artifacts import collected_dataset_key
from modeleval.cost.collecting import TARGET
from modeleval.cost.estimate import RunEstimate
from modeleval.errors import BudgetExceeded, MonthlyBudgetExceeded, NothingCollected, RunOpen
from modeleval.store import keys
from modeleval.store.batches import BatchStatus
from modeleval.store.items import RunStatus
from modeleval.store.resumes import ResumeStore
from modeleval.workflow import budget
from modeleval.workflow.budget import check_run_budget
from modeleval.workflow.delete import delete_run
from modeleval.workflow.monthly import settle_month
from modeleval.workflow.resume import resumable
from modeleval.workflow.resume_cost import missing_usd

MONTH = Decimal("0.2")


@pytest.fixture(autouse=True)
def without_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "margin_notes", lambda *_: [])


def monthly(limit: Decimal = MONTH, **changes: Any) -> World:
    document = suite(evaluations=[collected()], budget={"maxUsdPerMonth": float(limit)})
    return World(document, **changes)


def reserved(world: World) -> Decimal:
    key = keys.budget_key("support", world.run.started_at[:7], deployed=False)
    return world.store.reserved(key)


def dear(world: World, tokens: int) -> None:
    """The target's answers come to many more tokens than were estimated."""
    cheap = world.target.converse

    def converse(**request: Any) -> Any:
        return cheap(**request) | {"usage": {"inputTokens": tokens, "outputTokens": 0}}

    world.target.converse = converse  # type: ignore[method-assign]


def judged_usd(world: World) -> Decimal:
    parts = RunEstimate.from_document(world.run.estimate).evaluations
    return sum((one.usd or Decimal(0) for one in parts if one.purpose != TARGET), Decimal(0))


def test_a_dataset_is_written_once_however_often_its_jobs_are_planned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its ETag is pinned, and under a key of KMS the same content has another one each time."""
    world = World()
    world.begin()
    world.collect_all()
    written: list[str] = []
    upload = world.s3.upload_fileobj

    def uploaded(file: Any, bucket: str, key: str) -> None:
        written.append(key)
        upload(file, bucket, key)

    monkeypatch.setattr(world.s3, "upload_fileobj", uploaded)
    assert world.plan_collected() == world.plan_collected() == 1
    assert written.count(collected_dataset_key(RUN, 0)) == 1


def test_a_batch_whose_execution_died_is_failed_and_whoever_asks_for_it_asks_no_more() -> None:
    world = World(scenarios=10)
    world.begin()
    world.collect(0)
    held = {"now": world.now, "until": world.now + 45}
    assert world.store.lease_batch(RUN, 1, "somebody", **held)
    with pytest.raises(NothingCollected, match="BatchLost"):
        world.plan_collected()
    lost = world.store.batch(RUN, 1)
    assert (lost.status, lost.error and lost.error.name) == (BatchStatus.FAILED, "BatchLost")
    assert not world.store.lease_batch(RUN, 1, "somebody", **held)


def test_a_batch_that_was_given_up_is_tried_again_by_a_resume() -> None:
    world = World()
    world.begin()
    while not world.collect(left=30).ended:
        pass
    resumes = ResumeStore(world.store._table, retention_days=30)
    assert resumes.collect_again(RUN, 0, 2)
    assert world.collect().ended
    [batch] = world.store.batches(RUN)
    assert (batch.status, batch.error) == (BatchStatus.DONE, None)
    assert len(world.target.asked) == 6


def test_collecting_alone_may_not_come_to_more_than_a_month_may_cost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("modeleval.workflow.collecting.batch._LOOK_SECONDS", 0)
    world = monthly(scenarios=10)
    world.begin()
    dear(world, 10**6)
    world.collect_all()
    failed = [one.error for one in world.store.batches(RUN) if one.error]
    assert {one.name for one in failed} == {"BudgetExceeded"}
    assert "budget.maxUsdPerMonth" in failed[0].message
    assert len(world.target.asked) < 20


def test_what_was_counted_takes_the_place_of_what_was_reserved() -> None:
    world = monthly()
    world.begin()
    before = reserved(world)
    dear(world, 10**5)
    world.collect_all()
    world.plan_collected()
    check_run_budget(RUN, world.services)
    estimate = RunEstimate.from_document(world.run.estimate)
    assert reserved(world) == estimate.usd
    assert reserved(world) > before


def test_a_month_without_room_for_what_was_counted_starts_no_job() -> None:
    world = monthly()
    world.begin()
    world.store.reserve(
        keys.budget_key("support", world.run.started_at[:7], deployed=False),
        "othera1",
        MONTH - reserved(world),
        MONTH,
    )
    dear(world, 10**5)
    world.collect_all()
    world.plan_collected()
    with pytest.raises(MonthlyBudgetExceeded):
        check_run_budget(RUN, world.services)
    assert world.run.phase == "collected"


def test_a_resumed_run_reserves_the_jobs_that_it_has_not_planned_yet() -> None:
    world = monthly()
    world.begin()
    ended = world.run
    settle_month(ended, world.services)
    asked = reserved(world)
    assert missing_usd(ended, (), ()) == judged_usd(world) > 0
    world.store.update_run(RUN, attempt=2)
    world.collect_all()
    world.plan_collected()
    check_run_budget(RUN, world.services)
    assert reserved(world) == asked + judged_usd(world)
    settle_month(world.run, world.services)
    assert reserved(world) == asked


def test_a_resume_needs_a_budget_for_the_jobs_too() -> None:
    world = World(suite(evaluations=[collected()], budget={"maxUsd": 1}))
    world.begin()
    world.store.close_run(RUN, RunStatus.FAILED)
    whole = RunEstimate.from_document(world.run.estimate).usd
    assert whole is not None
    with pytest.raises(BudgetExceeded, match="resume"):
        resumable(RUN, world.services, max_usd=whole - judged_usd(world) / 2)
    assert resumable(RUN, world.services, max_usd=whole).jobs == []


def test_a_run_is_not_deleted_while_answers_of_it_may_still_be_kept() -> None:
    world = World()
    world.begin()
    assert world.store.lease_batch(RUN, 0, "me", now=world.now, until=world.now + 120)
    world.store.close_run(RUN, RunStatus.STOPPED)
    world.services.evaluation_jobs = FakeJobs()
    world.services.pipelines = FakePipelines()
    world.services.objects.delete_all = lambda _: 0
    world.now += 300
    with pytest.raises(RunOpen, match="still being collected"):
        delete_run(RUN, world.services)
    world.store.release_batch(RUN, 0, "me")
    assert delete_run(RUN, world.services).items
