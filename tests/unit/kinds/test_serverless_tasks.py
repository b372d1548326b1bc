"""What benchmarks and scorers leave becomes aggregates of the model and of its base model."""

from __future__ import annotations

import json
from typing import Any

import pytest
from serverless_world import SCORER, Started, World, benchmark, jumpstart, scorer

from modeleval.errors import JobFailed, OutputUnusable
from modeleval.scores.aggregates import AggregateScore
from modeleval.scores.metrics import Direction

CUSTOM, BASE = "EvaluateCustomModel", "EvaluateBaseModel"


def ended(asked: dict[str, Any], *args: Any, status: str = "Succeeded", **failed: str) -> Started:
    one = World().started(asked, *args)
    one.end(status, **failed)
    return one


def test_a_benchmark_has_its_own_metric_overall_and_per_subtask() -> None:
    one = ended(benchmark(subtasks=["anatomy"]))
    tasks = {"custom|mmlu:anatomy|0": {"accuracy": 0.5, "accuracy_stderr": 0.1}}
    one.results(CUSTOM, all={"accuracy": 0.5}, **tasks)
    one.results(BASE, all={"accuracy": 0.4}, **tasks)
    assert sorted(map(seen, one.collect().aggregates), key=str) == [
        ("base-model", "accuracy", "anatomy", 0.5, 0.1),
        ("base-model", "accuracy", None, 0.4, None),
        (None, "accuracy", "anatomy", 0.5, 0.1),
        (None, "accuracy", None, 0.5, 0.1),
    ]
    assert list(one.collect().scores) == []
    assert one.collect().warnings == []


def seen(score: AggregateScore) -> tuple[Any, ...]:
    return (score.candidate, score.metric, score.category, score.value, score.standard_error)


@pytest.mark.parametrize("asked", [benchmark(benchmark="strong_reject"), benchmark()])
def test_a_benchmarks_own_metric_goes_from_0_to_1(asked: dict[str, Any]) -> None:
    one = ended(asked | {"compareBaseModel": False})
    metric = one.job.spec["evaluation"]["metric"]
    one.results(CUSTOM, all={metric: 0.5, "other": 7})
    ranges = {s.metric: (s.minimum, s.maximum) for s in one.collect().aggregates}
    assert ranges == {metric: (0.0, 1.0), "other": (None, None)}


def test_a_scorers_own_metrics_have_no_range_and_bleu_goes_to_100() -> None:
    one = ended(scorer(scorer=SCORER, compareBaseModel=False, lowerIsBetter=["errors"]))
    one.results(CUSTOM, all={"rouge1": 0.5, "bleu": 40, "errors": 12, "reward": -3})
    found = {s.metric: (s.minimum, s.maximum, s.direction) for s in one.collect().aggregates}
    assert found == {
        "rouge1": (0.0, 1.0, Direction.HIGHER),
        "bleu": (0.0, 100.0, Direction.HIGHER),
        "errors": (None, None, Direction.LOWER),
        "reward": (None, None, Direction.HIGHER),
    }


def test_what_the_results_say_of_themselves_is_told_once() -> None:
    one = ended(benchmark())
    for step in (CUSTOM, BASE):
        one.results(step, note="stand-in: made up", all={"accuracy": 0.5})
    assert one.collect().warnings == ["The results say of themselves: stand-in: made up"]


def test_results_without_an_overall_score_are_told() -> None:
    one = ended(benchmark(compareBaseModel=False))
    tasks = {f"custom|mmlu_new_{name}|0": {"accuracy": 0.5} for name in ("anatomy", "virology")}
    one.results(CUSTOM, **tasks)
    collected = one.collect()
    assert {score.category for score in collected.aggregates} == {
        "mmlu_new_anatomy",
        "mmlu_new_virology",
    }
    assert collected.warnings == ["The results hold no overall score, only those of their tasks"]


def test_records_that_the_scorer_failed_on_are_told_per_model() -> None:
    one = ended(scorer(scorer=SCORER))
    one.results(CUSTOM, all={"reward": 1, "byoc_failure_count": 2})
    one.results(BASE, all={"reward": 1, "byoc_failure_count": 3})
    collected = one.collect()
    assert collected.warnings == [
        "The scorer's function failed on 2 records",
        "The scorer's function failed on 3 records of the base-model",
    ]
    assert {score.metric for score in collected.aggregates} == {"reward"}


def test_the_records_that_were_scored_are_counted_per_model() -> None:
    one, part = ended(scorer(scorer=SCORER)), {"custom|sums:part|0": {"reward": 1}}
    one.results(CUSTOM, all={"reward": 1, "byoc_failure_count": 2}, **part)
    one.results(BASE, all={"reward": 1})
    counts = {
        (s.candidate, s.category): (s.records, s.unscored, s.scored_share)
        for s in one.collect().aggregates
    }
    assert counts == {
        (None, None): (3, 2, 1 / 3),
        (None, "part"): (None, 0, None),
        ("base-model", None): (3, 0, 1.0),
    }


def test_nobody_says_how_many_records_a_benchmark_has() -> None:
    one = ended(benchmark(compareBaseModel=False))
    one.results(CUSTOM, all={"accuracy": 0.5})
    assert [(s.records, s.scored_share) for s in one.collect().aggregates] == [(None, None)]


@pytest.mark.parametrize(
    ("asked", "metric", "value"),
    [
        (benchmark(), "accuracy", 1.01),
        (benchmark(), "accuracy", -0.01),
        (scorer(), "rouge1", 40),
        (scorer(), "bleu", 101),
    ],
)
def test_a_value_outside_its_scale_is_no_score(
    asked: dict[str, Any], metric: str, value: float
) -> None:
    one = ended(asked)
    one.results(CUSTOM, all={metric: value})
    one.results(BASE, all={metric: 0.5})
    with pytest.raises(OutputUnusable, match=f"{metric} is {value:g}, and its scale goes from 0"):
        one.collect()


def test_a_base_models_value_outside_its_scale_is_a_warning() -> None:
    one = ended(benchmark())
    one.results(CUSTOM, all={"accuracy": 0.5})
    one.results(BASE, all={"accuracy": 50})
    collected = one.collect()
    [warning] = collected.warnings
    assert warning.startswith("The base model's scores cannot be used: accuracy is 50")
    assert [score.candidate for score in collected.aggregates] == [None]
    assert collected.reusable == []


@pytest.mark.parametrize(("metric", "value"), [("accuracy", 0), ("accuracy", 1), ("other", 7)])
def test_the_ends_of_a_scale_belong_to_it_and_others_have_none(metric: str, value: float) -> None:
    one = ended(benchmark(compareBaseModel=False))
    one.results(CUSTOM, all={metric: value})
    assert [score.value for score in one.collect().aggregates] == [value]


def test_a_scorer_that_never_failed_is_not_told() -> None:
    one = ended(scorer(compareBaseModel=False))
    one.results(CUSTOM, all={"reward": 1, "byoc_failure_count": 0})
    assert one.collect().warnings == []


def test_a_base_model_that_failed_is_a_warning_with_its_reason() -> None:
    one = ended(benchmark(), status="CompletedWithFailures", EvaluateBaseModel="no capacity")
    one.results(CUSTOM, all={"accuracy": 0.5})
    collected = one.collect()
    [warning] = collected.warnings
    assert warning.startswith(
        "The base model was not evaluated: EvaluateBaseModel: no capacity [log: "
    )
    assert [score.candidate for score in collected.aggregates] == [None]
    assert collected.reusable == []


@pytest.mark.parametrize("compared", [False, True])
def test_whatever_else_failed_is_a_warning(*, compared: bool) -> None:
    asked = benchmark(compareBaseModel=compared)
    one = ended(asked, status="CompletedWithFailures", AssociateLineage="not allowed")
    for step in (CUSTOM, BASE)[: 1 + compared]:
        one.results(step, all={"accuracy": 0.5})
    collected = one.collect()
    assert collected.warnings == ["A part of the evaluation failed: AssociateLineage: not allowed"]
    assert len(collected.aggregates) == 1 + compared
    assert len(collected.reusable) == compared


@pytest.mark.parametrize("data", [None, b"not JSON", b'{"results": {}}'])
def test_a_base_model_without_results_is_a_warning_too(data: bytes | None) -> None:
    """The subject's own scores were paid for."""
    one = ended(benchmark())
    one.results(CUSTOM, all={"accuracy": 0.5})
    if data is not None:
        one.write(BASE, "None/eval_results/results_1.json", data)
    collected = one.collect()
    [warning] = collected.warnings
    assert warning.startswith("The base model's scores cannot be used: The ")
    assert [score.candidate for score in collected.aggregates] == [None]
    assert collected.reusable == []


@pytest.mark.parametrize("data", [None, b"not JSON", b'{"results": {}}'])
def test_a_subject_without_results_is_an_error(data: bytes | None) -> None:
    one = ended(benchmark())
    one.results(BASE, all={"accuracy": 0.5})
    if data is not None:
        one.write(CUSTOM, "None/eval_results/results_1.json", data)
    with pytest.raises(OutputUnusable):
        one.collect()


def test_a_subject_that_failed_is_an_error_even_if_somebody_collects_it() -> None:
    one = ended(benchmark(), status="Failed", EvaluateCustomModel="x")
    with pytest.raises(JobFailed, match="EvaluateCustomModel did not succeed"):
        one.collect()


def test_the_base_models_results_are_not_taken_for_the_models_own() -> None:
    """One name may begin with the other's."""
    one = ended(benchmark())
    one.results(CUSTOM, all={"accuracy": 0.5})
    one.results(f"{CUSTOM}2", all={"accuracy": 0.1})
    one.results(BASE, all={"accuracy": 0.4})
    assert [(s.candidate, s.value) for s in one.collect().aggregates] == [
        (None, 0.5),
        ("base-model", 0.4),
    ]


def test_another_attempts_results_are_not_read() -> None:
    one = ended(benchmark(compareBaseModel=False))
    one.results(CUSTOM, all={"accuracy": 0.5})
    key = next(key for key in one.world.s3.objects if "/a1/" in key)
    other = {"results": {"all": {"accuracy": 0.9}}}
    later = key.replace("/a1/", "/a10/").replace("2026-11-22", "2027-01-01")
    one.world.s3.objects[later] = json.dumps(other).encode()
    assert [score.value for score in one.collect().aggregates] == [0.5]


def test_a_jumpstart_model_is_the_subject_in_the_base_models_step() -> None:
    one = ended(benchmark(), jumpstart())
    one.results(BASE, all={"accuracy": 0.4})
    collected = one.collect()
    assert [(s.candidate, s.value) for s in collected.aggregates] == [(None, 0.4)]
    assert collected.reusable == []
