"""One job's steps, as far as they decide what comes next."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from unit_documents import RUN
from unit_fakes import NOW, FakeJobs, FakeStore, MemoryS3, bucket, job, run, services

from modeleval.artifacts import record_scores_key
from modeleval.bedrock.evaluation_jobs import JobDetails
from modeleval.errors import (
    ConcurrencyReached,
    JobFailed,
    JobRefused,
    JobStopped,
    JobTimedOut,
    OutputUnusable,
    RunClosed,
    TransientServiceError,
)
from modeleval.kinds.bedrock_judge import BedrockJudge
from modeleval.kinds.protocol import Collected
from modeleval.scores.records import RecordScore, read_record_scores
from modeleval.store.items import JobStatus, RunStatus
from modeleval.store.queues import Place, Ticket
from modeleval.workflow.events import JobEvent
from modeleval.workflow.jobs import Wait, check_job, collect_job, fail_job, start_job
from modeleval.workflow.timing import timestamp

EVENT = JobEvent.model_validate({"runId": RUN, "job": 0, "executionArn": "arn:child"})


class World:
    """A run with one job, and a service that answers as the test says."""

    def __init__(self, *items: Any, answer: Any = "arn:job", status: str = "InProgress") -> None:
        self.store = FakeStore(*items)
        self.jobs = FakeJobs()
        self.jobs.create = self._create  # type: ignore[attr-defined]
        self.jobs.get = self._get  # type: ignore[attr-defined]
        self._answer = answer
        self._status = status
        self.before: list[Any] = []
        environment = SimpleNamespace(
            stack_name="modeleval", bucket_name="b", bedrock_role_arn="arn:role", kms_key_arn=""
        )
        self.s3 = MemoryS3()
        self.services = services(
            store=self.store,
            evaluation_jobs=self.jobs,
            objects=bucket(self.s3),
            environment=environment,
        )

    def _create(self, _: dict[str, Any]) -> str:
        self.before.append(self.store.job(RUN, 0))
        if isinstance(self._answer, Exception):
            raise self._answer
        if callable(self._answer):
            self._answer(self.store)
            return "arn:job"
        return str(self._answer)

    def _get(self, _: str) -> JobDetails:
        if isinstance(self._answer, Exception):
            raise self._answer
        return JobDetails(self._status, "")

    @property
    def job(self) -> Any:
        return self.store.job(RUN, 0)


def planned(**changes: Any) -> Any:
    spec = {
        "part": 0,
        "judge": "j",
        "metrics": [],
        "customMetrics": [],
        "precomputed": "s",
        "model": None,
        "datasetName": "d",
    }
    return job(spec=spec, **changes)


def going(age: float = 0, **changes: Any) -> Any:
    fields = {
        "status": JobStatus.RUNNING,
        "job_arn": "arn:job",
        "job_name": f"{RUN}-j0-a1",
        "asked_at": timestamp(NOW - age),
    }
    return planned(**fields | changes)


def test_a_started_job_is_waited_for() -> None:
    world = World(run(), planned())
    assert start_job(EVENT, world.services) == Wait("running", 30)
    assert (world.job.status, world.job.job_arn) == (JobStatus.RUNNING, "arn:job")


def test_a_jobs_name_is_stored_before_the_service_is_asked() -> None:
    world = World(run(), planned())
    start_job(EVENT, world.services)
    [before] = world.before
    assert (before.job_name, before.status) == (f"{RUN}-j0-a1", JobStatus.STARTING)
    assert before.execution_arn == "arn:child"


def test_a_step_that_runs_twice_starts_one_job() -> None:
    world = World(run(), planned())
    start_job(EVENT, world.services)
    assert start_job(EVENT, world.services) == Wait("running", 30)
    assert len(world.before) == 1


def test_no_room_is_a_queue_whose_time_counts_from_the_first_question() -> None:
    full = ConcurrencyReached("full", action="wait")
    world = World(run(), planned(asked_at=timestamp(NOW - 100)), answer=full)
    wait = start_job(EVENT, world.services)
    assert wait.status == "queued"
    assert 13 <= wait.seconds <= 17
    assert (world.job.status, world.job.asked_at) == (JobStatus.QUEUED, timestamp(NOW - 100))


LOST = TransientServiceError("Bedrock did not answer", action="x")


def test_a_service_that_does_not_answer_is_asked_again_for_the_job_may_be_there() -> None:
    world = World(run(), planned(), answer=LOST)
    wait = start_job(EVENT, world.services)
    assert wait.status == "queued"
    assert (world.job.status, world.job.asked_at) == (JobStatus.STARTING, timestamp(NOW))


def waiting(world: World, *, until: float = NOW + 60, since: float = NOW - 100) -> Ticket:
    """Another run's job that waits in the queue of Bedrock's jobs."""
    ticket = Ticket("bedrock", timestamp(since), "meaaaaaaaaaaaaaaaa", 0)
    world.store.take_ticket(ticket, until=until)
    return ticket


def test_who_came_later_waits_without_asking_and_is_stopped_like_any_other() -> None:
    world = World(run(), planned())
    waiting(world)
    wait = start_job(EVENT, world.services)
    assert (wait.status, world.before) == ("queued", [])
    assert (world.job.status, world.job.asked_at) == (JobStatus.QUEUED, timestamp(NOW))
    assert (world.job.execution_arn, world.job.job_name) == ("arn:child", None)


def test_who_came_first_asks_though_others_wait() -> None:
    world = World(run(), planned(asked_at=timestamp(NOW - 200), status=JobStatus.QUEUED))
    waiting(world)
    assert start_job(EVENT, world.services).status == "running"


def test_who_no_longer_comes_back_is_in_nobodys_way() -> None:
    world = World(run(), planned())
    waiting(world, until=NOW - 1)
    assert start_job(EVENT, world.services).status == "running"


def test_a_job_that_got_room_or_failed_lets_the_next_one_ask() -> None:
    for answer in ("arn:job", LOST):
        world = World(run(), planned(), answer=answer)
        since = timestamp(NOW)
        world.store.add(planned(asked_at=since, status=JobStatus.QUEUED))
        world.store.take_ticket(Ticket("bedrock", since, RUN, 0), until=NOW + 60)
        start_job(EVENT, world.services)
        later = Ticket("bedrock", timestamp(NOW + 1), "meaaaaaaaaaaaaaaaa", 0)
        assert world.store.place(later, now=NOW) == Place()


def test_a_job_that_is_ended_leaves_the_queue() -> None:
    full = ConcurrencyReached("full", action="wait")
    world = World(run(), planned(), answer=full)
    start_job(EVENT, world.services)
    later = Ticket("bedrock", timestamp(NOW + 1), "meaaaaaaaaaaaaaaaa", 0)
    assert world.store.place(later, now=NOW).ahead == 1
    fail_job(EVENT, world.services)
    assert world.store.place(later, now=NOW).ahead == 0


def test_a_job_that_may_have_started_asks_whoever_waits() -> None:
    """Else it would run, and be paid for, while it waits for its turn."""
    world = World(run(), planned(asked_at=timestamp(NOW), status=JobStatus.STARTING))
    waiting(world)
    assert start_job(EVENT, world.services).status == "running"


def test_people_who_answer_hold_up_no_other_job() -> None:
    world = World(run(), planned())
    people = Ticket("bedrock-human", timestamp(NOW - 100), "meaaaaaaaaaaaaaaaa", 0)
    world.store.take_ticket(people, until=NOW + 60)
    assert start_job(EVENT, world.services).status == "running"


def test_how_long_it_stands_near_the_front_is_kept_with_its_ticket() -> None:
    full = ConcurrencyReached("full", action="wait")
    world = World(run(), planned(), answer=full)
    ticket = Ticket("bedrock", timestamp(NOW), RUN, 0)
    start_job(EVENT, world.services)
    assert world.store.place(ticket, now=NOW) == Place(0, int(NOW))
    world.store.take_ticket(ticket, until=NOW + 60, near_since=NOW - 10_000)
    assert 90 <= start_job(EVENT, world.services).seconds <= 110


def test_a_service_that_never_answers_is_not_asked_for_ever() -> None:
    world = World(run(), planned(asked_at=timestamp(NOW - 3601)), answer=LOST)
    with pytest.raises(JobTimedOut):
        start_job(EVENT, world.services)


def test_a_refusal_is_no_queue() -> None:
    refused = JobRefused("no", action="x")
    with pytest.raises(JobRefused):
        start_job(EVENT, World(run(), planned(), answer=refused).services)


def test_a_job_that_waited_too_long_in_the_queue_is_not_started() -> None:
    world = World(run(), planned(asked_at=timestamp(NOW - 3601)))
    with pytest.raises(JobTimedOut, match="within 1 hours, time in the queue included"):
        start_job(EVENT, world.services)
    assert world.before == []


def test_a_run_that_was_stopped_while_the_service_answered_leaves_no_paid_job() -> None:
    def stopped_meanwhile(store: FakeStore) -> None:
        store.update_job(RUN, 0, status=JobStatus.STOPPED)

    world = World(run(), planned(), answer=stopped_meanwhile)
    with pytest.raises(RunClosed):
        start_job(EVENT, world.services)
    assert world.jobs.stopped == ["arn:job"]


@pytest.mark.parametrize(
    "items",
    [
        (run(status=RunStatus.STOPPED), planned()),
        (run(), planned(status=JobStatus.STOPPED)),
    ],
)
def test_nothing_is_started_for_what_has_ended(items: Any) -> None:
    world = World(*items)
    with pytest.raises(RunClosed):
        start_job(EVENT, world.services)
    assert world.before == []


AGES = [(0, 30), (1000, 100), (3600, 360)]


@pytest.mark.parametrize(("age", "seconds"), AGES)
def test_a_job_that_goes_on_is_looked_at_the_later_the_older_it_is(age: int, seconds: int) -> None:
    world = World(run(), going(age))
    assert check_job(EVENT, world.services) == Wait("running", seconds)


@pytest.mark.parametrize(("age", "seconds"), AGES)
def test_a_jobs_time_in_the_queue_does_not_make_it_old(age: int, seconds: int) -> None:
    world = World(run(), going(3600, started_at=timestamp(NOW - age)))
    assert check_job(EVENT, world.services) == Wait("running", seconds)


@pytest.mark.parametrize(("age", "seconds"), AGES)
def test_a_look_that_was_not_answered_is_taken_for_a_job_that_goes_on(
    age: int, seconds: int
) -> None:
    world = World(run(), going(age), answer=LOST)
    assert check_job(EVENT, world.services) == Wait("running", seconds)
    assert world.job.status is JobStatus.RUNNING


def test_looks_that_are_never_answered_end_at_the_deadline() -> None:
    with pytest.raises(JobTimedOut, match="deadlineHours"):
        check_job(EVENT, World(run(), going(3601), answer=LOST).services)


def test_a_job_that_is_complete_is_done_however_late() -> None:
    world = World(run(), going(10_000), status="Completed")
    assert check_job(EVENT, world.services) == Wait("done")


@pytest.mark.parametrize(
    ("status", "error"), [("Failed", JobFailed), ("Stopped", JobStopped), ("Deleting", JobStopped)]
)
def test_a_job_that_will_not_succeed_is_an_error(status: str, error: type[Exception]) -> None:
    with pytest.raises(error, match=f"{RUN}-j0-a1"):
        check_job(EVENT, World(run(), going(), status=status).services)


def test_a_job_that_failed_without_a_reason_says_so() -> None:
    with pytest.raises(JobFailed, match="the service gave no reason"):
        check_job(EVENT, World(run(), going(), status="Failed").services)


def test_a_job_past_its_deadline_has_timed_out() -> None:
    with pytest.raises(JobTimedOut, match="deadlineHours"):
        check_job(EVENT, World(run(), going(3601)).services)


def test_a_job_that_is_being_asked_for_once_more_is_waited_for_until_its_deadline() -> None:
    waiting = check_job(
        EVENT, World(run(), going(job_arn=None, status=JobStatus.STARTING)).services
    )
    assert waiting.status == "running"
    late = going(3601, job_arn=None, status=JobStatus.STARTING)
    with pytest.raises(JobTimedOut):
        check_job(EVENT, World(run(), late).services)


def test_a_job_that_was_never_started_cannot_be_looked_at() -> None:
    with pytest.raises(JobFailed, match="never started"):
        check_job(EVENT, World(run(), planned()).services)


def test_a_collection_whose_answer_was_lost_is_not_done_again() -> None:
    world = World(run(), going(status=JobStatus.SUCCEEDED))
    collect_job(EVENT, world.services)
    assert world.s3.objects == {}


@pytest.mark.parametrize("status", [JobStatus.FAILED, JobStatus.STOPPED])
def test_nothing_is_collected_for_a_job_that_ended_otherwise(status: JobStatus) -> None:
    with pytest.raises(RunClosed, match=f"ended as {status}"):
        collect_job(EVENT, World(run(), going(status=status)).services)


def test_what_was_collected_is_kept_with_its_warnings(monkeypatch: pytest.MonkeyPatch) -> None:
    score = RecordScore(key="k-0", line=1, metric="Correctness", value=1.0)
    collected = Collected(iter([score]), ["The output holds no score of Tone"])
    monkeypatch.setattr(BedrockJudge, "collect", lambda *_: collected)
    world = World(run(), going())
    collect_job(EVENT, world.services)
    assert world.job.status is JobStatus.SUCCEEDED
    assert world.job.warnings == ("The output holds no score of Tone",)
    lines = world.s3.objects[record_scores_key(RUN, 0)].splitlines()
    assert list(read_record_scores(lines)) == [score]


def test_a_job_whose_output_is_unusable_is_left_to_the_failure_path(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unusable(*_: object) -> None:
        raise OutputUnusable("nothing", action="x")

    monkeypatch.setattr(BedrockJudge, "collect", unusable)
    world = World(run(), going())
    with pytest.raises(OutputUnusable):
        collect_job(EVENT, world.services)
    assert world.job.status is JobStatus.COLLECTING
    assert world.s3.objects == {}


def test_the_kind_is_asked_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(BedrockJudge, "start", lambda _, context: asked.append(context) or "arn:x")
    world = World(run(tags={"team": "search"}), planned())
    start_job(EVENT, world.services)
    [context] = asked
    assert context.labels == {
        "team": "search",
        "modeleval:stack": "modeleval",
        "modeleval:suite": "support",
        "modeleval:evaluation": "e0",
        "modeleval:run": RUN,
    }
