"""What is missing of a run is run again, and nothing else; what others rest on stays as it is."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from unit_documents import JUDGE, RUN, suite
from unit_fakes import FakeResumes, FakeStore, MemoryS3, bucket, job, run, services

from modeleval.artifacts import suite_key
from modeleval.cost.estimate import RunEstimate, estimate_judge, estimate_serverless
from modeleval.errors import (
    BudgetExceeded,
    JobQuotaExhausted,
    PriceUnknown,
    ResumeRefused,
    RunClosed,
    RunNotFound,
    RunOpen,
)
from modeleval.ids import milliseconds, run_id
from modeleval.objects import ObjectMissing
from modeleval.store.items import EvaluationFacts, Failure, JobStatus, Run, RunStatus
from modeleval.workflow.events import ExecutionEvent
from modeleval.workflow.own_run import run_of
from modeleval.workflow.resume import resumable, resume_run

LATER = "arn:aws:states:us-east-1:111122223333:execution:Run:later"
BEGUN = "2026-11-22T08:00:00.000Z"
OWN = run_id(LATER, milliseconds(BEGUN))


def estimate(**changes: Any) -> dict[str, Any]:
    """Two metrics of a thousand records: 3.68 USD."""
    fields = {"evaluation": "e0", "records": 1000, "metrics": 2, "judge": JUDGE}
    return RunEstimate((estimate_judge(**{**fields, **changes}),)).to_document()


def ended(**changes: Any) -> Run:
    fields: dict[str, Any] = {
        "status": RunStatus.PARTIAL,
        "phase": "publish",
        "published": True,
        "ended_at": BEGUN,
        "verdict": "inconclusive",
        "estimate": estimate(),
        "report": {"uri": "s3://bucket/report.html"},
    }
    return run(**{**fields, **changes})


def shard(number: int, status: JobStatus = JobStatus.SUCCEEDED, **changes: Any) -> Any:
    fields: dict[str, Any] = {
        "evaluation": 0,
        "evaluation_name": "e0",
        "status": status,
        "judgements": 500,
        "job_name": f"{RUN}-j{number}-a1",
        "job_arn": f"arn:{number}",
    }
    return job(number, **{**fields, **changes})


BROKEN = {"error": Failure(name="JobFailed", message="x")}
JOBS = [shard(0), shard(1, JobStatus.FAILED, **BROKEN), shard(2), shard(3)]


class World:
    """A run of four jobs of which one failed."""

    def __init__(self, *items: Any, room: int = 5000) -> None:
        self.store = FakeStore(*(items or (ended(), *JOBS)))
        self.resumes = FakeResumes(self.store)
        self.s3 = MemoryS3(**{suite_key(RUN): json.dumps(suite()).encode()})
        self.told: list[str] = []
        self.room = room
        self.services = services(
            store=self.store,
            resumes=self.resumes,
            objects=bucket(self.s3),
            telling=self,
            evaluation_jobs=self,
        )

    def tell_again(self, run_id: str) -> None:
        self.told.append(run_id)

    def check_room(self, jobs: int) -> None:
        if jobs > self.room:
            raise JobQuotaExhausted(f"no room for {jobs}", action="x")

    def resume(self, given: Any = None, arn: str = LATER) -> Any:
        event = ExecutionEvent.model_validate(
            {"executionArn": arn, "startTime": BEGUN, "input": given or {"resume": RUN}}
        )
        return resume_run(event, self.services)


def test_only_what_is_missing_is_planned_again() -> None:
    world = World()
    assert world.resume() == (RUN, 2, [1], [], ())
    again = world.store.job(RUN, 1)
    assert (again.status, again.attempt) == (JobStatus.PLANNED, 2)
    assert (again.job_name, again.job_arn, again.error) == (None, None, None)
    assert [one for one in world.store.jobs(RUN) if one.job != 1] == [JOBS[0], *JOBS[2:]]


def test_the_run_keeps_its_id_and_says_what_came_before() -> None:
    world = World()
    world.resume()
    opened = world.store.run(RUN)
    assert (opened.status, opened.phase, opened.published) == (RunStatus.RUNNING, "jobs", False)
    assert (opened.execution_arn, opened.attempt, opened.verdict) == (LATER, 2, None)
    [before] = opened.attempts
    assert before == {
        "attempt": 1,
        "executionArn": "arn:run",
        "endedAt": BEGUN,
        "status": "partial",
        "missingJobs": 1,
        "usd": before["usd"],
    }
    assert Decimal(before["usd"]) == Decimal("3.68")
    assert world.told == [RUN]


def test_the_step_done_twice_plans_once() -> None:
    world = World()
    first = world.resume()
    opened, planned = world.store.run(RUN), world.store.jobs(RUN)
    assert world.resume() == first
    assert (world.store.run(RUN), world.store.jobs(RUN)) == (opened, planned)


def test_a_job_that_failed_again_is_not_planned_again_by_the_same_resume() -> None:
    world = World()
    world.resume()
    world.store.update_job(RUN, 1, status=JobStatus.FAILED)
    world.resume()
    assert world.store.job(RUN, 1).status is JobStatus.FAILED


def test_a_second_execution_is_refused_while_the_first_goes_on() -> None:
    world = World()
    world.resume()
    with pytest.raises(RunOpen, match="still goes on"):
        world.resume(arn="arn:other")


@pytest.mark.parametrize(
    ("status", "expected"), [("ABORTED", RunStatus.STOPPED), ("TIMED_OUT", RunStatus.FAILED)]
)
def test_an_execution_that_ended_while_its_first_step_went_on_leaves_the_run_ended(
    status: str, expected: RunStatus
) -> None:
    world = World()
    world.resumes.end_resuming(OWN, status)
    with pytest.raises(RunClosed, match=f"has ended as {expected}"):
        world.resume()
    assert world.store.run(RUN).status is expected
    assert world.store.job(RUN, 1).status is JobStatus(str(expected))
    assert world.resume(arn="arn:third").attempt == 3


def test_jobs_that_are_planned_after_the_run_was_ended_end_too() -> None:
    world = World()
    plan_again = world.resumes.plan_again

    def ended_before(run_id: str, number: int, attempt: int) -> bool:
        world.store.close_run(run_id, RunStatus.STOPPED)
        return plan_again(run_id, number, attempt)

    world.resumes.plan_again = ended_before  # type: ignore[method-assign]
    with pytest.raises(RunClosed):
        world.resume()
    assert world.store.job(RUN, 1).status is JobStatus.STOPPED


def test_the_execution_is_known_to_work_on_the_run() -> None:
    world = World()
    world.resume()
    assert run_of(OWN, LATER, world.services) == RUN
    assert run_of("me-another", LATER, world.services) == "me-another"


@pytest.mark.parametrize(
    ("item", "error", "says"),
    [
        (ended(status=RunStatus.RUNNING), RunOpen, "still goes on"),
        (ended(status=RunStatus.PENDING), RunOpen, "still goes on"),
        (ended(kept_because="it is a baseline"), ResumeRefused, "because it is a baseline"),
        (ended(decision={"action": "approve"}), ResumeRefused, "A person has decided"),
        (ended(phase="budget"), ResumeRefused, "before its jobs were started"),
    ],
)
def test_a_run_that_must_stay_is_refused_and_stays(item: Run, error: Any, says: str) -> None:
    world = World(item, *JOBS)
    with pytest.raises(error, match=says):
        world.resume()
    assert world.store.run(RUN) == item
    assert world.store.jobs(RUN) == JOBS
    assert run_of(OWN, LATER, world.services) is None


def test_a_run_that_was_deleted_is_not_found() -> None:
    world = World(JOBS[0])
    with pytest.raises(RunNotFound):
        world.resume()
    assert run_of(OWN, LATER, world.services) is None


def test_a_run_of_which_nothing_is_missing_is_refused() -> None:
    with pytest.raises(ResumeRefused, match=f"Nothing of run {RUN} is missing"):
        World(ended(), JOBS[0]).resume()


def test_responses_that_could_not_be_collected_are_named_and_not_said_to_be_there() -> None:
    failure = Failure(name="TargetRefused", message="x")
    lost = EvaluationFacts(name="answers", kind="bedrock-judge", subject="bot", error=failure)
    with pytest.raises(ResumeRefused, match="the responses of answers, which could not be coll"):
        World(ended(evaluations=(lost,)), JOBS[0]).resume()


def test_a_run_that_was_not_published_is_scored_again_without_a_job() -> None:
    world = World(ended(status=RunStatus.FAILED, phase="score", published=False), JOBS[0])
    assert world.resume().jobs == []


def test_long_jobs_are_handed_out_apart() -> None:
    people = shard(4, JobStatus.STOPPED, long=True)
    assert World(ended(), *JOBS, people).resume() == (RUN, 2, [1], [4], ())


def test_a_run_that_was_stopped_while_it_was_pending_is_scored_again_without_a_job() -> None:
    world = World(ended(status=RunStatus.STOPPED, phase="jobs"), JOBS[0])
    assert world.resume() == (RUN, 2, [], [], ())
    assert not world.store.run(RUN).published


def test_jobs_that_are_being_stopped_are_waited_for() -> None:
    stopping = shard(1, JobStatus.RUNNING)
    with pytest.raises(RunOpen, match="still being stopped"):
        World(ended(status=RunStatus.STOPPED), JOBS[0], stopping).resume()


def test_a_run_whose_files_expired_is_refused() -> None:
    world = World()
    del world.s3.objects[suite_key(RUN)]
    with pytest.raises(ObjectMissing):
        world.resume()


def test_there_must_be_room_for_what_is_missing() -> None:
    with pytest.raises(JobQuotaExhausted, match="no room for 1"):
        World(room=0).resume()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"resume": RUN, "suite": "x"}, "suite"),
        ({"resume": "../x"}, "resume"),
        ({"resume": RUN, "maxUsd": 0}, "maxUsd"),
        ({"resume": None}, "resume"),
    ],
)
def test_another_input_is_refused_by_its_field(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ResumeRefused, match=says):
        World().resume(given)


def test_the_budget_holds_for_all_attempts_together() -> None:
    # 3.68 USD were started, and a quarter of that is missing.
    world = World(ended(max_usd=Decimal("4.59")), *JOBS)
    with pytest.raises(BudgetExceeded) as caught:
        world.resume()
    assert "estimated at 3.68 USD and what is missing at 0.92 USD" in str(caught.value)
    assert f"modeleval resume {RUN} --max-usd 4.6" in str(caught.value)
    assert resumable(RUN, world.services, max_usd=Decimal("4.60")).missing == [JOBS[1]]


def test_what_was_never_started_was_not_paid_for() -> None:
    planned = [shard(n, JobStatus.STOPPED, job_name=None, job_arn=None) for n in (1, 2, 3)]
    world = World(ended(status=RunStatus.STOPPED, max_usd=Decimal("3.68")), JOBS[0], *planned)
    assert world.resume().jobs == [1, 2, 3]


def test_each_attempt_counts() -> None:
    world = World(ended(max_usd=Decimal("5.00")), *JOBS)
    world.resume()
    world.store.update_job(RUN, 1, jobName="n", status=JobStatus.FAILED)
    world.store.update_run(RUN, status=RunStatus.PARTIAL, published=True)
    with pytest.raises(BudgetExceeded, match=r"estimated at 4\.6 USD"):
        world.resume(arn="arn:third")


def test_a_new_budget_stays_with_the_run() -> None:
    world = World(ended(max_usd=Decimal("3.68")), *JOBS)
    world.resume({"resume": RUN, "maxUsd": "9.5"})
    assert world.store.run(RUN).max_usd == Decimal("9.5")


def test_a_budget_needs_a_price() -> None:
    unpriced = ended(estimate=estimate(judge="openai.gpt-5.4"))
    assert World(unpriced, *JOBS).resume().jobs == [1]
    with pytest.raises(PriceUnknown, match=r"openai.gpt-5.4 \(maxUsd\)"):
        World(unpriced, *JOBS).resume({"resume": RUN, "maxUsd": 5})


def test_what_has_no_price_at_all_holds_nothing_up() -> None:
    parts = (estimate_serverless(evaluation="e0", models=1, records=4),)
    priceless = ended(estimate=RunEstimate(parts).to_document(), max_usd=Decimal(1))
    assert World(priceless, *JOBS).resume().jobs == [1]
