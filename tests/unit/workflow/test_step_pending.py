"""A run whose long jobs go on: what there is can be seen, and nothing follows from it yet."""

from __future__ import annotations

import json
from typing import Any

import pytest
from test_step_publish import ScoreStore, scores
from unit_documents import RUN, evaluation, suite
from unit_fakes import EXECUTION, MemoryS3, Told, bucket, job, run, services

from modeleval.artifacts import aggregates_key, record_scores_key, suite_key, summary_key
from modeleval.errors import RunClosed
from modeleval.scores.aggregates import write_aggregates
from modeleval.scores.records import write_record_scores
from modeleval.store.items import EvaluationFacts, JobStatus, Run, RunStatus
from modeleval.workflow.compare import compare_runs
from modeleval.workflow.keep import keep_run
from modeleval.workflow.promote import promote_run
from modeleval.workflow.publish import publish_run
from modeleval.workflow.score import score_run
from modeleval.workflow.tell import tell_run

GATE = {
    "rules": [
        {"evaluation": "answers", "metric": "Correctness", "minimum": 0.01},
        {"evaluation": "people", "metric": "Correctness", "minimum": 0.01},
    ]
}


class World:
    """A run of a quick evaluation, as the test says, and a long one that still runs."""

    def __init__(self, quick: JobStatus = JobStatus.SUCCEEDED, **document: Any) -> None:
        facts = [
            EvaluationFacts(name=name, kind="bedrock-judge", subject="bot", jobs=(number,))
            for number, name in enumerate(("answers", "people"))
        ]
        error = {"name": "JobFailed", "message": "no access"}
        self.store = ScoreStore(
            run(evaluations=tuple(facts), execution_arn=EXECUTION, phase="jobs"),
            job(0, status=quick, error=error if quick is JobStatus.FAILED else None),
            job(1, status=JobStatus.RUNNING, long=True),
        )
        both = suite(evaluations=[evaluation(), evaluation(name="people")], **document)
        self.s3 = MemoryS3(**{suite_key(RUN): json.dumps(both).encode()})
        self.services = services(store=self.store, objects=bucket(self.s3), telling=Told())
        self.collect(0)

    def collect(self, number: int) -> None:
        with self.services.objects.writer(record_scores_key(RUN, number)) as file:
            write_record_scores(scores(), file)
        self.services.objects.write(aggregates_key(RUN, number), write_aggregates([]))

    @property
    def run(self) -> Run:
        return self.store.run(RUN)

    @property
    def summary(self) -> Any:
        return json.loads(self.s3.objects[summary_key(RUN)])

    def partly(self) -> dict[str, Any]:
        score_run(RUN, self.services, partly=True)
        return publish_run(RUN, self.services, partly=True)

    def answer(self) -> None:
        """The long job ends."""
        self.collect(1)
        self.store.update_job(RUN, 1, status=JobStatus.SUCCEEDED)

    def finish(self) -> dict[str, Any]:
        score_run(RUN, self.services)
        return publish_run(RUN, self.services)


def test_what_there_is_without_the_long_jobs_is_published_and_the_run_stays_open() -> None:
    world = World(gate=GATE)
    assert world.partly() == {"runId": RUN, "scored": 1}
    assert {one.evaluation for one in world.store.scores} == {"answers"}
    assert (world.run.status, world.run.published) == (RunStatus.PENDING, True)
    assert (world.run.phase, world.run.ended_at) == ("jobs", None)
    assert world.run.verdict == "pending"
    assert world.run.verdict_why == ("Waits for people. So far, of 2 conditions: 1 inconclusive.")
    assert world.summary["status"] == "pending"
    assert [one["status"] for one in world.summary["evaluations"]] == ["succeeded", "pending"]
    assert [one["verdict"] for one in world.summary["gate"]["conditions"]] == [
        "inconclusive",
        "pending",
    ]


def test_the_long_job_goes_on_and_a_quick_one_that_died_is_lost() -> None:
    world = World(JobStatus.RUNNING)
    world.partly()
    assert [one.status for one in world.store.jobs(RUN)] == [JobStatus.FAILED, JobStatus.RUNNING]


def test_without_a_gate_there_is_no_verdict_to_wait_for() -> None:
    world = World()
    world.partly()
    assert (world.run.status, world.run.verdict) == (RunStatus.PENDING, None)


def test_where_every_quick_evaluation_failed_the_long_one_is_waited_for() -> None:
    world = World(JobStatus.FAILED)
    assert world.partly()["scored"] == 0
    assert (world.run.status, world.run.published) == (RunStatus.PENDING, False)
    world.answer()
    world.finish()
    assert (world.run.status, world.run.published) == (RunStatus.PARTIAL, True)


def test_a_pending_run_promotes_keeps_and_tells_nothing() -> None:
    world = World(gate=GATE)
    world.partly()
    assert promote_run(RUN, world.services) == {}
    assert keep_run(RUN, "because", world.services) is False
    assert tell_run(RUN, world.services) == []


def test_when_the_last_job_has_ended_all_is_published_with_the_final_verdict() -> None:
    world = World(gate=GATE)
    world.partly()
    world.answer()
    assert world.finish()["status"] == "succeeded"
    assert (world.run.verdict, world.run.published) == ("inconclusive", True)
    assert {one.evaluation for one in world.store.scores[2:]} == {"answers", "people"}
    assert "pending" not in json.dumps(world.summary)


def test_long_jobs_that_ended_first_leave_everything_to_the_last_step() -> None:
    world = World()
    world.answer()
    assert world.partly() == {"runId": RUN, "scored": 0}
    assert world.run.status is RunStatus.RUNNING
    assert summary_key(RUN) not in world.s3.objects


def test_a_step_that_comes_late_does_not_take_the_final_scores_back() -> None:
    world = World(gate=GATE)
    world.partly()
    world.answer()
    score_run(RUN, world.services)
    final = world.summary
    world.partly()
    assert world.summary == final
    publish_run(RUN, world.services)
    with pytest.raises(RunClosed):
        world.partly()


@pytest.mark.parametrize("status", [RunStatus.STOPPED, RunStatus.FAILED])
def test_a_run_that_is_stopped_while_it_waits_keeps_what_was_published(status: RunStatus) -> None:
    world = World(gate=GATE)
    world.partly()
    world.store.close_run(RUN, status)
    assert (world.run.status, world.run.published) == (status, True)
    assert world.run.verdict == "inconclusive"
    with pytest.raises(RunClosed):
        publish_run(RUN, world.services)


def test_beside_another_run_an_evaluation_that_is_pending_has_no_comparison() -> None:
    world = World()
    world.partly()
    compared = {one["name"]: one for one in compare_runs(RUN, RUN, world.services)}
    assert compared["people"]["missing"] == f"it is pending in run {RUN}"
    assert "missing" not in compared["answers"]
