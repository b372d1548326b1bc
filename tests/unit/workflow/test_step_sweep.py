from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from unit_documents import RUN, settings
from unit_fakes import (
    NOBODY_TO_NOTIFY,
    NOW,
    FakeExecutions,
    FakeJobs,
    FakePipelines,
    FakeStore,
    MemoryS3,
    Told,
    bucket,
    job,
    run,
    services,
)
from unit_table import MemoryTable

from modeleval.bedrock.evaluation_jobs import JobSummary
from modeleval.errors import SweepIncomplete, TransientServiceError
from modeleval.sagemaker.pipelines import Execution
from modeleval.store.items import JobStatus, RunStatus
from modeleval.store.telling import TellingStore
from modeleval.workflow.sweep import Swept, sweep
from modeleval.workflow.timing import timestamp

OTHERS = "mezzzzzzzzzzzzzzzz-j0-a1"


class World:
    """A table, an account's jobs, and one sweep over both."""

    def __init__(
        self,
        *items: Any,
        jobs: tuple[JobSummary, ...] = (),
        executions: tuple[Execution, ...] = (),
        **statuses: str,
    ) -> None:
        self.store = FakeStore(*items)
        self.jobs = FakeJobs(*jobs)
        self.pipelines = FakePipelines(*executions)
        self.services = services(
            store=self.store,
            evaluation_jobs=self.jobs,
            pipelines=self.pipelines,
            executions=FakeExecutions(**statuses),
            environment=NOBODY_TO_NOTIFY,
            telling=Told(),
            objects=bucket(MemoryS3()),
            settings=settings(jobRetentionDays=7),
        )

    def listen(self, put: Any) -> None:
        """Somebody wants to hear of runs' ends, and has heard of none."""
        table: Any = MemoryTable()
        self.services.telling = TellingStore(table)
        self.services.event_bus = SimpleNamespace(put=put)

    def sweep(self) -> Swept:
        return sweep(self.services)


def live(name: str = f"{RUN}-j0-a1") -> JobSummary:
    return JobSummary("arn:live", name, "InProgress")


def ended(name: str = f"{RUN}-j0-a1") -> JobSummary:
    return JobSummary("arn:ended", name, "Completed")


def test_a_run_whose_execution_goes_on_stays_open() -> None:
    world = World(run(execution_arn="one"), one="RUNNING")
    assert world.sweep().runs == 0
    assert world.store.run(RUN).status is RunStatus.RUNNING


@pytest.mark.parametrize(("age", "closed"), [(0, 0), (299, 0), (301, 1)])
def test_a_young_run_whose_execution_is_not_shown_yet_stays_open(age: int, closed: int) -> None:
    world = World(run(execution_arn="one", started_at=timestamp(NOW - age)))
    assert world.sweep().runs == closed


def test_a_young_run_whose_execution_has_ended_is_closed() -> None:
    world = World(run(execution_arn="one", started_at=timestamp(NOW)), one="ABORTED")
    assert world.sweep().runs == 1


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


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("ABORTED", JobStatus.STOPPED),
        ("TIMED_OUT", JobStatus.FAILED),
        ("FAILED", JobStatus.FAILED),
        ("RUNNING", JobStatus.RUNNING),
    ],
)
def test_a_job_whose_execution_has_ended_ends_though_its_run_goes_on(
    status: str, expected: JobStatus
) -> None:
    going_on = {"status": JobStatus.RUNNING, "job_name": f"{RUN}-j0-a1", "job_arn": "arn:live"}
    world = World(
        run(execution_arn="one"),
        job(execution_arn="child", **going_on),
        job(1),
        one="RUNNING",
        child=status,
    )
    lost = expected.ended
    assert world.sweep() == (0, int(lost), 0)
    assert world.store.job(RUN, 0).status is expected
    assert world.jobs.stopped == (["arn:live"] if lost else [])
    assert world.store.job(RUN, 1).status is JobStatus.PLANNED
    assert world.store.run(RUN).status is RunStatus.RUNNING


def test_a_job_whose_execution_step_functions_has_forgotten_goes_on() -> None:
    world = World(
        run(execution_arn="one"),
        job(execution_arn="child", status=JobStatus.RUNNING),
        one="RUNNING",
    )
    assert world.sweep() == (0, 0, 0)
    assert world.store.job(RUN, 0).status is JobStatus.RUNNING


def test_an_earlier_attempt_is_stopped() -> None:
    second = job(attempt=2)
    world = World(run(execution_arn="one"), second, jobs=(live(),), one="RUNNING")
    assert world.sweep().stopped == 1


@pytest.mark.parametrize("name", [OTHERS, "somebody-elses-me-job"])
def test_jobs_that_are_not_this_stacks_are_left_alone(name: str) -> None:
    world = World(run(status=RunStatus.FAILED), jobs=(live(name), ended(name)))
    assert world.sweep() == (0, 0, 0)


OTHER = "me" + "b" * 16
LOST = TransientServiceError("no answer", action="x")


class Stubborn(FakeJobs):
    """Jobs of which one cannot be stopped; with `deaf` none can be listed by their state."""

    deaf = False

    def stop(self, arn: str) -> bool:
        if arn == "arn:stubborn":
            raise LOST
        return super().stop(arn)

    def list(self, **filters: Any) -> Iterator[JobSummary]:
        if self.deaf and "statusEquals" in filters:
            raise LOST
        return super().list(**filters)


def stubborn_world(*, deaf: bool = False) -> World:
    """An ended run with a job that cannot be stopped, one that can, and one that is old."""
    world = World(
        run(status=RunStatus.FAILED),
        job(),
        job(1),
        run(run_id=OTHER, execution_arn="o"),
        o="ABORTED",
    )
    world.jobs = world.services.evaluation_jobs = Stubborn(
        JobSummary("arn:stubborn", f"{RUN}-j0-a1", "InProgress"),
        JobSummary("arn:live", f"{RUN}-j1-a1", "InProgress"),
        ended(f"{RUN}-j0-a2"),
    )
    world.jobs.deaf = deaf
    return world


def test_one_job_that_cannot_be_stopped_keeps_nothing_else_from_being_done() -> None:
    world = stubborn_world()
    with pytest.raises(SweepIncomplete, match="TransientServiceError in _stop_stray") as caught:
        world.sweep()
    assert "The next one tries again" in str(caught.value)
    assert world.jobs.stopped == ["arn:live"]
    assert world.store.run(OTHER).status is RunStatus.STOPPED
    assert world.jobs.deleted == ["arn:ended"]


def test_a_list_that_cannot_be_had_keeps_the_rest_from_nothing() -> None:
    world = stubborn_world(deaf=True)
    with pytest.raises(SweepIncomplete, match="TransientServiceError in _stop_strays"):
        world.sweep()
    assert world.store.run(OTHER).status is RunStatus.STOPPED
    assert world.jobs.deleted == ["arn:ended"]


def test_a_run_that_cannot_be_looked_at_keeps_the_other_from_nothing() -> None:
    world = World(run(execution_arn="one"), run(run_id=OTHER, execution_arn="o"), o="ABORTED")
    known = world.services.executions.status

    def status(arn: str) -> str | None:
        if arn == "one":
            raise LOST
        return str(known(arn))

    world.services.executions.status = status
    with pytest.raises(SweepIncomplete, match="TransientServiceError in _close_if_dead"):
        world.sweep()
    assert world.store.run(RUN).status is RunStatus.RUNNING
    assert world.store.run(OTHER).status is RunStatus.STOPPED


def test_a_run_whose_jobs_cannot_be_read_keeps_the_others_from_nothing() -> None:
    going_on = {"status": JobStatus.RUNNING, "job_name": f"{OTHER}-j0-a1", "job_arn": "arn:live"}
    world = World(
        run(execution_arn="one"),
        run(run_id=OTHER, execution_arn="two"),
        job(run_id=OTHER, execution_arn="child", **going_on),
        one="RUNNING",
        two="RUNNING",
        child="ABORTED",
    )
    known = world.store.jobs

    def jobs(run_id: str) -> list[Any]:
        if run_id == RUN:
            raise LOST
        return known(run_id)

    world.store.jobs = jobs  # type: ignore[method-assign]
    with pytest.raises(SweepIncomplete, match="TransientServiceError in _end_dead_jobs_of"):
        world.sweep()
    assert world.store.job(OTHER, 0).status is JobStatus.STOPPED


def test_of_much_that_went_wrong_five_are_told() -> None:
    jobs = tuple(JobSummary("arn:stubborn", f"{RUN}-j{n}-a1", "InProgress") for n in range(9))
    world = World(run(status=RunStatus.FAILED), *[job(n) for n in range(9)])
    world.services.evaluation_jobs = Stubborn(*jobs)
    with pytest.raises(SweepIncomplete) as caught:
        world.sweep()
    assert str(caught.value).count("_stop_stray") == 5


def test_jobs_that_are_being_deleted_already_are_let_be() -> None:
    deleting = JobSummary("arn:ended", f"{RUN}-j0-a1", "Deleting")
    world = World(run(status=RunStatus.SUCCEEDED), job(), jobs=(deleting,))
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


def execution(name: str = f"{RUN}-j0-a1", status: str = "Executing") -> Execution:
    return Execution("arn:execution", name, status)


def test_an_execution_of_an_ended_run_is_stopped() -> None:
    world = World(run(status=RunStatus.STOPPED), job(0), executions=(execution(),))
    assert world.sweep().stopped == 1
    assert world.pipelines.stopped == ["arn:execution"]


@pytest.mark.parametrize("name", ["", "somebody-elses", OTHERS])
def test_an_execution_that_is_no_runs_of_this_stack_is_left_alone(name: str) -> None:
    world = World(run(status=RunStatus.STOPPED), job(0), executions=(execution(name),))
    world.sweep()
    assert world.pipelines.stopped == []


def test_an_execution_of_an_open_run_goes_on() -> None:
    world = World(run(execution_arn="one"), job(0), executions=(execution(),), one="RUNNING")
    world.sweep()
    assert world.pipelines.stopped == []


@pytest.mark.parametrize(("age", "told"), [(599, []), (601, ["event"])])
def test_what_nobody_could_be_told_of_is_told_later(age: int, told: list[str]) -> None:
    """The bus did not answer for longer than the run's last step could wait."""
    world = World(run(execution_arn="one"))
    world.store.close_run(RUN, RunStatus.FAILED, endedAt=timestamp(NOW - age))
    sent: list[Any] = []
    world.listen(lambda *_: sent.append("event"))
    world.sweep()
    assert sent == told
    world.sweep()
    assert sent == told


def test_one_that_still_cannot_be_told_of_keeps_no_other_from_it() -> None:
    other = f"me{'b' * 16}"
    world = World(run(execution_arn="one"), run(run_id=other, execution_arn="two"))
    for run_id in (RUN, other):
        world.store.close_run(run_id, RunStatus.FAILED, endedAt=timestamp(NOW - 3600))
    sent: list[str] = []

    def put(_source: str, _kind: str, detail: dict[str, Any]) -> None:
        if detail["runId"] == RUN:
            raise TransientServiceError("x", action="x")
        sent.append(detail["runId"])

    world.listen(put)
    with pytest.raises(SweepIncomplete):
        world.sweep()
    assert sent == [other]
    assert [one.run_id for one in world.store.untold_runs()] == [RUN]
