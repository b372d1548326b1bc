"""The last step: scores first, then the run says that they are there; once, and flagged."""

from __future__ import annotations

import json
from typing import Any

import pytest
from unit_documents import BUCKET, RUN, evaluation, suite
from unit_fakes import EXECUTION, FakeStore, MemoryS3, bucket, job, run, services

from modeleval.artifacts import aggregates_key, record_scores_key, suite_key, summary_key
from modeleval.errors import NothingScored, RunClosed
from modeleval.scores.aggregates import write_aggregates
from modeleval.scores.records import RecordScore, write_record_scores
from modeleval.store.items import EvaluationFacts, JobStatus, Run, RunStatus, Score
from modeleval.workflow.publish import publish_run
from modeleval.workflow.score import score_run


class ScoreStore(FakeStore):
    """A store that keeps scores, and in what state the run was when they were written."""

    def __init__(self, *items: Any) -> None:
        super().__init__(*items)
        self.scores: list[Score] = []
        self.written_while: list[RunStatus] = []

    def put_scores(self, scores: Any) -> None:
        self.scores += list(scores)
        self.written_while.append(self.run(RUN).status)


class World:
    """A run of two evaluations, each with a job: one that went well, one as the test says."""

    def __init__(self, second: JobStatus = JobStatus.SUCCEEDED, **changes: Any) -> None:
        facts = [
            EvaluationFacts(name=name, kind="bedrock-judge", subject="bot", jobs=(number,))
            for number, name in enumerate(("answers", "more"))
        ]
        error = {"name": "JobFailed", "message": "no access"} if second.ended else None
        self.store = ScoreStore(
            run(evaluations=tuple(facts), execution_arn=EXECUTION, **changes),
            job(0, status=JobStatus.SUCCEEDED, warnings=("odd",)),
            job(1, status=second, error=error if second is JobStatus.FAILED else None),
        )
        both = suite(evaluations=[evaluation(), evaluation(name="more")])
        self.s3 = MemoryS3(**{suite_key(RUN): json.dumps(both).encode()})
        self.services = services(store=self.store, objects=bucket(self.s3))
        for number in (0, 1):
            with self.services.objects.writer(record_scores_key(RUN, number)) as file:
                write_record_scores(scores(), file)
            self.services.objects.write(aggregates_key(RUN, number), write_aggregates([]))

    @property
    def run(self) -> Run:
        return self.store.run(RUN)

    @property
    def summary(self) -> Any:
        return json.loads(self.s3.objects[summary_key(RUN)])

    def finish(self) -> dict[str, Any]:
        score_run(RUN, self.services)
        return publish_run(RUN, self.services)


def scores() -> list[RecordScore]:
    values = {"Correctness": (1.0, 0.0), "Harmfulness": (0.0, 0.0)}
    return [
        RecordScore(key=f"k{line}-0", line=line + 1, metric=metric, value=value)
        for metric, both in values.items()
        for line, value in enumerate(both)
    ]


def test_a_run_that_went_well_is_published_with_its_scores() -> None:
    world = World()
    assert world.finish() == {
        "runId": RUN,
        "suite": "support",
        "origin": None,
        "status": "succeeded",
        "verdict": None,
        "why": None,
        "failedConditions": [],
        "evaluations": 2,
        "scored": 2,
        "summary": f"s3://{BUCKET}/{summary_key(RUN)}",
        "console": "https://us-east-1.console.aws.amazon.com/states/home?region=us-east-1"
        f"#/v2/executions/details/{EXECUTION}",
    }
    assert world.run.published
    assert world.run.low_scores == 2
    assert {(one.evaluation, one.metric, one.n) for one in world.store.scores} == {
        (name, metric, 2)
        for name in ("answers", "more")
        for metric in ("Correctness", "Harmfulness")
    }


def test_scores_are_written_while_the_run_is_still_open() -> None:
    world = World()
    world.finish()
    assert world.store.written_while == [RunStatus.RUNNING]


def test_a_trials_scores_say_that_they_are_one() -> None:
    world = World(sample=5)
    world.finish()
    assert {one.sample for one in world.store.scores} == {5}
    assert world.summary["sample"] == 5


def test_the_scores_of_a_whole_run_say_nothing_of_a_trial() -> None:
    world = World()
    world.finish()
    assert {one.sample for one in world.store.scores} == {None}
    assert world.summary["sample"] is None


def test_what_was_odd_about_a_job_is_told_with_its_evaluation() -> None:
    world = World()
    world.finish()
    assert [entry["warnings"] for entry in world.summary["evaluations"]] == [["odd"], []]


def test_where_one_evaluation_failed_the_other_is_published_and_the_run_partial() -> None:
    world = World(JobStatus.FAILED)
    assert world.finish()["scored"] == 1
    assert world.run.status is RunStatus.PARTIAL
    assert {one.evaluation for one in world.store.scores} == {"answers"}
    assert world.summary["evaluations"][1]["error"]["message"] == "no access"


def test_a_job_that_died_without_a_word_is_failed_as_lost() -> None:
    world = World(JobStatus.RUNNING)
    world.finish()
    lost = world.store.job(RUN, 1)
    assert (lost.status, lost.error and lost.error.name) == (JobStatus.FAILED, "JobLost")


def test_a_run_without_any_score_is_not_published() -> None:
    world = World(JobStatus.FAILED)
    failure = {"name": "JobFailed", "message": "no access"}
    world.store.add(job(0, status=JobStatus.FAILED, error=failure))
    with pytest.raises(NothingScored, match="answers: JobFailed: no access"):
        world.finish()
    assert summary_key(RUN) not in world.s3.objects


def test_a_step_that_runs_twice_answers_the_same_and_publishes_once() -> None:
    world = World()
    first = world.finish()
    assert publish_run(RUN, world.services) == first
    assert len(world.store.written_while) == 1


@pytest.mark.parametrize("status", [RunStatus.STOPPED, RunStatus.FAILED])
def test_a_run_that_was_stopped_meanwhile_stays_unpublished(status: RunStatus) -> None:
    world = World()
    score_run(RUN, world.services)
    world.store.close_run(RUN, status)
    with pytest.raises(RunClosed, match=f"ended as {status} before its scores were published"):
        publish_run(RUN, world.services)
    assert world.store.scores == []


def test_a_run_that_is_stopped_while_its_scores_are_written_stays_unpublished() -> None:
    world = World()
    score_run(RUN, world.services)
    put = world.store.put_scores

    def stopped_meanwhile(scores: Any) -> None:
        put(scores)
        world.store.close_run(RUN, RunStatus.STOPPED)

    world.store.put_scores = stopped_meanwhile  # type: ignore[method-assign]
    with pytest.raises(RunClosed):
        publish_run(RUN, world.services)
    assert not world.run.published
