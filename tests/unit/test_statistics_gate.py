"""Rules: passed, failed, and too little to tell."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from modeleval.statistics.gate import (
    decide_limit,
    decide_no_significant_regression,
    decide_regression,
)
from modeleval.statistics.paired import difference_interval
from modeleval.statistics.verdict import Verdict
from modeleval.statistics.words import Decision, NoInterval, Scale

YES_NO = Scale(minimum=0.0, maximum=1.0, levels=2)
FIVE = Scale(minimum=0.0, maximum=1.0, levels=5)


def regression(differences, margin, decide=decide_regression) -> Decision:
    return decide(difference_interval(differences, reach=1.0), margin)


@pytest.mark.parametrize(
    ("differences", "verdict"),
    [
        ([0.0] * 200, Verdict.PASSED),
        ([0.25, -0.25] * 100, Verdict.PASSED),
        ([-0.25] * 200, Verdict.FAILED),
        ([0.0] * 20, Verdict.INCONCLUSIVE),
        ([0.0] * 180 + [-1.0] * 10, Verdict.INCONCLUSIVE),
        ([-1.0] * 4, Verdict.INCONCLUSIVE),
    ],
)
def test_max_regression(differences, verdict):
    decision = regression(differences, 0.1 if verdict is Verdict.FAILED else 0.06)
    assert decision.verdict is verdict


def test_a_decision_tells_its_numbers():
    decision = regression([0.0] * 20, 0.05)
    assert decision.limit == -0.05
    assert decision.value == 0
    assert decision.lower_bound == pytest.approx(-(1 - 0.05 ** (1 / 20)), rel=0.03)
    assert decision.upper_bound == pytest.approx(-decision.lower_bound)
    assert decision.reason == "between -0.14 and 0.14, and -0.05 lies within"


def test_a_small_loss_that_is_certain_fails_only_the_rule_on_significance():
    differences = [-0.05, -0.03] * 300
    assert regression(differences, 0.06).verdict is Verdict.PASSED
    decision = regression(differences, 0.06, decide_no_significant_regression)
    assert decision.verdict is Verdict.FAILED
    assert decision.limit == 0


@pytest.mark.parametrize(
    ("differences", "verdict"),
    [([0.0] * 100, Verdict.PASSED), ([0.0] * 20, Verdict.INCONCLUSIVE)],
)
def test_no_significant_regression_needs_evidence_to_pass(differences, verdict):
    decision = regression(differences, 0.05, decide_no_significant_regression)
    assert decision.verdict is verdict


@pytest.mark.parametrize("decide", [decide_regression, decide_no_significant_regression])
def test_without_an_interval_nothing_is_decided(decide):
    decision = decide(NoInterval("why"), 0.05)
    assert (decision.verdict, decision.reason) == (Verdict.INCONCLUSIVE, "why")
    with pytest.raises(ValueError, match="margin"):
        decide(NoInterval("why"), -0.1)


@pytest.mark.parametrize(
    ("yes", "n", "limit", "verdict"),
    [
        (90, 100, 0.8, Verdict.PASSED),
        (90, 100, 0.88, Verdict.INCONCLUSIVE),
        (70, 100, 0.8, Verdict.FAILED),
        (10, 10, 0.7, Verdict.PASSED),
        (10, 10, 0.8, Verdict.INCONCLUSIVE),
        (4, 4, 0.1, Verdict.INCONCLUSIVE),
        (100, 100, 1.0, Verdict.INCONCLUSIVE),
        (0, 10, 0.0, Verdict.PASSED),
    ],
)
def test_minimum(yes, n, limit, verdict):
    values = [1.0] * yes + [0.0] * (n - yes)
    assert decide_limit(values, limit, rule="minimum", scale=YES_NO).verdict is verdict
    turned = [1 - value for value in values]
    decision = decide_limit(turned, 1 - limit, rule="maximum", scale=YES_NO)
    assert decision.verdict is verdict


def test_the_bounds_of_a_limit_are_one_sided():
    decision = decide_limit([1.0] * 90 + [0.0] * 10, 0.8, rule="minimum", scale=YES_NO)
    assert decision.lower_bound == pytest.approx(beta.ppf(0.05, 90, 11), abs=1e-3)
    assert decision.upper_bound == pytest.approx(beta.ppf(0.95, 91, 10), abs=1e-3)


def test_clusters_make_a_limit_harder_to_decide():
    values = [1.0] * 90 + [0.0] * 10
    labels = [place // 10 for place in range(100)]
    decision = decide_limit(values, 0.8, rule="minimum", scale=YES_NO, clusters=labels)
    assert decision.verdict is Verdict.INCONCLUSIVE


def test_no_value_decides_nothing():
    decision = decide_limit([], 0.5, rule="minimum", scale=FIVE)
    assert (decision.verdict, decision.reason) == (Verdict.INCONCLUSIVE, "no record was scored")


@given(
    st.lists(st.sampled_from([-0.5, -0.25, 0.0, 0.25, 0.5]), min_size=5, max_size=60),
    st.floats(0, 0.9),
    st.floats(0, 0.1),
)
@settings(deadline=None, max_examples=15)
def test_a_wider_margin_never_turns_passed_into_failed(differences, margin, more):
    order = [Verdict.FAILED, Verdict.INCONCLUSIVE, Verdict.PASSED]
    for decide in (decide_regression, decide_no_significant_regression):
        first = regression(differences, margin, decide).verdict
        second = regression(differences, margin + more, decide).verdict
        assert order.index(second) >= order.index(first)
