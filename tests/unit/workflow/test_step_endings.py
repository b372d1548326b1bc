"""The failure path and the reaper: what is marked, what is stopped, what is left alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from unit_documents import RUN
from unit_fakes import (
    NOBODY_TO_NOTIFY,
    FakeExecutions,
    FakeJobs,
    FakeResumes,
    FakeStore,
    Told,
    job,
    run,
    services,
)

from modeleval.bedrock.evaluation_jobs import JobSummary
from modeleval.errors import TransientServiceError
from modeleval.ids import run_id
from modeleval.store.items import JobStatus, RunStatus
from modeleval.workflow.events import ExecutionEvent, JobEvent, StatusChange
from modeleval.workflow.fail import fail_run
from modeleval.workflow.jobs import fail_job
from modeleval.workflow.reap import reap

START = 1_795_334_400_000
PARENT = run_id("arn:run", START)
NAME = f"{PARENT}-j0-a1"


class World:
    """One run with jobs, and a reaper that may stop things."""

    def __init__(
        self,
        *items: Any,
        jobs: tuple[JobSummary, ...] = (),
        resumed: dict[str, str] | None = None,
    ) -> None:
        self.store = FakeStore(*items)
        self.jobs = FakeJobs(*jobs)
        self.executions = FakeExecutions()
        self.services = services(
            store=self.store,
            resumes=FakeResumes(self.store, **resumed or {}),
            evaluation_jobs=self.jobs,
            executions=self.executions,
            environment=NOBODY_TO_NOTIFY,
            telling=Told(),
        )

    def parent_ended(self, status: str) -> int:
        return reap(event("nightly", status), self.services)

    def child_ended(
        self, status: str, number: int = 0, arn: str = "arn:child", attempt: int = 1
    ) -> int:
        return reap(event(f"{PARENT}-j{number}-a{attempt}-t0-d0", status, arn), self.services)


def event(name: str, status: str, arn: str = "arn:run", **more: Any) -> StatusChange:
    return StatusChange.model_validate(
        {"executionArn": arn, "name": name, "status": status, "startDate": START, **more}
    )


def started(number: int = 0, **changes: Any) -> Any:
    fields = {
        "run_id": PARENT,
        "status": JobStatus.RUNNING,
        "job_name": f"{PARENT}-j{number}-a1",
        "job_arn": f"arn:{number}",
        "execution_arn": "arn:child",
    }
    return job(number, **fields | changes)


@pytest.mark.parametrize(
    ("status", "run_status", "name"),
    [
        ("ABORTED", RunStatus.STOPPED, "RunStopped"),
        ("TIMED_OUT", RunStatus.FAILED, "RunTimedOut"),
        ("FAILED", RunStatus.FAILED, "ExecutionFailed"),
    ],
)
def test_a_run_is_closed_as_its_execution_ended(
    status: str, run_status: RunStatus, name: str
) -> None:
    world = World(run(run_id=PARENT))
    world.parent_ended(status)
    closed = world.store.run(PARENT)
    assert closed.status is run_status
    assert closed.error is not None
    assert closed.error.name == name
    assert closed.ended_at == "2026-11-22T08:00:00.000Z"


def test_every_job_of_an_aborted_run_is_marked_and_stopped() -> None:
    world = World(run(run_id=PARENT), started(0), started(1, execution_arn="arn:child1"))
    assert world.parent_ended("ABORTED") == 2
    assert world.jobs.stopped == ["arn:0", "arn:1"]
    assert world.executions.stopped == ["arn:child", "arn:child1"]
    assert {one.status for one in world.store.jobs(PARENT)} == {JobStatus.STOPPED}


def test_jobs_that_run_are_stopped_before_executions_and_before_others_are_marked() -> None:
    world = World(
        run(run_id=PARENT),
        job(0, run_id=PARENT),
        started(1, status=JobStatus.FAILED),
        started(2, status=JobStatus.SUCCEEDED),
        started(3, execution_arn="arn:child3"),
    )
    done: list[str] = []
    update, stop = world.store.update_job, world.executions.stop

    def marked(run_id: str, number: int, **fields: Any) -> bool:
        done.append(f"job {number}")
        return update(run_id, number, **fields)

    def stopped(arn: str, *, cause: str) -> None:
        done.append(arn)
        stop(arn, cause=cause)

    world.store.update_job = marked  # type: ignore[method-assign]
    world.executions.stop = stopped  # type: ignore[method-assign]
    world.parent_ended("ABORTED")
    assert done == ["job 3", "arn:child3", "job 0", "job 1"]
    assert world.jobs.stopped == ["arn:3", "arn:1"]


def test_an_execution_that_cannot_be_stopped_yet_keeps_no_job_running() -> None:
    world = World(run(run_id=PARENT), started(0), started(1, execution_arn="arn:child1"))

    def refused(arn: str, *, cause: str) -> None:
        raise TransientServiceError(f"{arn}: {cause}", action="x")

    world.executions.stop = refused  # type: ignore[method-assign]
    with pytest.raises(TransientServiceError):
        world.parent_ended("ABORTED")
    assert world.jobs.stopped == ["arn:0", "arn:1"]


def test_a_job_that_was_created_and_not_recorded_is_found_by_its_name() -> None:
    asked = started(0, status=JobStatus.STARTING, job_arn=None)
    world = World(run(run_id=PARENT), asked, jobs=(JobSummary("arn:9", NAME, "InProgress"),))
    assert world.parent_ended("ABORTED") == 1
    assert world.jobs.stopped == ["arn:9"]


def test_a_job_that_bedrock_was_never_asked_for_is_marked_only() -> None:
    world = World(run(run_id=PARENT), job(run_id=PARENT))
    assert world.parent_ended("ABORTED") == 0
    assert world.store.job(PARENT, 0).status is JobStatus.STOPPED
    assert world.jobs.stopped == []


def test_a_job_that_succeeded_stays_so() -> None:
    world = World(run(run_id=PARENT), started(0, status=JobStatus.SUCCEEDED))
    assert world.parent_ended("ABORTED") == 0
    assert world.store.job(PARENT, 0).status is JobStatus.SUCCEEDED
    assert world.executions.stopped == []


def test_a_run_that_failed_in_a_step_keeps_the_steps_error() -> None:
    error = {"name": "BudgetExceeded", "message": "x"}
    world = World(run(run_id=PARENT, status=RunStatus.FAILED, error=error))
    world.parent_ended("FAILED")
    closed = world.store.run(PARENT)
    assert closed.error is not None
    assert closed.error.name == "BudgetExceeded"


def test_reaping_twice_is_reaping_once() -> None:
    world = World(run(run_id=PARENT), started(0))
    world.parent_ended("ABORTED")
    first = world.store.run(PARENT), world.store.jobs(PARENT)
    world.parent_ended("TIMED_OUT")
    assert (world.store.run(PARENT), world.store.jobs(PARENT)) == first


def test_a_childs_end_ends_its_job_and_leaves_the_run_open() -> None:
    world = World(run(run_id=PARENT), started(0), started(1))
    assert world.child_ended("TIMED_OUT", 1) == 1
    assert world.store.job(PARENT, 1).status is JobStatus.FAILED
    assert world.store.job(PARENT, 0).status is JobStatus.RUNNING
    assert world.store.run(PARENT).status is RunStatus.RUNNING


def test_an_earlier_childs_end_does_not_end_the_job_that_has_another() -> None:
    world = World(run(run_id=PARENT), started(0))
    assert world.child_ended("ABORTED", arn="arn:earlier") == 0
    assert world.store.job(PARENT, 0).status is JobStatus.RUNNING


def test_a_run_that_was_stopped_before_it_was_stored_is_stored_as_stopped() -> None:
    world = World()
    assert world.parent_ended("ABORTED") == 0
    stopped = world.store.run(PARENT)
    assert (stopped.status, stopped.suite) == (RunStatus.STOPPED, "-")
    assert stopped.started_at == "2026-11-22T08:00:00.000Z"


def test_a_child_whose_job_is_not_there_is_left_alone() -> None:
    assert World(run(run_id=PARENT)).child_ended("FAILED", 7) == 0
    assert World().child_ended("FAILED") == 0


def fail(world: World, error: dict[str, str]) -> str:
    asked = {"executionArn": "arn:run", "startTime": "2026-11-22T08:00:00Z", "error": error}
    return fail_run(ExecutionEvent.model_validate(asked), world.services).name


def test_the_failure_path_closes_the_run_with_its_error() -> None:
    world = World(run(run_id=PARENT))
    assert fail(world, {"Error": "BudgetExceeded", "Cause": "too dear"}) == "BudgetExceeded"
    closed = world.store.run(PARENT)
    assert (closed.status, closed.error and closed.error.message) == (RunStatus.FAILED, "too dear")


def test_a_run_that_was_never_stored_is_stored_as_failed() -> None:
    world = World()
    assert fail(world, {"Error": "SuiteInvalid", "Cause": "wrong"}) == "SuiteInvalid"
    failed = world.store.run(PARENT)
    assert (failed.status, failed.suite, failed.execution_arn) == (RunStatus.FAILED, "-", "arn:run")
    assert (failed.error and failed.error.message) == "wrong"
    assert failed.started_at == failed.ended_at == "2026-11-22T08:00:00.000Z"


def test_a_run_that_was_stopped_stays_stopped() -> None:
    world = World(run(run_id=PARENT, status=RunStatus.STOPPED))
    assert fail(world, {"Error": "RunClosed"}) == "RunClosed"
    assert world.store.run(PARENT).status is RunStatus.STOPPED


@pytest.mark.parametrize(
    ("error", "status"),
    [("JobFailed", JobStatus.FAILED), ("RunClosed", JobStatus.STOPPED)],
)
def test_a_job_ends_as_failed_unless_its_run_was_closed(error: str, status: JobStatus) -> None:
    world = World(run(run_id=PARENT), started(0))
    asked = {"runId": PARENT, "job": 0, "error": {"Error": error}}
    fail_job(JobEvent.model_validate(asked), world.services)
    assert world.store.job(PARENT, 0).status is status
    assert world.jobs.stopped == ["arn:0"]


def test_one_job_that_cannot_be_stopped_yet_keeps_no_other_running() -> None:
    world = World(run(run_id=PARENT), *[started(number) for number in range(3)])
    stop = world.jobs.stop

    def stubborn(arn: str) -> bool:
        if arn == "arn:1":
            raise TransientServiceError("Bedrock does not stop the job yet", action="x")
        return stop(arn)

    world.jobs.stop = stubborn  # type: ignore[method-assign]
    with pytest.raises(TransientServiceError):
        world.parent_ended("ABORTED")
    assert world.jobs.stopped == ["arn:0", "arn:2"]
    assert {one.status for one in world.store.jobs(PARENT)} == {JobStatus.STOPPED}
    world.jobs.stop = stop  # type: ignore[method-assign]
    world.parent_ended("ABORTED")
    assert "arn:1" in world.jobs.stopped


def test_a_job_whose_arn_is_stored_while_it_is_ended_is_stopped_by_it() -> None:
    asked = started(0, status=JobStatus.STARTING, job_arn=None)
    world = World(run(run_id=PARENT), asked)
    marked = world.store.update_job

    def stored_meanwhile(run_id: str, number: int, **fields: Any) -> bool:
        marked(run_id, number, jobArn="arn:late")
        return marked(run_id, number, **fields)

    world.store.update_job = stored_meanwhile  # type: ignore[method-assign]
    world.parent_ended("ABORTED")
    assert world.jobs.stopped == ["arn:late"]


def test_a_job_of_a_run_is_not_one_of_another() -> None:
    assert not RUN.startswith(PARENT)
    world = World(run(run_id=PARENT), run(run_id=RUN), started(0, run_id=RUN))
    world.parent_ended("ABORTED")
    assert world.store.job(RUN, 0).status is JobStatus.RUNNING


# -- runs that were resumed ------------------------------------------------------------------------


def test_the_end_of_the_first_execution_says_nothing_of_a_run_that_was_resumed() -> None:
    going_on = run(run_id=PARENT, execution_arn="arn:later", attempt=2)
    world = World(going_on, started())
    assert world.parent_ended("ABORTED") == 0
    assert world.store.run(PARENT) == going_on
    assert world.jobs.stopped == []


def test_the_end_of_the_resuming_execution_ends_the_run() -> None:
    later = run_id("arn:later", START)
    going_on = run(run_id=PARENT, execution_arn="arn:later", attempt=2)
    world = World(going_on, started(attempt=2), resumed={later: PARENT})
    assert reap(event("resume", "ABORTED", "arn:later"), world.services) == 1
    assert world.store.run(PARENT).status is RunStatus.STOPPED
    assert world.store.find_run(later) is None


def test_an_execution_that_ended_before_it_could_resume_is_noted_and_is_no_run_itself() -> None:
    later = run_id("arn:later", START)
    ended = run(run_id=PARENT, status=RunStatus.FAILED)
    world = World(ended)
    asked = json.dumps({"resume": PARENT})
    assert reap(event("resume", "TIMED_OUT", "arn:later", input=asked), world.services) == 0
    assert world.services.resumes.resuming_ended(later) == "TIMED_OUT"
    assert world.store.find_run(later) is None
    assert world.store.run(PARENT) == ended


def test_an_execution_that_was_refused_a_run_leaves_it_alone() -> None:
    refused = run_id("arn:refused", START)
    ended = run(run_id=PARENT, status=RunStatus.SUCCEEDED)
    world = World(ended, resumed={refused: PARENT})
    assert reap(event("resume", "FAILED", "arn:refused"), world.services) == 0
    failure = fail_run(
        ExecutionEvent.model_validate(
            {
                "executionArn": "arn:refused",
                "startTime": "2026-11-22T08:00:00.000Z",
                "error": {"Error": "ResumeRefused", "Cause": "x"},
            }
        ),
        world.services,
    )
    assert failure.name == "ResumeRefused"
    assert world.store.run(PARENT) == ended
    assert world.store.find_run(refused) is None


def test_the_end_of_an_earlier_attempts_child_does_not_end_the_job_that_is_planned_again() -> None:
    again = job(run_id=PARENT, attempt=2)
    world = World(run(run_id=PARENT), again)
    assert world.child_ended("ABORTED", attempt=1) == 0
    assert world.store.job(PARENT, 0) == again
    world.child_ended("ABORTED", attempt=2)
    assert world.store.job(PARENT, 0).status is JobStatus.STOPPED
