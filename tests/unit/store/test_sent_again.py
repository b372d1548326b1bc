"""A write whose answer was lost is sent again by the SDK, and meets itself."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from unit_documents import RUN
from unit_fakes import job, run
from unit_table import MemoryTable

from modeleval.store.budgets import Budgets
from modeleval.store.items import JobStatus, RunStatus
from modeleval.store.promotions import PromotionStore
from modeleval.store.resumes import ResumeStore
from modeleval.store.table import RunStore

MONTH = {"pk": "MONTH#suite", "sk": "2026-11"}


class SentTwice(MemoryTable):
    """Loses the answer to every update: it comes a second time, and that answer arrives."""

    def update_item(self, **arguments: Any) -> None:
        super().update_item(**arguments)
        super().update_item(**arguments)


@pytest.fixture
def table() -> Any:
    return SentTwice()


@pytest.fixture
def store(table: Any) -> RunStore:
    found = RunStore(table, retention_days=30)
    found.create_run(run())
    found.create_jobs([job(0)])
    return found


def test_a_job_ends_once_and_its_own_end_is_no_other(store: RunStore) -> None:
    ended = {"status": JobStatus.SUCCEEDED, "endedAt": "2026-11-22T00:00:00.000Z", "warnings": []}
    assert store.update_job(RUN, 0, **ended)
    assert not store.update_job(RUN, 0, status=JobStatus.FAILED)
    assert not store.update_job(RUN, 0, **ended | {"warnings": ["other"]})


def test_a_run_is_closed_by_the_call_whose_answer_was_lost(store: RunStore) -> None:
    assert store.close_run(RUN, RunStatus.SUCCEEDED, published=True, judged=4)
    assert not store.close_run(RUN, RunStatus.STOPPED)


def test_a_run_is_resumed_by_the_execution_whose_answer_was_lost(
    table: Any, store: RunStore
) -> None:
    store.close_run(RUN, RunStatus.FAILED)
    ended, resumes = store.run(RUN), ResumeStore(table, retention_days=30)
    assert resumes.reopen(ended, executionArn="arn:later", attempt=2)
    assert not resumes.reopen(ended, executionArn="arn:other", attempt=2)


def test_what_was_removed_must_be_gone(table: Any, store: RunStore) -> None:
    store.close_run(RUN, RunStatus.FAILED, verdict="failed")
    ended, resumes = store.run(RUN), ResumeStore(table, retention_days=30)
    assert resumes.reopen(ended, executionArn="arn:later", attempt=2)
    table.items[f"RUN#{RUN}", "RUN"]["verdict"] = "failed"
    assert not resumes.reopen(ended, executionArn="arn:later", attempt=2)


def test_a_persons_decision_is_taken(table: Any, store: RunStore) -> None:
    store.close_run(RUN, RunStatus.SUCCEEDED, published=True)
    promotions = PromotionStore(table)
    until = "2026-11-30T00:00:00.000Z"
    assert promotions.promoted(RUN, {"action": "ask", "done": True}, asked_until=until)
    decision = {"approved": True, "by": "someone", "at": "2026-11-22T00:00:00.000Z"}
    assert promotions.decide(RUN, decision, now="2026-11-22T00:00:00.000Z")
    assert not promotions.decide(RUN, decision | {"approved": False}, now=decision["at"])


def test_a_budget_is_reserved_once(table: Any) -> None:
    budgets = Budgets(table, retention_days=30)
    assert budgets.reserve(MONTH, "one", Decimal(3), Decimal(10)) is None
    assert budgets.reserved(MONTH) == Decimal(3)
