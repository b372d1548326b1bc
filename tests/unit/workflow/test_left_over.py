"""What an execution left undone after its run's scores were published is done by a resume: it pays
for nothing, and the scores stay."""

from __future__ import annotations

import json
from typing import Any

import pytest
from unit_documents import RUN, suite
from unit_fakes import FakeExecutions, FakeResumes, FakeStore, MemoryS3, bucket, job, run, services

from modeleval.artifacts import suite_key
from modeleval.errors import ResumeRefused, RunClosed, RunOpen
from modeleval.ids import milliseconds, run_id
from modeleval.objects import ObjectMissing
from modeleval.store.items import JobStatus, Run, RunStatus
from modeleval.workflow.events import ExecutionEvent
from modeleval.workflow.left_over import Left, left_over, left_undone, left_words
from modeleval.workflow.own_run import run_of
from modeleval.workflow.resume import resume_run
from modeleval.workflow.score import score_run

LATER = "arn:aws:states:us-east-1:111122223333:execution:Run:later"
BEGUN = "2026-11-22T08:00:00.000Z"
OWN = run_id(LATER, milliseconds(BEGUN))
VERSION = {
    "source": "modelPackage",
    "asked": "support-llama",
    "group": "support-llama",
    "version": 3,
    "identifier": "arn:aws:sagemaker:us-east-1:111122223333:model-package/support-llama/3",
}
UNGROUPED = {**VERSION, "group": None, "version": None}
REPORT = {"uri": "s3://bucket/report.html"}
ERROR = {"error": "TemplateError"}
LEFT = {"action": "leave", "done": True}


def published(**changes: Any) -> Run:
    fields: dict[str, Any] = {
        "status": RunStatus.SUCCEEDED,
        "phase": "publish",
        "published": True,
        "ended_at": BEGUN,
        "verdict": "passed",
        "resolved_model": VERSION,
    }
    return run(**{**fields, **changes})


@pytest.mark.parametrize(
    ("one", "left"),
    [
        (published(), [Left.PROMOTION, Left.REPORT]),
        (published(promotion=LEFT), [Left.REPORT]),
        (published(report=REPORT), [Left.PROMOTION]),
        (published(report=ERROR, promotion=LEFT), []),
        (published(resolved_model=None), [Left.REPORT]),
        (published(resolved_model=UNGROUPED, report=REPORT), []),
        (published(status=RunStatus.PARTIAL, report=REPORT), [Left.PROMOTION]),
        (published(status=RunStatus.PENDING), []),
        (published(status=RunStatus.STOPPED), []),
        (published(status=RunStatus.FAILED, published=False), []),
    ],
)
def test_steps_after_the_publication_leave_a_word_or_were_not_done(
    one: Run, left: list[Left]
) -> None:
    assert list(left_over(one)) == left


@pytest.mark.parametrize("status", ["RUNNING", "ABORTED", None])
def test_nothing_is_undone_while_the_execution_goes_on(status: str | None) -> None:
    executions = FakeExecutions(**({"arn:run": status} if status else {}))
    left = left_undone(published(), services(executions=executions))
    assert bool(left) == (status != "RUNNING")


def test_it_is_said_in_words() -> None:
    assert left_words(Left) == "what follows for its model package version, and its report"


class World:
    """A run of two jobs, both of which succeeded; who it was told of again."""

    def __init__(self, one: Run, *jobs: Any) -> None:
        self.store = FakeStore(one, *(jobs or (done(0), done(1))))
        self.s3 = MemoryS3(**{suite_key(RUN): json.dumps(suite()).encode()})
        self.told: list[str] = []
        self.resumes = FakeResumes(self.store)
        self.services = services(
            store=self.store,
            resumes=self.resumes,
            objects=bucket(self.s3),
            telling=self,
        )

    def tell_again(self, told: str) -> None:
        self.told.append(told)

    def resume(self, arn: str = LATER) -> Any:
        event = ExecutionEvent.model_validate(
            {"executionArn": arn, "startTime": BEGUN, "input": {"resume": RUN}}
        )
        return resume_run(event, self.services)


def done(number: int, status: JobStatus = JobStatus.SUCCEEDED) -> Any:
    return job(number, status=status, job_name=f"{RUN}-j{number}-a1", job_arn="arn")


def test_the_run_is_handed_over_as_it_is_without_a_job() -> None:
    before = published()
    world = World(before)
    assert world.resume() == (RUN, 1, [], [], ())
    handed = {"execution_arn": LATER, "resumed_as": (OWN,)}
    assert world.store.run(RUN) == before.model_copy(update=handed)
    assert world.store.jobs(RUN) == [done(0), done(1)]
    assert world.told == [RUN]
    assert run_of(OWN, LATER, world.services) == RUN


def test_the_step_done_twice_hands_over_once() -> None:
    world = World(published())
    first = world.resume()
    after = world.store.run(RUN)
    assert (world.resume(), world.store.run(RUN)) == (first, after)


def test_a_run_that_another_execution_took_meanwhile_is_left_to_it() -> None:
    world = World(published())
    world.resumes.hand_over = lambda *_, **__: False  # type: ignore[method-assign]
    with pytest.raises(RunOpen, match="resumed by another execution"):
        world.resume()
    assert world.told == []


def test_an_execution_that_was_stopped_meanwhile_leaves_the_scores_published() -> None:
    world = World(published())
    world.resumes.end_resuming(OWN, "ABORTED")
    world.resume()
    assert world.store.run(RUN).completed


@pytest.mark.parametrize(
    "fields", [{"kept_because": "it is a baseline"}, {"promotion": LEFT, "decision": {"by": "x"}}]
)
def test_what_others_rest_on_stays_and_so_what_is_left_may_be_done(fields: Any) -> None:
    assert World(published(**fields)).resume().jobs == []


def test_missing_jobs_come_first() -> None:
    kept = published(status=RunStatus.PARTIAL, kept_because="it is a baseline")
    world = World(kept, done(0), done(1, JobStatus.FAILED))
    with pytest.raises(ResumeRefused, match="is kept"):
        world.resume()


def test_a_run_with_all_that_follows_is_refused() -> None:
    world = World(published(promotion=LEFT, report=REPORT))
    with pytest.raises(ResumeRefused, match="Nothing of run"):
        world.resume()


def test_a_run_whose_files_expired_is_refused() -> None:
    world = World(published())
    world.s3.objects.clear()
    with pytest.raises(ObjectMissing):
        world.resume()
    assert world.store.run(RUN) == published()


def test_published_scores_are_not_computed_again() -> None:
    world = World(published())
    world.s3.objects.clear()
    score_run(RUN, world.services)
    assert (world.store.run(RUN), world.s3.objects) == (published(), {})


@pytest.mark.parametrize("status", [RunStatus.STOPPED, RunStatus.FAILED])
def test_a_run_that_was_stopped_is_not_scored_any_more(status: RunStatus) -> None:
    """Also one that was pending, whose first scores are published."""
    with pytest.raises(RunClosed):
        score_run(RUN, World(published(status=status)).services)
