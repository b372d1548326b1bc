"""Runs and jobs that are opened again: once, and only as they were read."""

from __future__ import annotations

from typing import Any

import pytest
from unit_documents import RUN
from unit_fakes import job, run
from unit_table import MemoryTable

from modeleval.store.items import Failure, JobStatus, RunStatus
from modeleval.store.resumes import ResumeStore
from modeleval.store.table import RunStore
from modeleval.store.telling import TellingStore


@pytest.fixture
def table() -> Any:
    return MemoryTable()


@pytest.fixture
def store(table: Any) -> RunStore:
    """One run that failed, with a job that failed and one that succeeded."""
    found = RunStore(table, retention_days=30)
    found.create_run(run())
    found.create_jobs([job(0), job(1)])
    failure = Failure(name="JobFailed", message="x").to_item()
    found.update_job(RUN, 0, status=JobStatus.FAILED, error=failure, jobName="n", jobArn="a")
    found.update_job(RUN, 1, status=JobStatus.SUCCEEDED, jobName="m")
    found.close_run(RUN, RunStatus.PARTIAL, verdict="inconclusive", published=True)
    return found


@pytest.fixture
def resumes(table: Any) -> ResumeStore:
    return ResumeStore(table, retention_days=30)


def test_a_run_is_opened_once(store: RunStore, resumes: ResumeStore) -> None:
    ended = store.run(RUN)
    assert resumes.reopen(ended, executionArn="arn:later", attempt=2)
    assert not resumes.reopen(ended, executionArn="arn:other", attempt=2)
    opened = store.run(RUN)
    assert (opened.status, opened.execution_arn, opened.attempt) == ("running", "arn:later", 2)
    assert (opened.published, opened.verdict) == (False, None)
    assert [one.run_id for one in store.open_runs()] == [RUN]


def test_a_run_that_goes_on_is_not_opened(store: RunStore, resumes: ResumeStore) -> None:
    resumes.reopen(store.run(RUN))
    assert not resumes.reopen(store.run(RUN), executionArn="arn:other")
    store.publish_partly(RUN, published=True)
    assert not resumes.reopen(store.run(RUN), executionArn="arn:other")


def test_a_lost_job_is_planned_again_once_per_attempt(
    store: RunStore, resumes: ResumeStore
) -> None:
    assert resumes.plan_again(RUN, 0, 2)
    assert store.job(RUN, 0) == job(0, attempt=2)
    store.update_job(RUN, 0, status=JobStatus.STARTING)
    assert not resumes.plan_again(RUN, 0, 2)
    store.update_job(RUN, 0, status=JobStatus.FAILED)
    assert not resumes.plan_again(RUN, 0, 2)
    assert resumes.plan_again(RUN, 0, 3)


def test_a_job_that_succeeded_is_not_planned_again(store: RunStore, resumes: ResumeStore) -> None:
    before = store.job(RUN, 1)
    assert not resumes.plan_again(RUN, 1, 2)
    assert store.job(RUN, 1) == before


def test_whose_run_an_execution_works_on_is_known_until_the_run_is_deleted(
    store: RunStore, resumes: ResumeStore, table: Any
) -> None:
    assert resumes.resumed_by("me-own") is None
    resumes.keep_resuming("me-own", RUN)
    resumes.reopen(store.run(RUN), resumedAs=["me-own"])
    assert resumes.resumed_by("me-own") == RUN
    store.delete_run(RUN)
    assert resumes.resumed_by("me-own") is None
    assert table.items == {}


def test_a_run_that_goes_on_is_told_of_again_and_its_step_is_not(table: Any) -> None:
    telling = TellingStore(table, retention_days=30)
    for channel in ("pipeline", "event", "notification"):
        telling.note(RUN, channel, "now")
    telling.tell_again(RUN)
    assert telling.told(RUN) == {"pipeline"}


def test_a_thousand_jobs_are_stored_in_batches_and_only_once(table: Any) -> None:
    store = RunStore(table, retention_days=30)
    store.create_jobs([job(n) for n in range(60)])
    store.update_job(RUN, 30, jobName="started")
    store.create_jobs([job(n) for n in range(70)])
    assert store.job(RUN, 30).job_name == "started"
    assert len(store.jobs(RUN)) == 70
    assert table.transactions == 6


def test_a_published_run_is_handed_over_as_it_was_read(
    store: RunStore, resumes: ResumeStore
) -> None:
    ended = store.run(RUN)
    assert resumes.hand_over(ended, executionArn="arn:later", resumedAs=["me1"])
    assert not resumes.hand_over(ended, executionArn="arn:other", resumedAs=["me2"])
    handed = {"execution_arn": "arn:later", "resumed_as": ("me1",)}
    assert store.run(RUN) == ended.model_copy(update=handed)
    assert list(store.open_runs()) == []


def test_a_run_that_is_opened_again_is_not_handed_over(
    store: RunStore, resumes: ResumeStore
) -> None:
    resumes.reopen(store.run(RUN))
    assert not resumes.hand_over(store.run(RUN), executionArn="arn:later")
