"""What SageMaker reported, from a job's files to the table: model, base model, difference."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from unit_documents import JUDGE, RUN, suite
from unit_fakes import EXECUTION, FakeStore, MemoryS3, bucket, job, run, services

from modeleval.artifacts import aggregates_key, record_scores_key, suite_key, summary_key
from modeleval.errors import NothingScored
from modeleval.kinds.registry import KINDS
from modeleval.scores.aggregates import AggregateScore, write_aggregates
from modeleval.scores.metrics import Direction
from modeleval.scores.records import RecordScore, write_record_scores
from modeleval.store.items import EvaluationFacts, JobStatus, Score
from modeleval.workflow import scored
from modeleval.workflow.publish import publish_run
from modeleval.workflow.score import score_run

BASE = "base-model"
LLAMA = "meta-textgeneration-llama"
MMLU = {"name": "know", "kind": "sagemaker-benchmark", "benchmark": "mmlu"}
TONE = {
    "name": "tone",
    "kind": "sagemaker-judge",
    "dataset": "d",
    "judge": JUDGE,
    "metrics": ["Correctness"],
}
ASKED = {"type": "Benchmark", "task": "mmlu", "parameters": {"temperature": "0"}}
MODEL = {
    "asked": "support-llama",
    "source": "modelPackage",
    "identifier": "arn:aws:sagemaker:us-west-2:111122223333:model-package/support-llama/3",
    "group": "support-llama",
    "version": 3,
}


class ScoreStore(FakeStore):
    def __init__(self, *items: Any) -> None:
        super().__init__(*items)
        self.scores: list[Score] = []

    def put_scores(self, scores: Any) -> None:
        for score in scores:
            item = TypeSerializer().serialize(score.to_item())
            self.scores.append(Score.from_item(TypeDeserializer().deserialize(item)))


class World:
    """A run of one evaluation whose job was collected."""

    def __init__(self, entry: dict[str, Any], **facts: Any) -> None:
        fields: dict[str, Any] = {
            "name": entry["name"],
            "kind": entry["kind"],
            "subject": "support-llama/3",
            "of_model": KINDS[entry["kind"]].needs_model,
            "candidates": {BASE: LLAMA},
            "jobs": (0,),
        }
        self.store = ScoreStore(
            run(
                evaluations=(EvaluationFacts(**fields | facts),),
                resolved_model=MODEL,
                execution_arn=EXECUTION,
            ),
            job(kind=entry["kind"], status=JobStatus.SUCCEEDED, spec={"evaluation": ASKED}),
        )
        document = suite(evaluations=[entry], acceptEula=True)
        self.s3 = MemoryS3(**{suite_key(RUN): json.dumps(document).encode()})
        self.services = services(store=self.store, objects=bucket(self.s3))

    def finish(
        self, records: list[RecordScore] | None = None, aggregates: Any = ()
    ) -> dict[str, Any]:
        with self.services.objects.writer(record_scores_key(RUN, 0)) as file:
            write_record_scores(records or [], file)
        self.s3.objects[aggregates_key(RUN, 0)] = write_aggregates(aggregates)
        score_run(RUN, self.services)
        publish_run(RUN, self.services)
        [entry] = json.loads(self.s3.objects[summary_key(RUN)])["evaluations"]
        return entry  # type: ignore[no-any-return]


def accuracy(value: float, candidate: str | None = None, **more: Any) -> AggregateScore:
    return AggregateScore(
        metric="accuracy", value=value, direction=Direction.HIGHER, candidate=candidate, **more
    )


AGGREGATES = [
    accuracy(0.7, standard_error=0.03),
    accuracy(0.5, BASE, standard_error=0.04),
    accuracy(0.6, category="anatomy"),
    accuracy(0.4, BASE, category="anatomy"),
]


def test_aggregates_are_published_with_their_errors_and_without_a_count() -> None:
    world = World(MMLU)
    world.finish(aggregates=AGGREGATES)
    first = world.store.scores[0]
    assert (first.metric, first.n, first.mean) == ("accuracy", None, Decimal("0.7"))
    assert (first.standard_error, first.direction) == (Decimal("0.03"), "higherIsBetter")
    assert (first.not_applicable, first.unscored) == (0, 0)


def test_a_scorers_aggregates_are_published_with_what_was_counted() -> None:
    world = World(MMLU)
    entry = world.finish(aggregates=[accuracy(0.7, records=100, unscored=4)])
    [first] = world.store.scores
    assert (first.n, first.unscored) == (96, 4)
    assert (entry["summaries"][0]["n"], entry["summaries"][0]["unscored"]) == (96, 4)


def test_a_difference_to_the_base_model_is_not_one_to_the_baseline() -> None:
    """Only the run's own baseline is told with a score."""
    for baseline, told in ((None, None), ({"label": BASE}, 0.2)):
        world = World(MMLU)
        if baseline:
            world.store.update_run(RUN, baseline=baseline)
        world.finish(aggregates=AGGREGATES)
        own = [s.difference for s in world.store.scores if s.candidate is None]
        assert [one and float(round(one, 3)) for one in own] == [told, told]
        assert {s.difference for s in world.store.scores if s.candidate} == {None}


def test_each_score_says_whose_it_is_and_what_history_it_belongs_to() -> None:
    world = World(MMLU)
    world.finish(aggregates=AGGREGATES)
    assert [(s.candidate, s.category, s.subject) for s in world.store.scores] == [
        (None, None, "support-llama/3"),
        (None, "anatomy", "support-llama/3"),
        (BASE, None, LLAMA),
        (BASE, "anatomy", LLAMA),
    ]
    assert {score.series for score in world.store.scores} == {"support-llama"}


def test_the_series_of_other_responses_is_their_subject() -> None:
    world = World(MMLU, of_model=False, subject="bot")
    world.finish(aggregates=AGGREGATES)
    assert {score.series for score in world.store.scores} == {"bot"}


def test_a_model_of_no_group_is_its_own_series() -> None:
    world = World(MMLU, subject="meta-llama", candidates={})
    model = MODEL | {"source": "jumpStart", "group": None, "version": None}
    world.store.update_run(RUN, resolvedModel={k: v for k, v in model.items() if v is not None})
    world.finish(aggregates=AGGREGATES[:1])
    assert {score.series for score in world.store.scores} == {"meta-llama"}


def test_the_difference_is_in_the_summary_document() -> None:
    entry = World(MMLU).finish(aggregates=AGGREGATES)
    found = [
        (one["category"], round(one["difference"], 3), one["matched"])
        for one in entry["comparisons"]
    ]
    assert found == [(None, 0.2, None), ("anatomy", 0.2, None)]
    assert entry["lowScores"]["total"] == 0
    assert entry["warnings"] == []


def record(line: int, value: float | None, candidate: str | None = None) -> RecordScore:
    return RecordScore(
        key=f"k{line}", line=line, metric="Correctness", value=value, candidate=candidate
    )


def test_judged_records_are_compared_one_by_one() -> None:
    world = World(TONE)
    entry = world.finish(
        [record(1, 1.0), record(2, 0.0), record(1, 0.0, BASE), record(2, 0.0, BASE)]
    )
    [one] = entry["comparisons"]
    assert (one["matched"], one["wins"], one["ties"], one["losses"]) == (2, 1, 1, 0)
    assert [(s.candidate, s.mean, s.n) for s in world.store.scores] == [
        (None, Decimal("0.5"), 2),
        (BASE, Decimal("0.0"), 2),
    ]


def test_low_scores_are_the_models_own() -> None:
    entry = World(TONE).finish([record(1, 1.0), record(2, 0.0), record(1, 0.0, BASE)])
    assert [item["line"] for item in entry["lowScores"]["items"]] == [2]


def test_records_that_nobody_scored_are_told_with_whose_they_are() -> None:
    entry = World(TONE).finish(
        [record(1, 1.0), record(2, None), record(1, None, BASE), record(2, 1.0, BASE)]
    )
    assert entry["warnings"] == [
        "Correctness: 1 of 2 records are unscored",
        "Correctness of base-model: 1 of 2 records are unscored",
    ]


def test_a_base_models_scores_alone_are_none() -> None:
    with pytest.raises(NothingScored, match=r"not one score \(records: 1\)"):
        World(TONE).finish([record(1, None), record(1, 1.0, BASE)])


def test_an_evaluation_without_records_and_aggregates_is_not_scored() -> None:
    with pytest.raises(NothingScored, match=r"not one score \(records: 0\)"):
        World(MMLU).finish()


def test_jobs_that_judge_the_same_again_warn_once() -> None:
    facts = EvaluationFacts(name="a", kind="bedrock-judge", subject="bot", warnings=("long",))
    jobs = [
        job(
            job=number,
            spec={"part": 0, "repeat": number},
            warnings=("1 record was not judged", f"job {number}"),
        )
        for number in (0, 1)
    ]
    warned = scored._entry(facts, jobs)["warnings"]
    assert warned == ["long", "1 record was not judged", "job 0", "job 1"]


def test_record_scores_are_read_once_however_much_is_made_of_them() -> None:
    """Those of a large run are gigabytes."""
    world = World(TONE, candidates={})
    key = record_scores_key(RUN, 0)
    read: list[str] = []
    get = world.s3.get_object

    def noted(**asked: Any) -> dict[str, Any]:
        read.append(asked["Key"])
        return get(**asked)

    world.s3.get_object = noted  # type: ignore[method-assign]
    scores = [
        RecordScore(key=f"k{line}", line=line, metric="Correctness", value=float(line % 2))
        for line in range(1, 21)
    ]
    entry = world.finish(scores)
    assert read.count(key) == 1
    assert entry["summaries"][0]["mean"] == 0.5
    assert entry["lowScores"]["total"] == 10
    assert entry["summaries"][0]["interval"]["low"] is not None
