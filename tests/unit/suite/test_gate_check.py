"""Rules that could never be decided are refused before the run is paid for."""

from __future__ import annotations

from typing import Any

import pytest
from unit_documents import JUDGE, evaluation, suite

from modeleval.errors import SuiteInvalid
from modeleval.suite.document import parse_suite

MMLU = {"name": "know", "kind": "sagemaker-benchmark", "benchmark": "mmlu"}
SUMS = {"name": "sums", "kind": "sagemaker-scorer", "dataset": "d", "scorer": "prime_math"}
TONE = {
    "name": "tone",
    "kind": "sagemaker-judge",
    "dataset": "d",
    "judge": JUDGE,
    "metrics": ["Correctness"],
}
ALL = [evaluation(), MMLU, SUMS, TONE]


def problems(*rules: dict[str, Any], **changes: Any) -> list[str]:
    """What is wrong with the gate's rules, each without the suite's other words."""
    fields: dict[str, Any] = {"evaluations": ALL, "acceptEula": True} | changes
    document = suite(gate={"rules": list(rules)}, **fields)
    try:
        parse_suite(document, source="s")
    except SuiteInvalid as error:
        lines = (line.strip() for line in str(error).splitlines())
        return [line for line in lines if line.startswith("gate.rules")]
    return []


@pytest.mark.parametrize(
    "rule",
    [
        {"evaluation": "answers", "metric": "Correctness", "maxRegression": 0.1},
        {"evaluation": "answers", "metric": "Harmfulness", "category": "any", "maxLowScores": 0},
        {"evaluation": "know", "metric": "accuracy", "minimum": 0.5},
        {"evaluation": "know", "metric": "accuracy", "category": "anatomy", "minimum": 0.5},
        {"evaluation": "sums", "metric": "whatever", "category": "any", "minScoredShare": 0.9},
        {"evaluation": "sums", "maxLowScores": 3},
        {"evaluation": "tone", "metric": "Correctness", "category": "any", "maxLowScores": 3},
    ],
)
def test_what_can_be_decided_is_no_problem(rule: dict[str, Any]) -> None:
    assert problems(rule) == []


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (
            {"evaluation": "answer"},
            "evaluation: no evaluation of the suite is called so; did you mean answers?",
        ),
        (
            {"evaluation": "zzz"},
            (
                "evaluation: no evaluation of the suite is called so; there are answers, know, "
                "sums, tone"
            ),
        ),
        (
            {"evaluation": "answers", "metric": "Corectness"},
            "metric: answers has no such metric; did you mean Correctness?",
        ),
        (
            {"evaluation": "tone", "metric": "Harmfulness"},
            "metric: tone has no such metric; there are Correctness",
        ),
        (
            {"evaluation": "know", "metric": "acuracy"},
            "metric: know has no such metric; did you mean accuracy?",
        ),
        (
            {"evaluation": "know", "category": "anatomie"},
            "category: know has no such category; did you mean anatomy?",
        ),
    ],
)
def test_what_there_is_not_is_answered_with_what_there_is(rule: dict[str, Any], said: str) -> None:
    fine = {"evaluation": "know", "minimum": 0.5}
    assert problems(fine, {**rule, "minimum": 0.5}) == [f"gate.rules[1].{said}"]


def test_only_the_subtasks_that_are_evaluated_are_categories() -> None:
    few = {**MMLU, "subtasks": ["anatomy", "virology"]}
    rule = {"evaluation": "know", "category": "astronomy", "minimum": 0.5}
    assert problems(rule) == []
    [problem] = problems(rule, evaluations=[few])
    assert problem.startswith("gate.rules[0].category: know has no such category; ")


@pytest.mark.parametrize("condition", [{"maxLowScores": 3}, {"minScoredShare": 0.9}])
@pytest.mark.parametrize("metric", [{}, {"metric": "accuracy"}])
def test_a_benchmark_has_no_records_to_count(
    condition: dict[str, Any], metric: dict[str, str]
) -> None:
    [name] = condition
    assert problems({"evaluation": "know", **metric, **condition}) == [
        f"gate.rules[0].{name}: know reports no records, only scores over all of them"
    ]


@pytest.mark.parametrize(
    "rule", [{"maxRegression": 0.1}, {"noSignificantRegression": True, "margin": 0.1}]
)
def test_there_is_no_regression_from_nothing(rule: dict[str, Any]) -> None:
    for name in ("answers", "know"):
        assert problems({"evaluation": name, **rule}, baseline="none") == [
            "gate.rules[0]: a regression from nothing; baseline is none"
        ]
    assert problems({"evaluation": "know", "minimum": 0.5}, baseline="none") == []


@pytest.mark.parametrize(
    ("entry", "compares"),
    [
        (evaluation(name="e"), False),
        *((one | {"name": "e"}, True) for one in (MMLU, SUMS, TONE)),
        *((one | {"name": "e", "compareBaseModel": False}, False) for one in (MMLU, SUMS, TONE)),
    ],
)
def test_the_base_model_is_a_baseline_only_where_it_is_evaluated(
    entry: dict[str, Any], *, compares: bool
) -> None:
    rule = {"evaluation": "e", "maxRegression": 0.1}
    said = "gate.rules[0]: e does not evaluate the base model, which is the baseline"
    found = problems(rule, evaluations=[entry], baseline="base-model")
    assert found == ([] if compares else [said])
    assert problems(rule, evaluations=[entry], baseline="previous") == []


def test_every_problem_of_every_rule_is_told() -> None:
    wrong = {"evaluation": "know", "metric": "x", "category": "y", "maxLowScores": 1}
    assert len(problems(wrong, {"evaluation": "gone", "minimum": 1})) == 4


SCALE = "the scale of Correctness goes from 0 to 1"
NEVER = "no number of records could be sure of it; maxLowScores counts low scores"


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({"minimum": 70}, f"minimum: {SCALE}: {NEVER}"),
        ({"minimum": 1}, f"minimum: {SCALE}: {NEVER}"),
        ({"minimum": 0}, f"minimum: {SCALE}, so it would always pass"),
        ({"maximum": 1.0}, f"maximum: {SCALE}, so it would always pass"),
        ({"maximum": -0.1}, f"maximum: {SCALE}: {NEVER}"),
        (
            {"maxRegression": 5},
            (
                "maxRegression: Correctness can be worse by 1 at most, so it would always pass; "
                "it is in the metric's own units, not in percent"
            ),
        ),
        (
            {"noSignificantRegression": True, "margin": 1},
            (
                "margin: Correctness can be worse by 1 at most, so it would always pass; it is in "
                "the metric's own units, not in percent"
            ),
        ),
    ],
)
def test_limits_must_mean_something_on_the_metrics_scale(
    condition: dict[str, Any], said: str
) -> None:
    for rule in ({"metric": "Correctness"}, {}):
        asked = {"evaluation": "tone", **rule, **condition}
        assert problems(asked) == [f"gate.rules[0].{said}"]


def scaled(*values: float | str) -> dict[str, Any]:
    levels = [
        {"definition": f"level {place}", "value": {"floatValue": value}}
        if isinstance(value, float)
        else {"definition": f"level {place}", "value": {"stringValue": value}}
        for place, value in enumerate(values)
    ]
    custom = {"name": "own", "instructions": "Rate {{prediction}}", "ratingScale": levels}
    return evaluation(metrics=[], customMetrics=[custom])


@pytest.mark.parametrize(
    ("condition", "fine"),
    [
        ({"minimum": 4}, True),
        ({"minimum": 5}, False),
        ({"minimum": 0.7}, False),
        ({"maxRegression": 1.5}, True),
        ({"maxRegression": 4}, False),
    ],
)
def test_a_custom_metrics_own_scale_counts(condition: dict[str, Any], *, fine: bool) -> None:
    found = problems({"evaluation": "answers", **condition}, evaluations=[scaled(1.0, 3.0, 5.0)])
    assert (not found) is fine


def test_a_scale_of_texts_has_no_limits_to_check() -> None:
    rule = {"evaluation": "answers", "minScoredShare": 0.9, "minimum": 2}
    assert problems(rule, evaluations=[scaled("warm", "cold")]) == []


@pytest.mark.parametrize("field", ["minimum", "maximum"])
def test_one_limit_is_not_for_metrics_of_both_directions(field: str) -> None:
    """`minimum: 0.7` would ask of Harmfulness that it be high."""
    assert problems({"evaluation": "answers", field: 0.7}) == [
        (
            f"gate.rules[0].{field}: some metrics of answers are better higher and some lower, and "
            "one limit cannot be meant for both; name the metric"
        )
    ]
    assert problems({"evaluation": "answers", "maxRegression": 0.7}) == []
    assert problems({"evaluation": "answers", "metric": "Harmfulness", field: 0.7}) == []
    assert problems({"evaluation": "answers", field: 0.7}, evaluations=[scaled(0.0, 1.0)]) == []
