"""A judge's output is joined to the records by what was asked, for the model and its base model."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from serverless_world import (
    DATASET,
    LINES,
    Started,
    World,
    jsonl,
    judge,
    judged_record,
    jumpstart,
)
from unit_documents import custom_metric

from modeleval.errors import DatasetInvalid, OutputUnusable
from modeleval.scores.records import RecordScore

CUSTOM, BASE = "EvaluateCustomModelMetrics", "EvaluateBaseModelMetrics"
ALONE = judge(compareBaseModel=False, metrics=["Correctness"])


def ended(asked: dict[str, Any] = ALONE, *args: Any, **failed: str) -> Started:
    one = World().started(asked, *args)
    one.end("CompletedWithFailures" if failed else "Succeeded", **failed)
    return one


def by_line(scores: Any, candidate: str | None = None) -> dict[int, Any]:
    return {score.line: score.value for score in scores if score.candidate == candidate}


@given(st.randoms(use_true_random=False))
def test_records_are_joined_in_any_order(order: random.Random) -> None:
    one = ended(judge(metrics=["Correctness"]))
    for step, values in ((CUSTOM, (0.0, 0.5, 1.0)), (BASE, (1.0, 0.0, 0.5))):
        records = [judged_record(n, Correctness=value) for n, value in enumerate(values)]
        order.shuffle(records)
        one.judged(step, records)
    collected = one.collect()
    scores = list(collected.scores)
    assert by_line(scores) == {1: 0.0, 2: 0.5, 3: 1.0}
    assert by_line(scores, "base-model") == {1: 1.0, 2: 0.0, 3: 0.5}
    assert collected.warnings == []
    keys = [{s.key for s in scores if s.candidate == one} for one in (None, "base-model")]
    assert keys[0] == keys[1]
    assert len(keys[0]) == len(LINES)


def test_records_of_a_conversation_are_one_cluster() -> None:
    world = World()
    talks = ["a", "b", "a"]
    lines = [line | {"talk": talk} for line, talk in zip(LINES, talks, strict=True)]
    world.s3.objects[DATASET] = jsonl(lines)
    one = world.started(ALONE | {"clusterField": "talk"})
    one.end()
    one.judged(CUSTOM, [judged_record(n, Correctness=1.0) for n in (2, 0, 1)])
    assert [score.cluster for score in one.collect().scores] == talks


def test_a_record_without_its_cluster_is_refused() -> None:
    with pytest.raises(DatasetInvalid, match="talk"):
        World().plan(ALONE | {"clusterField": "talk"})


def test_a_base_models_result_is_not_used_again_with_other_clusters() -> None:
    world = World()
    world.s3.objects[DATASET] = jsonl([line | {"talk": "a"} for line in LINES])
    asked = [judge(), judge(clusterField="talk"), judge(clusterField="query"), judge()]
    digests = [world.plan(one).jobs[0].spec["baseDigest"] for one in asked]
    assert len(set(digests)) == 3
    assert digests[0] == digests[3]


def test_place_and_category_come_from_the_index() -> None:
    one = ended()
    one.judged(CUSTOM, [judged_record(n, Correctness=1.0) for n in (2, 1, 0)])
    first = next(one.collect().scores)
    assert isinstance(first, RecordScore)
    assert (first.line, first.category, first.explanation) == (1, "a", "why 0")
    assert first.judge == one.job.spec["evaluation"]["judge"]


def test_what_does_not_apply_and_what_is_missing_are_two_things() -> None:
    one = ended()
    records = [judged_record(0, Correctness=None), judged_record(1, Correctness=0.5)]
    one.judged(CUSTOM, records)
    assert [(s.value, s.not_applicable, s.unscored) for s in one.collect().scores] == [
        (None, True, False),
        (0.5, False, False),
        (None, False, True),
    ]


def test_a_score_without_a_result_is_unscored() -> None:
    one = ended()
    record = judged_record(0, Correctness=1.0)
    del record["automatedEvaluationResult"]["scores"][0]["result"]
    one.judged(CUSTOM, [record, judged_record(1, Correctness=1.0)])
    assert [score.unscored for score in one.collect().scores] == [True, False, True]


def test_a_metric_that_is_never_mentioned_is_told_with_whose_it_is() -> None:
    one = ended(judge())
    one.judged(CUSTOM, [judged_record(n, Correctness=1.0, Harmfulness=0.0) for n in range(3)])
    one.judged(BASE, [judged_record(n, Correctness=1.0) for n in range(3)])
    assert one.collect().warnings == ["base-model: The output holds no score of Harmfulness"]


def test_records_that_nobody_asked_for_are_counted() -> None:
    one = ended()
    stranger = judged_record(0, Correctness=0.0)
    stranger["inputRecord"]["prompt"] = repr([{"role": "user", "content": "who are you?"}])
    one.judged(CUSTOM, [stranger, *(judged_record(n, Correctness=1.0) for n in range(3))])
    collected = one.collect()
    assert collected.warnings == ["1 records of the output are not among those validated"]
    assert by_line(collected.scores) == {1: 1.0, 2: 1.0, 3: 1.0}


def test_records_known_by_the_user_alone_are_counted() -> None:
    one = ended()
    records = [judged_record(n, Correctness=1.0) for n in range(3)]
    records[1]["inputRecord"]["prompt"] = LINES[1]["query"]  # the system message was left out
    one.judged(CUSTOM, records)
    assert one.collect().warnings == ["1 records were recognised by the user's last message alone"]


@pytest.mark.parametrize(
    ("second", "response", "told"),
    [(0.0, 0, True), (1.0, 0, False), (0.0, 1, False)],
)
def test_equal_records_that_were_judged_differently_are_told(
    second: float, response: int, *, told: bool
) -> None:
    world = World()
    world.s3.objects[DATASET] = jsonl([LINES[0], LINES[2], LINES[0]])
    one = world.started(ALONE)
    one.end()
    again = judged_record(0, Correctness=second)
    again["modelResponses"] = judged_record(response)["modelResponses"]
    records = [judged_record(0, Correctness=1.0), judged_record(2, Correctness=0.5), again]
    one.judged(CUSTOM, records)
    warnings = [text for text in one.collect().warnings if "differently" in text]
    said = "Correctness: the judge scored 1 of 1 groups of equal records differently. Its "
    assert [text.startswith(said) for text in warnings] == [True] * told


def test_an_output_of_other_records_is_refused() -> None:
    one = ended()
    stranger = judged_record(0, Correctness=0.0)
    stranger["inputRecord"]["prompt"] = "something else"
    one.judged(CUSTOM, [stranger])
    with pytest.raises(OutputUnusable, match="None of the output's 1 records") as caught:
        one.collect()
    assert "something" not in str(caught.value)


def test_a_subject_without_an_output_is_an_error() -> None:
    with pytest.raises(OutputUnusable, match="left no scores per record"):
        ended().collect()


@pytest.mark.parametrize("records", [None, [], [judged_record(0, Relevance=1.0)]])
def test_a_base_model_without_an_output_is_a_warning(records: Any) -> None:
    one = ended(judge(metrics=["Correctness"]))
    one.judged(CUSTOM, [judged_record(n, Correctness=1.0) for n in range(3)])
    if records is not None:
        one.judged(BASE, records)
    collected = one.collect()
    [warning] = collected.warnings
    assert warning.startswith("The base model's scores cannot be used: ")
    assert {score.candidate for score in collected.scores} == {None}
    assert collected.reusable == []


@pytest.mark.parametrize("failed", [BASE, "EvaluateBaseInferenceModel"])
def test_a_base_model_that_failed_is_a_warning(failed: str) -> None:
    one = ended(judge(metrics=["Correctness"]), **{failed: "DownstreamServiceUnavailable"})
    if failed != BASE:  # what depends on it never ran
        steps = one.world.client.steps[one.arn]
        one.world.client.steps[one.arn] = [s for s in steps if s["StepName"] != BASE]
    one.judged(CUSTOM, [judged_record(n, Correctness=1.0) for n in range(3)])
    collected = one.collect()
    [warning] = collected.warnings
    assert warning.startswith(f"The base model was not evaluated: {failed}: Downstream")
    assert "no evaluation recipe" in warning
    assert collected.reusable == []


MEANS = [judged_record(0, Correctness=0.0), judged_record(1, Correctness=1.0)]


@pytest.mark.parametrize(
    ("theirs", "told"), [(0.5, False), (0.504, False), (0.51, True), (0.0, True), (None, False)]
)
def test_the_services_own_mean_is_a_cross_check(theirs: float | None, *, told: bool) -> None:
    one = ended()
    one.judged(CUSTOM, MEANS, None if theirs is None else {"Correctness": theirs})
    said = f"Correctness: SageMaker's own mean is {theirs or 0:.3f}, that of its records 0.500"
    assert one.collect().warnings == ([f"{said}; the records count"] if told else [])


@pytest.mark.parametrize("result", [None, float("nan"), "N/A"])
def test_what_does_not_apply_is_in_no_mean(result: Any) -> None:
    for theirs, told in ((0.5, 0), (0.9, 1)):
        one = ended()
        one.judged(CUSTOM, [*MEANS, judged_record(2, Correctness=result)], {"Correctness": theirs})
        assert len(one.collect().warnings) == told


def test_a_custom_metrics_level_that_does_not_apply_is_in_no_mean() -> None:
    scale = [
        {"definition": "Not applicable", "value": {"floatValue": -1}},
        {"definition": "Rude", "value": {"floatValue": 0}},
        {"definition": "Polite", "value": {"floatValue": 1}},
    ]
    asked = ALONE | {"metrics": [], "customMetrics": custom_metric(ratingScale=scale)}
    one = ended(asked)
    results = (-1, 1, 0)
    one.judged(CUSTOM, [judged_record(n, Tone=r) for n, r in enumerate(results)], {"Tone": 0.5})
    collected = one.collect()
    assert collected.warnings == []
    assert by_line(collected.scores) == {1: None, 2: 1.0, 3: 0.0}


def test_a_custom_metric_keeps_its_scale_through_the_table() -> None:
    scale = [
        {"definition": "Bad", "value": {"floatValue": 1}},
        {"definition": "Fair", "value": {"floatValue": 2.5}},
        {"definition": "Good", "value": {"floatValue": 4}},
    ]
    asked = ALONE | {"metrics": [], "customMetrics": custom_metric(ratingScale=scale)}
    one = ended(asked)
    results = (1, 2.5, 4)
    one.judged(CUSTOM, [judged_record(n, Tone=result) for n, result in enumerate(results)])
    assert list(by_line(one.collect().scores).values()) == list(results)


def test_a_jumpstart_model_is_the_subject_of_the_base_models_steps() -> None:
    one = ended(ALONE, jumpstart())
    one.judged(BASE, MEANS)
    assert {score.candidate for score in one.collect().scores} == {None}


def test_a_trial_joins_only_what_was_drawn() -> None:
    one = World().started(ALONE, sample=2)
    one.end()
    drawn = one.world.s3.objects[f"runs/{one.job.ref.run_id}/inputs/e0/p0.jsonl"].splitlines()
    assert len(drawn) == 2
    one.judged(CUSTOM, [judged_record(n, Correctness=1.0) for n in range(3)])
    collected = one.collect()
    assert len(list(collected.scores)) == 2
    assert collected.warnings == ["1 records of the output are not among those validated"]
