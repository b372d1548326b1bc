"""Metrics that are asked for in all categories or in some, and the groups that they make."""

from __future__ import annotations

from typing import Any

import pytest
from unit_documents import custom_metric, evaluation

from modeleval.kinds.bedrock_judge import JudgeEvaluation
from modeleval.kinds.judge_metrics import groups_of, metrics_of, wanting_references
from modeleval.scores.metrics import Direction


def entry(**changes: Any) -> JudgeEvaluation:
    return JudgeEvaluation.model_validate(evaluation(**changes))


def limited(name: str, *categories: str) -> dict[str, Any]:
    return {"name": name, "categories": list(categories)}


def groups(**changes: Any) -> list[tuple[Any, tuple[str, ...]]]:
    return [(group.categories, group.names) for group in groups_of(entry(**changes))]


def test_metrics_for_all_records_are_one_group() -> None:
    assert groups(customMetrics=[custom_metric()]) == [
        (None, ("Correctness", "Harmfulness", "Tone"))
    ]


def test_metrics_of_the_same_categories_are_one_group_in_whatever_order_they_stand() -> None:
    found = groups(metrics=[limited("Refusal", "a", "b"), limited("Harmfulness", "b", "a")])
    assert found == [(frozenset({"a", "b"}), ("Refusal", "Harmfulness"))]


def test_metrics_of_other_categories_are_other_groups_after_those_for_all() -> None:
    found = groups(
        metrics=[limited("Refusal", "a"), "Correctness", limited("Harmfulness", "a", "b")],
        customMetrics=[custom_metric(categories=["a"]), custom_metric(name="Wit")],
    )
    assert found == [
        (None, ("Correctness", "Wit")),
        (frozenset({"a"}), ("Refusal", "Tone")),
        (frozenset({"a", "b"}), ("Harmfulness",)),
    ]


def test_every_metric_is_in_exactly_one_group() -> None:
    one = entry(metrics=["Correctness", limited("Refusal", "x")], customMetrics=custom_metric())
    names = [name for group in groups_of(one) for name in group.names]
    assert sorted(names) == sorted(metrics_of(one))


@pytest.mark.parametrize("categories", [[], [3], "a"])
def test_categories_are_a_list_of_texts_with_at_least_one(categories: object) -> None:
    with pytest.raises(ValueError, match="categories"):
        entry(metrics=[{"name": "Refusal", "categories": categories}])


def test_a_metric_is_not_named_twice_for_two_categories() -> None:
    with pytest.raises(ValueError, match="Refusal is named more than once"):
        entry(metrics=[limited("Refusal", "a"), limited("refusal", "b")])


def test_custom_metrics_come_last_with_their_own_direction() -> None:
    found = metrics_of(entry(customMetrics=custom_metric(direction="lowerIsBetter")))
    assert list(found) == ["Correctness", "Harmfulness", "Tone"]
    assert found["Tone"].direction is Direction.LOWER
    assert found["Tone"].custom


def test_references_are_wanted_by_built_in_metrics_and_by_ground_truth() -> None:
    truth = custom_metric(name="Truth", instructions="Judge. {{prediction}} {{ground_truth}}")
    one = entry(
        metrics=["Correctness", "Harmfulness", "Completeness"],
        customMetrics=[custom_metric(), truth],
    )
    assert wanting_references(one) == ("Correctness", "Completeness", "Truth")
