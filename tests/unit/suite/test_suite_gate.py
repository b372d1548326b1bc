"""The gate as a suite writes it."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from modeleval.suite.gate import BASELINES, Action, BaselineName, Gate, Rule


def rule(**fields):
    return Rule.model_validate({"evaluation": "answers", **fields})


@pytest.mark.parametrize(
    "condition",
    [
        {"minimum": 0.7},
        {"maximum": 0.1},
        {"maxRegression": 0.05},
        {"noSignificantRegression": True, "margin": 0.05},
        {"maxLowScores": 3},
        {"minScoredShare": 0.9},
    ],
)
def test_one_condition_makes_a_rule(condition):
    found = rule(metric="Correctness", category="de", **condition)
    assert found.to_document() | condition == found.to_document()


@pytest.mark.parametrize(
    "name", ["minimum", "maximum", "maxRegression", "maxLowScores", "minScoredShare"]
)
def test_a_limit_of_zero_is_a_condition(name):
    assert rule(**{name: 0}).to_document()[name] == 0


@pytest.mark.parametrize(
    "fields", [{}, {"metric": "Correctness"}, {"noSignificantRegression": False}, {"minimum": None}]
)
def test_a_rule_without_a_condition_is_an_error(fields):
    with pytest.raises(ValidationError, match="a rule without a condition; write minimum"):
        rule(**fields)


@pytest.mark.parametrize("margin", [{}, {"margin": 0}])
def test_significance_needs_a_margin(margin):
    with pytest.raises(ValidationError, match="needs a margin above 0"):
        rule(noSignificantRegression=True, **margin)


@pytest.mark.parametrize(
    "other",
    [{"minimum": 0.5}, {"maxRegression": 0.1}, {"noSignificantRegression": False, "minimum": 0.1}],
)
def test_a_margin_alone_is_an_error(other):
    with pytest.raises(ValidationError, match="margin goes with noSignificantRegression"):
        rule(margin=0.1, **other)


def test_nothing_passes_between_crossed_limits():
    with pytest.raises(ValidationError, match="minimum is above maximum"):
        rule(minimum=0.8, maximum=0.2)
    assert rule(minimum=0.5, maximum=0.5)


@pytest.mark.parametrize(
    "fields",
    [
        {"maxRegression": -0.1},
        {"noSignificantRegression": True, "margin": -0.1},
        {"maxLowScores": -1},
        {"maxLowScores": 1.5},
        {"minScoredShare": 1.1},
        {"minScoredShare": -0.1},
        {"minimum": float("nan")},
        {"maximum": float("inf")},
        {"maxRegression": float("inf")},
        {"metric": "", "minimum": 0.5},
        {"category": "", "minimum": 0.5},
        {"max_regression": 0.1},
        {"minimun": 0.5},
    ],
)
def test_what_a_rule_cannot_say(fields):
    with pytest.raises(ValidationError):
        rule(**fields)


def test_the_margins_that_a_rule_asks_about():
    both = rule(maxRegression=0.1, noSignificantRegression=True, margin=0.05)
    assert both.margins == [0.1, 0.05]
    assert rule(maxRegression=0).margins == [0]
    assert rule(minimum=0.5).margins == []


def test_a_gate_without_rules_is_an_error():
    for fields in ({}, {"rules": []}):
        with pytest.raises(ValidationError):
            Gate.model_validate(fields)


def test_a_gate_asks_for_95_percent():
    gate = Gate.model_validate({"rules": [{"evaluation": "answers", "minimum": 0.5}]})
    assert gate.min_scored_share == 0.95
    with pytest.raises(ValidationError):
        Gate.model_validate({**gate.to_document(), "minScoredShare": 95})
    assert Gate.model_validate(gate.to_document()) == gate


@pytest.mark.parametrize("name", [*BASELINES, "run:me" + "a2" * 8])
def test_baselines(name):
    assert TypeAdapter(BaselineName).validate_python(name) == name


@pytest.mark.parametrize(
    "name", ["", "base", "Approved", "run:", "run:me1", "run:me" + "A" * 16, "previous ", "none\n"]
)
def test_no_baselines(name):
    with pytest.raises(ValidationError):
        TypeAdapter(BaselineName).validate_python(name)


RULES = [{"evaluation": "answers", "minimum": 0.5}]


def gate(**fields):
    return Gate.model_validate({"rules": RULES, **fields})


def test_without_a_word_every_verdict_leaves_the_version():
    for verdict in ("passed", "failed", "inconclusive", "pending"):
        assert gate().action(verdict) is Action.LEAVE


def test_what_follows_from_each_verdict():
    found = gate(onPass="approve", onFail="reject", onInconclusive="ask", answerWithinDays=3)
    verdicts = ("passed", "failed", "inconclusive")
    assert [found.action(one).value for one in verdicts] == ["approve", "reject", "ask"]
    assert found.days_to_answer == 3
    assert Gate.model_validate(found.to_document()) == found


def test_a_person_has_a_week_to_answer():
    assert gate(onInconclusive="ask").days_to_answer == 7


@pytest.mark.parametrize("field", ["onFail", "onInconclusive"])
def test_only_what_passed_approves(field):
    with pytest.raises(ValidationError, match=f"{field}: only a gate that passed approves"):
        gate(**{field: "approve"})


@pytest.mark.parametrize(
    "fields",
    [
        {"onPass": "ask"},
        {"onFail": "ask"},
        {"onPass": "Approve"},
        {"onInconclusive": "ask", "answerWithinDays": 0},
        {"onInconclusive": "ask", "answerWithinDays": 91},
        {"answerWithinDays": 7},
        {"onInconclusive": "leave", "answerWithinDays": 7},
    ],
)
def test_other_words_and_days_of_nobody_are_errors(fields):
    with pytest.raises(ValidationError):
        gate(**fields)
