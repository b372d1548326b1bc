"""A run beside its baseline: what is lost decides nothing, what is not yet there does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from unit_documents import RUN, evaluation, suite
from unit_fakes import EXECUTION, FakeStore, MemoryS3, bucket, job, run, services

from modeleval.artifacts import aggregates_key, record_scores_key, suite_key, summary_key
from modeleval.scores.aggregates import AggregateScore, write_aggregates
from modeleval.scores.metrics import Direction
from modeleval.scores.records import RecordScore, write_record_scores
from modeleval.statistics.words import Word
from modeleval.store.items import EvaluationFacts, JobStatus
from modeleval.workflow.score import score_run

EARLIER = "mebbcdefgh234567ab"
RULE = {"evaluation": "answers", "metric": "Correctness", "maxRegression": 0.05}
SUMS = {"name": "answers", "kind": "sagemaker-scorer", "dataset": "d", "scorer": "prime_math"}
SPEC = {"evaluation": {"type": "CustomScorer", "preset": "prime_math"}}


class World:
    """Two runs of one evaluation; the later one is assessed with the earlier one as baseline."""

    def __init__(self, *rules: dict[str, Any], entry: Any = None, jobs: int = 1) -> None:
        self.entry = entry or evaluation(metrics=["Correctness"])
        document = suite(evaluations=[self.entry], acceptEula=True, gate={"rules": [*rules]})
        facts = EvaluationFacts(
            name="answers", kind=self.entry["kind"], subject="bot", jobs=tuple(range(jobs))
        )
        self.store = FakeStore()
        self.s3 = MemoryS3()
        self.services = services(store=self.store, objects=bucket(self.s3))
        for run_id in (EARLIER, RUN):
            self.store.add(run(run_id=run_id, evaluations=(facts,), execution_arn=EXECUTION))
            for number in range(jobs):
                self._collected(run_id, number)
            self.s3.objects[suite_key(run_id)] = json.dumps(document).encode()
        score_run(EARLIER, self.services)
        self.store.update_run(RUN, baseline={"label": "previous", "runId": EARLIER})

    def _collected(self, run_id: str, number: int) -> None:
        kind, spec = self.entry["kind"], SPEC | {"part": number}
        fields = {"kind": kind, "evaluation": 0, "spec": spec, "status": JobStatus.SUCCEEDED}
        self.store.add(job(number, run_id=run_id, **fields))
        aggregated = kind == "sagemaker-scorer"
        scores = [
            RecordScore(key=f"{number}-{n}", line=n + 1, metric="Correctness", value=1.0)
            for n in range(0 if aggregated else 200)
        ]
        with self.services.objects.writer(record_scores_key(run_id, number)) as file:
            write_record_scores(scores, file)
        reward = AggregateScore(
            metric="reward", value=0.8, standard_error=0.01, direction=Direction.HIGHER
        )
        kept = write_aggregates([reward] if aggregated else [])
        self.s3.objects[aggregates_key(run_id, number)] = kept

    def assessed(self) -> dict[str, Any]:
        score_run(RUN, self.services)
        return json.loads(self.s3.objects[summary_key(RUN)])  # type: ignore[no-any-return]

    def condition(self) -> dict[str, Any]:
        [found] = self.assessed()["gate"]["conditions"]
        return found  # type: ignore[no-any-return]


def test_a_baseline_with_scores_decides() -> None:
    assert World(RULE).condition()["verdict"] == "passed"


@pytest.mark.parametrize(
    ("baseline", "verdict", "why"),
    [
        ({"missing": "there is no earlier run"}, "passed", "there is no earlier run: nothing to"),
        ({"lost": "version 2 has no run"}, "inconclusive", "version 2 has no run"),
    ],
)
def test_a_lost_baseline_decides_nothing(baseline: dict[str, str], verdict: str, why: str) -> None:
    world = World(RULE)
    world.store.update_run(RUN, baseline={"label": "approved", **baseline})
    found = world.condition()
    assert found["verdict"] == verdict
    assert why in found["why"]
    assert world.assessed()["baseline"] == {"label": "approved", **baseline}
    assert world.assessed()["gate"]["verdict"] == "inconclusive"


@pytest.mark.parametrize("gone", [0, 1])
@pytest.mark.parametrize("item", [False, True])
def test_half_a_baseline_is_none(gone: int, *, item: bool) -> None:
    """Jobs' items expire, and files are deleted: with what is left it would look like less."""
    world = World(RULE, jobs=2)
    assert world.condition()["verdict"] == "passed"
    if item:
        del world.store._jobs[EARLIER, gone]
    else:
        del world.s3.objects[record_scores_key(EARLIER, gone)]
    found = world.condition()
    assert found["verdict"] == "inconclusive"
    assert f"the scores of run {EARLIER} were deleted" in found["why"]


@pytest.mark.parametrize(
    ("metric", "entry"), [("Correctness", None), ("reward", SUMS)], ids=["records", "aggregates"]
)
def test_the_margins_of_a_rule_are_each_metrics_own(metric: str, entry: Any) -> None:
    def word(**rule: Any) -> str:
        world = World({"evaluation": "answers", **rule}, entry=entry)
        [found] = world.assessed()["evaluations"][0]["comparisons"]
        return str(found["word"])

    assert word(maxRegression=0.05) == word(metric=metric, maxRegression=0.05) == Word.NO_WORSE
    assert word(minimum=0.5) != Word.NO_WORSE
    assert word(maxRegression=0.05, category="de") != Word.NO_WORSE


def test_the_smallest_margin_counts() -> None:
    every = {"evaluation": "answers", "maxRegression": 0.05}
    world = World(every, {**RULE, "maxRegression": 0.0001})
    [found] = world.assessed()["evaluations"][0]["comparisons"]
    assert found["word"] != Word.NO_WORSE
