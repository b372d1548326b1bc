"""`stop_run`: the execution is stopped, and its jobs are waited for at the services too."""

from __future__ import annotations

from typing import Any

import pytest
from unit_documents import RUN
from unit_fakes import NOW, FakeExecutions, FakePipelines, FakeStore, job, run, services

from modeleval.bedrock.evaluation_jobs import JobSummary
from modeleval.errors import StopRefused, TransientServiceError
from modeleval.store.batches import Batch, BatchStatus
from modeleval.store.items import JobStatus, RunStatus
from modeleval.workflow import stop as module
from modeleval.workflow.stop import check_stoppable, stop_run

NAME = f"{RUN}-j0-a1"


class Bedrock:
    """One job that goes through these states, one per look."""

    def __init__(self, *states: str) -> None:
        self.states = list(states)

    def list(self, **_: Any) -> list[JobSummary]:
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        if state == "deaf":
            raise TransientServiceError("Bedrock", action="x")
        return [JobSummary("arn:job", NAME, state)]


class World:
    """A run with a job that runs and one that has succeeded; a reaper that comes when told."""

    def __init__(self, *states: str) -> None:
        running = job(0, status=JobStatus.RUNNING, job_name=NAME, job_arn="arn:job")
        done = job(1, status=JobStatus.SUCCEEDED, job_name=f"{RUN}-j1-a1")
        self.store = FakeStore(run(), running, done, job(2))
        self.executions = FakeExecutions()
        self.services = services(
            store=self.store,
            executions=self.executions,
            evaluation_jobs=Bedrock(*states),
            pipelines=FakePipelines(),
        )
        self.looks = 0

    def reap(self) -> None:
        self.store.close_run(RUN, RunStatus.STOPPED)
        for number in (0, 2):
            self.store.update_job(RUN, number, status=JobStatus.STOPPED)


def test_it_waits_until_the_service_has_ended_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World("Stopping", "Stopping", "Stopped")
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2:
            world.reap()

    monkeypatch.setattr(module.time, "sleep", sleep)
    told: list[tuple[str, ...]] = []
    found = stop_run(RUN, "arn:run", world.services, told=lambda now: told.append(now.going_on))
    assert world.executions.stopped == ["arn:run"]
    assert found.complete
    assert found.run is not None
    assert found.run.status is RunStatus.STOPPED
    # Neither the one that had succeeded nor the one that the service was never asked for.
    assert [one.job for one in found.jobs] == [0]
    assert told == [(NAME,), (NAME,), (NAME,), (NAME,), ()]


def test_what_goes_on_after_the_patience_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World("InProgress")
    monkeypatch.setattr(module.time, "sleep", lambda _: world.reap())
    found = stop_run(RUN, "arn:run", world.services, patience=-1)
    assert not found.complete
    assert found.going_on == (NAME,)
    found = stop_run(RUN, "arn:run", world.services, patience=0.05)
    assert not found.complete


def test_a_service_that_does_not_answer_may_still_run_the_job() -> None:
    world = World("deaf")
    world.reap()
    found = stop_run(RUN, "arn:run", world.services, patience=-1)
    assert not found.complete
    assert found.going_on == ("(not known: a service did not answer)",)


def test_a_run_that_is_not_stored_yet_is_stopped_by_its_execution(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store, executions = FakeStore(), FakeExecutions()
    parts = services(
        store=store,
        executions=executions,
        evaluation_jobs=Bedrock("Stopped"),
        pipelines=FakePipelines(),
    )
    stopped = run(status=RunStatus.STOPPED)
    monkeypatch.setattr(module.time, "sleep", lambda _: store.add(stopped))
    found = stop_run(RUN, "arn:run", parts)
    assert executions.stopped == ["arn:run"]
    assert (found.complete, found.jobs) == (True, ())


@pytest.mark.parametrize("status", [one for one in RunStatus if one.ended])
def test_a_run_that_has_ended_is_refused_by_name(status: RunStatus) -> None:
    with pytest.raises(StopRefused, match=f"has ended as {status}"):
        check_stoppable(run(status=status))


@pytest.mark.parametrize("status", [one for one in RunStatus if not one.ended])
def test_a_pending_run_can_be_stopped_too(status: RunStatus) -> None:
    check_stoppable(run(status=status))


def test_requests_of_a_target_that_are_under_way_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World("Stopped")
    world.reap()
    held: dict[str, Any] = {
        "status": BatchStatus.RUNNING,
        "leased_by": "me",
        "leased_until": int(NOW) + 60,
    }
    ended: dict[str, Any] = {"status": BatchStatus.FAILED, "leased_until": int(NOW) + 60}
    world.store.create_batches([batch(0, **held), batch(1, **ended), batch(2)])
    monkeypatch.setattr(module.time, "sleep", lambda _: None)
    found = stop_run(RUN, "arn:run", world.services, patience=-1)
    assert found.going_on == ("batch 0 of its responses",)
    assert not found.complete


def batch(number: int, **changes: Any) -> Batch:
    return Batch(run_id=RUN, batch=number, evaluation=0, first=0, last=1, **changes)
