"""Several jobs of one evaluation, scored as one; and what is lost with a job that failed."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from unit_documents import RUN, custom_metric, evaluation, suite
from unit_fakes import FakeStore, MemoryS3, bucket, job, run, services

from modeleval.artifacts import (
    aggregates_key,
    index_key,
    record_scores_key,
    suite_key,
    summary_key,
)
from modeleval.datasets.index import IndexEntry
from modeleval.errors import NothingScored
from modeleval.kinds.custom_metrics import CustomMetric
from modeleval.scores.aggregates import write_aggregates
from modeleval.scores.records import RecordScore, write_record_scores
from modeleval.store.items import EvaluationFacts, Failure, Job, JobStatus
from modeleval.workflow.score import score_run

BROKEN = Failure(name="JobFailed", message="The judge could not be reached.")
LEVELS = [0.0, 0.5, 1.0]
TONE = CustomMetric.model_validate(
    custom_metric(
        ratingScale=[{"definition": f"level {n}", "value": {"floatValue": n}} for n in (1, 2, 3, 4)]
    )
)


def entry(number: int) -> IndexEntry:
    return IndexEntry(f"k{number}", number + 1, f"c{number % 3}", None, f"i{number}", "r")


def score(number: int, value: float | None = None, **changes: Any) -> RecordScore:
    fields = {
        "key": f"k{number}",
        "line": number + 1,
        "metric": "Correctness",
        "value": LEVELS[number * 7 % 3] if value is None else value,
        "category": f"c{number % 3}",
        "explanation": f"why {number}",
    }
    return RecordScore(**{**fields, **changes})


class World:
    """A run of one evaluation whose records stand in so many equal parts."""

    def __init__(self, scores: list[RecordScore], parts: int, **asked: Any) -> None:
        self.store = FakeStore()
        given = {"metrics": ["Correctness"], **asked}
        document = suite(evaluations=[evaluation(**given)])
        self.s3 = MemoryS3(**{suite_key(RUN): json.dumps(document).encode()})
        self.services = services(store=self.store, objects=bucket(self.s3))
        name = document["evaluations"][0]["name"]
        facts = EvaluationFacts(
            name=name, kind="bedrock-judge", subject="bot", jobs=tuple(range(parts))
        )
        self.store.add(run(phase="jobs", evaluations=(facts,)))
        customs = asked.get("customMetrics", [])
        for part in range(parts):
            numbers = [n for n in range(len(scores)) if n * parts // len(scores) == part]
            spec = {
                "part": part,
                "parts": parts,
                "repeat": 0,
                "candidate": None,
                "metrics": given["metrics"],
                "customMetrics": customs,
            }
            self.store.add(
                job(part, evaluation=0, spec=spec, status=JobStatus.SUCCEEDED, job_name=f"n{part}")
            )
            self.write(part, [scores[n] for n in numbers], numbers)

    def write(self, part: int, scores: list[RecordScore], numbers: list[int]) -> None:
        with self.services.objects.writer(record_scores_key(RUN, part)) as file:
            write_record_scores(scores, file)
        self.s3.objects[aggregates_key(RUN, part)] = write_aggregates([])
        index = b"".join(msgspec.json.encode(entry(n)) + b"\n" for n in numbers)
        self.s3.objects[index_key(RUN, 0, part)] = index

    def lose(self, part: int) -> None:
        """The job failed, and left nothing."""
        lost = self.store.job(RUN, part).model_copy(
            update={"status": JobStatus.FAILED, "error": BROKEN}
        )
        self.store.add(Job.model_validate(lost))
        del self.s3.objects[record_scores_key(RUN, part)]
        del self.s3.objects[aggregates_key(RUN, part)]

    def scored(self) -> Any:
        score_run(RUN, self.services)
        summary = json.loads(self.s3.objects[summary_key(RUN)])
        [found] = summary["evaluations"]
        return {name: found[name] for name in found if name != "jobs"} | {"run": summary["status"]}


def overall(found: Any, metric: str = "Correctness") -> Any:
    [one] = [
        one for one in found["summaries"] if one["metric"] == metric and one["category"] is None
    ]
    return one


def test_three_shards_of_2500_records_are_scored_as_one_job() -> None:
    scores = [score(n) for n in range(2500)]
    assert World(scores, 3).scored() == World(scores, 1).scored()


def test_a_failed_job_loses_its_records_and_no_others() -> None:
    world = World([score(n) for n in range(30)], 3)
    world.lose(1)
    found = world.scored()
    assert (found["status"], found["run"]) == ("partial", "partial")
    assert (overall(found)["n"], overall(found)["unscored"]) == (20, 10)
    lost, unscored = found["warnings"]
    assert lost == (
        "1 of 3 jobs failed, and their records are unscored; `modeleval resume` runs them alone. "
        "The first reason: JobFailed: The judge could not be reached."
    )
    assert unscored == "Correctness: 10 of 30 records are unscored"


def test_lost_records_count_in_their_categories() -> None:
    world = World([score(n) for n in range(30)], 3)
    world.lose(0)
    counts = {one["category"]: one["unscored"] for one in world.scored()["summaries"]}
    assert counts == {None: 10, "c0": 4, "c1": 3, "c2": 3}


def test_what_was_lost_stands_in_the_scores_for_whoever_reads_them_later() -> None:
    world = World([score(n) for n in range(6)], 2)
    world.lose(1)
    world.scored()
    lines = world.s3.objects[record_scores_key(RUN, 1)].splitlines()
    assert [json.loads(line)["key"] for line in lines] == ["k3", "k4", "k5"]
    assert not [line for line in lines if b"value" in line]


def test_a_job_that_succeeds_later_takes_the_place_of_what_was_lost() -> None:
    scores = [score(n) for n in range(30)]
    world = World(scores, 3)
    world.lose(1)
    world.scored()
    world.store.add(world.store.job(RUN, 1).model_copy(update={"status": JobStatus.SUCCEEDED}))
    world.write(1, scores[10:20], list(range(10, 20)))
    assert world.scored() == World(scores, 1).scored()


def test_an_evaluation_of_which_every_job_failed_has_failed() -> None:
    world = World([score(n) for n in range(6)], 2)
    world.lose(0)
    world.lose(1)
    with pytest.raises(NothingScored, match="JobFailed: The judge could not be reached"):
        world.scored()


def test_equal_warnings_of_many_jobs_are_told_once() -> None:
    world = World([score(n) for n in range(60)], 30)
    for number in range(30):
        told = ("odd", *(f"odd {number}.{n}" for n in range(number % 2)))
        world.store.add(world.store.job(RUN, number).model_copy(update={"warnings": told}))
    warnings = world.scored()["warnings"]
    assert warnings[0] == "odd (30 jobs)"
    assert len(warnings) == 16


# -- custom metrics, whose scale the results decide ------------------------------------------------


def tone(number: int, value: float | None, raw: float | None = None) -> RecordScore:
    return RecordScore(key=f"k{number}", line=number + 1, metric="Tone", value=value, raw=raw)


def settled(scores: list[RecordScore], parts: int) -> tuple[World, Any]:
    world = World(scores, parts, metrics=[], customMetrics=[TONE.to_document()])
    return world, world.scored()


def test_a_part_that_could_not_tell_its_scale_is_read_on_that_of_the_others() -> None:
    # The second part saw only ones: the lowest level as written, or the highest one divided.
    scores = [tone(0, 2.0), tone(1, 3.0), tone(2, None, 1.0), tone(3, None, 1.0)]
    world, found = settled(scores, 2)
    assert overall(found, "Tone")["valueCounts"] == {"1.0": 2, "2.0": 1, "3.0": 1}
    assert found["warnings"] == []
    assert world.s3.objects[record_scores_key(RUN, 1)].count(b'"value":1.0') == 2


def test_or_divided_as_the_others_are() -> None:
    scores = [tone(0, 2.0, 0.5), tone(1, 3.0, 0.75), tone(2, None, 1.0), tone(3, None, 1.0)]
    _, found = settled(scores, 2)
    assert overall(found, "Tone")["valueCounts"] == {"2.0": 1, "3.0": 1, "4.0": 2}


def test_parts_that_contradict_each_other_are_told_as_in_one_job() -> None:
    # As written in one part and divided in the other: in one job neither would fit.
    scores = [tone(0, 2.0), tone(1, 3.0), tone(2, 2.0, 0.5), tone(3, 3.0, 0.75)]
    _, found = settled(scores, 2)
    assert overall(found, "Tone")["valueCounts"] == {"0.5": 1, "0.75": 1, "2.0": 1, "3.0": 1}
    assert found["warnings"] == ["Tone: some results are no level of its scale"]


def test_settling_twice_comes_to_the_same() -> None:
    scores = [tone(0, 2.0), tone(1, 3.0), tone(2, None, 1.0), tone(3, None, 1.0)]
    world, found = settled(scores, 2)
    assert world.scored() == found
