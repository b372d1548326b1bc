"""Deleting a run: nothing of it is left, and nothing goes that still goes on."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from unit_documents import RUN
from unit_fakes import FakeJobs, FakePipelines, FakeStore, job, run, services

from modeleval.bedrock.evaluation_jobs import JobSummary
from modeleval.errors import RunNotFound, RunOpen, TransientServiceError
from modeleval.store.items import RunStatus
from modeleval.workflow.delete import Deleted, delete_run


class World:
    """A run that has ended, with jobs in Bedrock and seven object versions."""

    def __init__(self, *jobs: JobSummary, status: RunStatus = RunStatus.FAILED) -> None:
        self.store = FakeStore(run(status=status), job())
        self.jobs = FakeJobs(*jobs)
        self.prefixes: list[str] = []
        objects = SimpleNamespace(delete_all=lambda prefix: self.prefixes.append(prefix) or 7)
        self.pipelines = FakePipelines()
        self.services = services(
            store=self.store,
            evaluation_jobs=self.jobs,
            pipelines=self.pipelines,
            objects=objects,
        )

    def delete(self) -> Deleted:
        return delete_run(RUN, self.services)

    def is_untouched(self) -> bool:
        return bool(self.store.jobs(RUN)) and not self.prefixes and not self.jobs.deleted


def named(name: str, status: str = "Completed") -> JobSummary:
    return JobSummary(f"arn:{name}", name, status)


def test_everything_of_a_run_is_deleted_and_counted() -> None:
    world = World(named(f"{RUN}-j0-a1"), named(f"{RUN}-j0-a2", "Failed"))
    assert world.delete() == Deleted(objects=14, jobs=2, items=2)
    assert world.prefixes == [f"runs/{RUN}/", f"kept/{RUN}/"]
    with pytest.raises(RunNotFound):
        world.store.run(RUN)


def test_jobs_are_found_by_name_since_one_may_never_have_been_recorded() -> None:
    world = World(named(f"{RUN}-j7-a3"))
    world.delete()
    assert world.jobs.asked == [{"nameContains": RUN}]
    assert world.jobs.deleted == [f"arn:{RUN}-j7-a3"]


@pytest.mark.parametrize("name", [f"x-{RUN}-j0-a1", f"{RUN}-backup", f"{RUN}x-j0-a1", RUN])
def test_somebody_elses_jobs_are_left_alone(name: str) -> None:
    world = World(named(name, "InProgress"), named(name))
    assert world.delete().jobs == 0
    assert (world.jobs.stopped, world.jobs.deleted) == ([], [])


def test_a_run_that_goes_on_is_not_deleted_and_the_command_that_stops_it_is_told() -> None:
    world = World(status=RunStatus.RUNNING)
    with pytest.raises(RunOpen, match="modeleval stop meabcdefgh234567ab"):
        world.delete()
    assert world.is_untouched()


@pytest.mark.parametrize("status", ["InProgress", "Stopping"])
def test_a_job_that_still_runs_is_stopped_first_and_the_run_deleted_later(status: str) -> None:
    world = World(named(f"{RUN}-j0-a1"), named(f"{RUN}-j1-a1", status))
    with pytest.raises(RunOpen, match=r"are still stopping.*then delete the run again"):
        world.delete()
    assert world.jobs.stopped == [f"arn:{RUN}-j1-a1"]
    assert world.is_untouched()


def test_a_job_that_is_being_deleted_already_is_no_obstacle() -> None:
    world = World(named(f"{RUN}-j0-a1", "Deleting"), named(f"{RUN}-j1-a1"))
    assert world.delete().jobs == 1
    assert world.jobs.deleted == [f"arn:{RUN}-j1-a1"]


def test_while_a_job_is_kept_the_run_can_be_deleted_again() -> None:
    world = World(named(f"{RUN}-j0-a1"))

    def kept(_: Any) -> int:
        raise TransientServiceError("Bedrock kept 1 jobs", action="x")

    world.jobs.delete = kept  # type: ignore[method-assign]
    with pytest.raises(TransientServiceError):
        world.delete()
    assert world.is_untouched()


def test_an_unknown_run_cannot_be_deleted() -> None:
    with pytest.raises(RunNotFound):
        delete_run(RUN, services(store=FakeStore()))
