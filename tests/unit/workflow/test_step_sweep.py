from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from unit_documents import RUN, settings
from unit_fakes import NOW, FakeExecutions, FakeJobs, FakeStore, job, run, services

from modeleval.bedrock.evaluation_jobs import JobSummary
from modeleval.store.items import JobStatus, RunStatus
from modeleval.workflow.sweep import Swept, sweep

OTHERS = "mezzzzzzzzzzzzzzzz-j0-a1"


class World:
    """A table, an account's jobs, and one sweep over both."""

    def __init__(self, *items: Any, jobs: tuple[JobSummary, ...] = (), **statuses: str) -> None:
        self.store = FakeStore(*items)
        self.jobs = FakeJobs(*jobs)
        self.services = services(
            store=self.store,
            evaluation_jobs=self.jobs,
            executions=FakeExecutions(**statuses),
            environment=SimpleNamespace(stack_name="modeleval"),
            settings=settings(jobRetentionDays=7),
        )

    def sweep(self) -> Swept:
        return sweep(self.services)


def live(name: str = f"{RUN}-j0-a1") -> JobSummary:
    return JobSummary("arn:live", name, "InProgress")


def ended(name: str = f"{RUN}-j0-a1") -> JobSummary:
    return JobSummary("arn:ended", name, "Completed")


@pytest.mark.parametrize("status", ["RUNNING", "PENDING_REDRIVE"])
def test_a_run_whose_execution_goes_on_stays_open(status: str) -> None:
    world = World(run(execution_arn="one"), one=status)
    assert world.sweep().runs == 0
    assert world.store.run(RUN).status is RunStatus.RUNNING


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ({"one": "ABORTED"}, RunStatus.STOPPED),
        ({"one": "FAILED"}, RunStatus.FAILED),
        ({"one": "TIMED_OUT"}, RunStatus.FAILED),
        ({}, RunStatus.FAILED),
    ],
)
def test_a_run_whose_execution_has_ended_or_is_forgotten_is_closed(
    statuses: dict[str, str], expected: RunStatus
) -> None:
    world = World(run(execution_arn="one"), **statuses)
    assert world.sweep().runs == 1
    assert world.store.run(RUN).status is expected


def test_a_job_of_a_run_that_has_ended_is_stopped() -> None:
    world = World(run(status=RunStatus.FAILED), job(), jobs=(live(),))
    assert world.sweep().stopped == 1
    assert world.jobs.stopped == ["arn:live"]


def test_a_job_of_an_open_run_goes_on() -> None:
    world = World(run(execution_arn="one"), job(), jobs=(live(),), one="RUNNING")
    assert world.sweep() == (0, 0, 0)


def test_a_job_that_was_given_up_is_stopped_though_its_run_is_open() -> None:
    given_up = job(status=JobStatus.FAILED)
    world = World(run(execution_arn="one"), given_up, jobs=(live(),), one="RUNNING")
    assert world.sweep().stopped == 1


def test_an_earlier_attempt_is_stopped() -> None:
    second = job(attempt=2)
    world = World(run(execution_arn="one"), second, jobs=(live(),), one="RUNNING")
    assert world.sweep().stopped == 1


@pytest.mark.parametrize("name", [OTHERS, "somebody-elses-me-job"])
def test_jobs_that_are_not_this_stacks_are_left_alone(name: str) -> None:
    world = World(run(status=RunStatus.FAILED), jobs=(live(name), ended(name)))
    assert world.sweep() == (0, 0, 0)


def test_old_jobs_of_ended_runs_are_deleted() -> None:
    world = World(run(status=RunStatus.SUCCEEDED), job(), jobs=(ended(),))
    assert world.sweep().deleted == 1
    assert world.jobs.deleted == ["arn:ended"]
    before = datetime.fromtimestamp(NOW, UTC) - timedelta(days=7)
    assert {"before": before, "nameContains": "me"} in world.jobs.asked


def test_jobs_of_an_open_run_are_kept_however_old() -> None:
    world = World(run(execution_arn="one"), job(), jobs=(ended(),), one="RUNNING")
    assert world.sweep().deleted == 0
