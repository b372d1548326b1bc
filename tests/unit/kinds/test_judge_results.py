"""Custom metrics' results, read on the scale that the whole job's results are on."""

from __future__ import annotations

from typing import Any

import pytest
from judge_outputs import collect, entry, output, spec
from unit_documents import custom_metric

from modeleval.kinds.custom_metrics import CustomMetric
from modeleval.scores.records import RecordScore

FIVE = {"bad": 1, "weak": 2, "fair": 3, "good": 4, "best": 5}
DOUBT = "Tone: the results are levels of the scale both as it was written and divided by"


def metric(levels: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The definition as a job's spec holds it."""
    kind = "stringValue" if isinstance(next(iter(levels.values())), str) else "floatValue"
    scale = [{"definition": name, "value": {kind: value}} for name, value in levels.items()]
    given = custom_metric(ratingScale=scale, **changes)
    return CustomMetric.model_validate(given).to_document()


def collected(
    levels: dict[str, Any], *results: Any, metrics: tuple[str, ...] = ()
) -> tuple[list[RecordScore], list[str]]:
    records = [output(number, one, metric="Tone") for number, one in enumerate(results)]
    index = [entry(number) for number in range(len(results))]
    return collect(records, index, spec(metrics, [metric(levels)]))


def values(levels: dict[str, Any], *results: Any) -> list[Any]:
    found, warnings = collected(levels, *results)
    assert warnings == []
    return [score.value for score in found]


def test_results_that_are_levels_are_as_they_are() -> None:
    assert values(FIVE, 1, 3, 5.0, "4") == [1.0, 3.0, 5.0, 4.0]


def test_results_that_were_divided_by_the_highest_level_are_levels_again() -> None:
    assert values(FIVE, 0.2, 0.6, 1.0, "0.8") == [1.0, 3.0, 5.0, 4.0]


def test_what_the_service_rounded_is_the_level_itself() -> None:
    assert values({"a": 1, "b": 2, "c": 3}, 0.3333, 0.6667) == [1.0, 2.0]


def test_a_scale_up_to_one_is_the_same_either_way() -> None:
    assert values({"no": 0, "half": 0.5, "yes": 1}, 0, 0.5, 1) == [0.0, 0.5, 1.0]


def test_results_of_two_meanings_are_unscored_and_told() -> None:
    found, warnings = collected(FIVE, 1.0, 1.0)
    assert all(score.unscored for score in found)
    [warning] = warnings
    assert DOUBT in warning
    assert "A scale from 0 to 1 has no such doubt" in warning


def test_one_result_that_is_on_one_scale_only_tells_what_the_others_mean() -> None:
    assert values(FIVE, 1.0, 0.2) == [5.0, 1.0]
    assert values(FIVE, 1.0, 2.0) == [1.0, 2.0]


def test_zero_is_zero_on_either_scale() -> None:
    found, warnings = collected({"no": 0, "some": 1, "yes": 2}, 0, 1)
    assert [score.value for score in found] == [0.0, None]
    assert DOUBT in warnings[0]


def test_results_that_are_no_levels_are_kept_and_told() -> None:
    found, warnings = collected(FIVE, 3.0, 7.5)
    assert [score.value for score in found] == [3.0, 7.5]
    assert warnings == ["Tone: some results are no level of its scale"]


@pytest.mark.parametrize("result", [None, "N/A", "Not applicable", "NaN", "n/a: no answer"])
def test_what_does_not_apply_is_so_on_any_scale(result: object) -> None:
    found, warnings = collected(FIVE, result, 2)
    assert found[0].not_applicable
    assert found[1].value == 2.0
    assert warnings == []


APART = {"N/A": -1, "bad": 1, "good": 2}


@pytest.mark.parametrize("results", [(-1, 2, 1), (-0.5, 1, 0.5)])
def test_a_level_for_what_does_not_apply_is_known_by_its_value(results: tuple[float, ...]) -> None:
    found, warnings = collected(APART, *results)
    assert [score.value for score in found] == [None, 2.0, 1.0]
    assert [score.not_applicable for score in found] == [True, False, False]
    assert warnings == []


def test_a_level_for_what_does_not_apply_is_known_by_its_label() -> None:
    found, _ = collected({"Not applicable (no text)": 9, "bad": 1, "good": 2}, 9, 2)
    assert [score.not_applicable for score in found] == [True, False]


def test_a_divided_result_is_not_taken_for_another_levels_value() -> None:
    # 1.0 is the best level divided by itself, and also what the first level is written as.
    found, warnings = collected({"N/A": 1, "bad": 2, "good": 3}, 1.0, 0.6667)
    assert [(score.value, score.not_applicable) for score in found] == [(3.0, False), (2.0, False)]
    assert warnings == []


def test_levels_that_are_texts_are_kept_as_texts() -> None:
    assert values({"a": "polite", "b": "rude"}, "rude", "polite") == ["rude", "polite"]


def test_a_text_level_for_what_does_not_apply_is_no_level() -> None:
    found, _ = collected({"Not applicable": "none", "b": "rude"}, "none", "rude")
    assert [(score.value, score.not_applicable) for score in found] == [
        (None, True),
        ("rude", False),
    ]


def test_a_numbers_scale_keeps_a_text_that_the_judge_gave() -> None:
    found, _ = collected(FIVE, "splendid", 5)
    assert [score.value for score in found] == ["splendid", 5.0]


def test_a_missing_result_is_unscored_and_does_not_decide_the_scale() -> None:
    records = [output(n, 0.2, metric="Tone") for n in range(2)]
    del records[0]["automatedEvaluationResult"]["scores"][0]["result"]
    found, warnings = collect(records, [entry(0), entry(1)], spec((), [metric(FIVE)]))
    assert [score.value for score in found] == [None, 1.0]
    assert found[0].unscored
    assert warnings == []


def test_a_built_in_metric_beside_it_is_read_as_it_is() -> None:
    record = output(0, 0.2, metric="Tone")
    record["automatedEvaluationResult"]["scores"] += [
        {"metricName": "Builtin.Helpfulness", "result": 0.8333}
    ]
    found, _ = collect([record], [entry(0)], spec(("Helpfulness",), [metric(FIVE)]))
    assert [(score.metric, score.value) for score in found] == [
        ("Helpfulness", 0.8333),
        ("Tone", 1.0),
    ]


def test_a_custom_metric_that_was_never_scored_is_told() -> None:
    _, warnings = collect([output(0)], [entry(0)], spec(("Correctness",), [metric(FIVE)]))
    assert warnings == ["The output holds no score of Tone"]
