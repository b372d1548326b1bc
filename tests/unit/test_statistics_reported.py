"""Means of which only the value and its standard error are known, alone and compared."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from modeleval.statistics import aggregates
from modeleval.statistics.aggregates import compare_aggregates
from modeleval.statistics.intervals import wilson
from modeleval.statistics.reported import Reported, from_standard_error, why_unusable
from modeleval.statistics.words import DifferenceInterval, Interval, NoInterval, Scale, Word

SHARE = Scale(minimum=0.0, maximum=1.0)
ERROR = 0.05


def share(yes: int, n: int, records: int | None = None) -> Reported:
    """As a harness reports n yes/no scores: sample standard deviation over the root of n."""
    mean = yes / n
    return Reported(mean, math.sqrt(mean * (1 - mean) / (n - 1)), records)


def interval(one: Reported, scale: Scale = SHARE, confidence: float = 0.95) -> Interval:
    found = from_standard_error(one, scale=scale, confidence=confidence)
    assert isinstance(found, Interval), found
    return found


@given(n=st.integers(10, 2000), data=st.data(), confidence=st.sampled_from([0.9, 0.95]))
@settings(deadline=None)
def test_the_interval_is_clopper_and_pearsons_of_the_records_that_nobody_told(n, data, confidence):
    yes = data.draw(st.integers(1, n - 1))
    found = interval(share(yes, n), confidence=confidence)
    theirs = proportion_confint(yes, n, alpha=1 - confidence, method="beta")
    assert (found.low, found.high) == pytest.approx(theirs, abs=1e-9)


def test_another_scale_is_moved_to():
    plain, moved = (
        interval(share(30, 50)),
        interval(
            Reported(60.0, 100 * float(share(30, 50).standard_error or 0)),
            Scale(minimum=0, maximum=100),
        ),
    )
    assert (moved.low, moved.high) == pytest.approx((100 * plain.low, 100 * plain.high))


@pytest.mark.parametrize("n", [30, 50, 100, 200, 300])
@pytest.mark.parametrize("truth", [0.5, 0.7, 0.9, 0.95])
def test_bounds_err_in_at_most_one_of_twenty(n, truth):
    """Value minus 1.645 errors passes a limit at the truth in up to 14 % (0.9, 30 records)."""
    passed = failed = 0.0
    for yes in range(1, n):
        found = interval(share(yes, n), confidence=1 - 2 * ERROR)
        chance = float(binom.pmf(yes, n, truth))
        passed += chance * (found.low >= truth)
        failed += chance * (found.high < truth)
    assert max(passed, failed) <= ERROR


@pytest.mark.parametrize("error", [None, math.nan, math.inf, -0.1])
def test_without_an_error_there_is_no_interval(error):
    found = from_standard_error(Reported(0.5, error, 100), scale=SHARE)
    assert found == NoInterval("the service reported no standard error for this aggregate")


def test_no_error_at_all_says_something_only_of_known_records():
    found = from_standard_error(Reported(1.0, 0.0), scale=SHARE)
    assert isinstance(found, NoInterval)
    assert found.reason.startswith("the reported standard error is zero")
    known = interval(Reported(1.0, 0.0, 100))
    assert (known.low, known.high) == pytest.approx((0.025**0.01, 1.0))
    middle = interval(Reported(0.5, 0.0, 100))  # as if half of them were one, and half the other
    assert middle.high - middle.low == pytest.approx(0.203, abs=2e-3)
    assert why_unusable(Reported(3.0, 0.0, 100), Scale())


def test_an_error_of_a_handful_of_records_is_too_little():
    found = from_standard_error(share(2, 4), scale=SHARE)
    assert found == NoInterval(
        "too few records: the standard error is that of 4 yes/no ones, and an interval needs 10"
    )
    known = from_standard_error(Reported(0.5, 0.05, 9), scale=SHARE)
    assert known == NoInterval("too few records: 9, and an interval needs 10")
    assert compare_aggregates(share(2, 4), share(30, 50), scale=SHARE).word is Word.TOO_FEW


def test_without_ends_it_is_the_value_and_its_errors():
    found = interval(Reported(12.0, 2.0), Scale())
    assert (found.low, found.high) == pytest.approx((12 - 3.919928, 12 + 3.919928))


def test_a_difference_is_newcombes_hybrid(monkeypatch):
    """Newcombe 1998, table II, (a) 56/70 and 48/80: 0.0524 to 0.3339, with Wilson's bounds."""

    def by_wilson(one: Reported, scale: Scale, error: float) -> tuple[float, float]:
        return wilson(one.value, one.records or 0, error)

    monkeypatch.setattr(aggregates, "reported_ends", by_wilson)
    found = compare_aggregates(share(56, 70, 70), share(48, 80, 80), scale=SHARE).interval
    assert isinstance(found, DifferenceInterval)
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=6e-5)
    theirs = confint_proportions_2indep(56, 70, 48, 80, method="newcomb", compare="diff")
    assert (found.low, found.high) == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("n", [30, 100])
@pytest.mark.parametrize(("base", "margin"), [(0.95, 0.05), (0.9, 0.05), (0.8, 0.05), (0.9, 0.1)])
def test_a_regression_by_the_margin_seldom_passes(n, base, margin):
    bounds = {}
    for ours in range(1, n):
        for theirs in range(1, n):
            chance = binom.pmf(ours, n, base - margin) * binom.pmf(theirs, n, base)
            if chance > 1e-7:
                found = compare_aggregates(share(ours, n), share(theirs, n), scale=SHARE).interval
                assert isinstance(found, DifferenceInterval)
                bounds[ours, theirs] = float(chance) * (found.lower_bound > -margin)
    assert sum(bounds.values()) <= ERROR


def test_the_p_value_is_where_the_interval_reaches_zero():
    pair = (share(56, 70), share(48, 80))
    found = compare_aggregates(*pair, scale=SHARE)
    assert found.p_value is not None
    low, _ = aggregates._ends(pair, SHARE, found.p_value / 2)
    assert low == pytest.approx(0, abs=1e-9)
    assert found.word is Word.IMPROVED
    assert compare_aggregates(*pair, scale=SHARE, higher_is_better=False).word is Word.REGRESSED
    same = compare_aggregates(share(40, 50), share(40, 50), scale=SHARE)
    assert (same.p_value, same.word) == (1.0, Word.INCONCLUSIVE)
    certain = compare_aggregates(share(990, 1000), share(10, 1000), scale=SHARE)
    assert certain.p_value is not None
    assert 0 <= certain.p_value < 1e-12


def test_a_difference_without_ends_has_the_joint_error():
    found = compare_aggregates(Reported(72.0, 1.2), Reported(66.0, 1.6), scale=Scale())
    assert isinstance(found.interval, DifferenceInterval)
    assert (found.interval.low, found.interval.high) == pytest.approx((2.08, 9.92), abs=1e-3)
    assert found.smallest_detectable == pytest.approx((1.96 + 0.8416) * 2.0, rel=1e-3)
    assert found.p_value == pytest.approx(0.0027, abs=1e-4)


def test_aggregates_may_be_no_worse_than_the_margin():
    pair = (Reported(0.70, 0.004), Reported(0.70, 0.003))
    assert compare_aggregates(*pair, scale=Scale(), margin=0.01).word is Word.NO_WORSE


@pytest.mark.parametrize(
    ("new", "base"),
    [
        (Reported(0.7, None), Reported(0.6, 0.1)),
        (Reported(0.7, math.nan), Reported(0.6, 0.1)),
        (Reported(1.0, 0.0), Reported(0.94, 0.034)),
        (Reported(0.94, 0.034), Reported(1.0, 0.0)),
    ],
)
@pytest.mark.parametrize("scale", [Scale(), SHARE])
def test_an_error_that_is_missing_or_zero_makes_it_not_comparable(new, base, scale):
    found = compare_aggregates(new, base, scale=scale)
    assert found.word is Word.NOT_COMPARABLE
    assert "standard error" in found.reason
    assert found.interval == NoInterval(found.reason)


def test_an_error_of_zero_is_comparable_where_the_records_are_known():
    found = compare_aggregates(Reported(1.0, 0.0, 50), share(47, 50), scale=SHARE)
    assert isinstance(found.interval, DifferenceInterval)
    assert found.interval.lower_bound < 0.0 < found.interval.upper_bound
    assert np.isfinite(found.smallest_detectable or math.nan)
