"""Intervals of one mean, against statsmodels, scipy and published tables."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr
from scipy.stats import beta, binomtest, ttest_1samp
from statsmodels.stats.proportion import proportion_confint

from modeleval.statistics.bounded import centre_root, lower_bounds
from modeleval.statistics.intervals import (
    LEAST_UNITS,
    effective_size,
    mean_interval,
    wilson,
)
from modeleval.statistics.tails import signed_root
from modeleval.statistics.units import Kinds, Units, group
from modeleval.statistics.words import Interval, Method, NoInterval, Scale

YES_NO = Scale(minimum=0.0, maximum=1.0, levels=2)
FIVE = Scale(minimum=0.0, maximum=1.0, levels=5)
CONTINUOUS = Scale(minimum=0.0, maximum=1.0)
UNBOUNDED = Scale()


def interval(values, scale, **options) -> Interval:
    found = mean_interval(values, scale=scale, **options)
    assert isinstance(found, Interval), found
    return found


@pytest.mark.parametrize(
    ("yes", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_intervals_of_newcombe_1998(yes, n, low, high):
    found = interval([1.0] * yes + [0.0] * (n - yes), YES_NO)
    assert found.method is Method.WILSON
    assert (found.low, found.high) == (pytest.approx(low, abs=6e-5), pytest.approx(high, abs=6e-5))


@given(n=st.integers(5, 400), share=st.floats(0, 1))
@settings(deadline=None)
def test_wilson_is_that_of_statsmodels_and_scipy(n, share):
    yes = round(share * n)
    found = interval([1.0] * yes + [0.0] * (n - yes), YES_NO)
    theirs = proportion_confint(yes, n, method="wilson")
    other = binomtest(yes, n).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx(theirs, abs=1e-12)
    assert (found.low, found.high) == pytest.approx((other.low, other.high), abs=1e-12)


def test_yes_no_on_another_scale_is_moved_there():
    found = interval([5.0] * 8 + [1.0] * 2, Scale(minimum=1, maximum=5, levels=2))
    low, high = wilson(0.8, 10, 0.025)
    assert (found.value, found.low, found.high) == pytest.approx((4.2, 1 + 4 * low, 1 + 4 * high))


def test_averaged_repeats_are_no_longer_yes_or_no():
    assert interval([0.0, 1.0, 0.5, 1.0, 1.0], YES_NO).method is Method.BOUNDED


@given(n=st.integers(5, 300), share=st.floats(0, 1), error=st.sampled_from([0.025, 0.05]))
@settings(deadline=None, max_examples=50)
def test_bounds_of_yes_no_values_are_those_of_clopper_and_pearson(n, share, error):
    yes = round(share * n)
    found = interval([1.0] * yes + [0.0] * (n - yes), CONTINUOUS, confidence=1 - 2 * error)
    exact = proportion_confint(yes, n, alpha=2 * error, method="beta")
    assert found.low == pytest.approx(exact[0], abs=3e-3)
    assert found.high == pytest.approx(exact[1], abs=3e-3)
    assert found.low <= exact[0] + 1e-4  # hardly ever narrower than the exact ones
    assert found.high >= exact[1] - 1e-4


@pytest.mark.parametrize("n", [5, 10, 100, 1000])
@pytest.mark.parametrize("losses", [0, 1, 3])
def test_the_saddlepoint_errs_little_and_rather_to_the_safe_side(n, losses):
    exact = beta.ppf(0.025, n - losses, losses + 1)
    y, counts = np.array([[1 - exact, -exact]]), np.array([[n - losses, losses + 1.0]])
    assert 0.025 * 0.999 < ndtr(signed_root(y, counts)[0]) < 0.025 * 1.03


@pytest.mark.parametrize(("y", "expected"), [([1, 2], 0.0), ([-1, -2], 1.0), ([0, 0], 1.0)])
def test_a_sum_of_one_sign_needs_no_approximation(y, expected):
    assert ndtr(signed_root(np.array([y], dtype=float), np.ones((1, 2)))[0]) == expected


def test_the_tail_is_smooth_where_the_sum_has_mean_zero():
    y = np.array([[1.0, -0.5]]) + np.array([[-1e-5], [0.0], [1e-5]])
    roots = signed_root(y, np.array([[3.0, 6.0]] * 3))
    assert np.diff(roots) == pytest.approx([roots[1] - roots[0]] * 2, rel=0.05)
    assert roots[0] > roots[1]
    exact = beta.cdf(1 / 3, 3, 6)  # P(G3 <= G6 / 2)
    assert ndtr(roots[1]) == pytest.approx(exact, abs=2e-3)


@given(
    st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), min_size=5, max_size=60),
    st.integers(1, 5),
)
@settings(deadline=None, max_examples=50)
def test_intervals_stay_on_the_scale_and_never_collapse(values, cluster):
    labels = [place // cluster for place in range(len(values))]
    found = mean_interval(values, scale=FIVE, clusters=labels)
    if group(values, labels).effective < LEAST_UNITS[Method.BOUNDED]:
        assert isinstance(found, NoInterval)
        assert "too few clusters" in found.reason
        return
    assert isinstance(found, Interval)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.high - found.low > 0.5 / len(values)


@given(st.lists(st.floats(0, 1), min_size=5, max_size=40), st.integers(1, 3))
@settings(deadline=None, max_examples=50)
def test_turning_the_scale_round_turns_the_interval_round(values, cluster):
    labels = [place // cluster for place in range(len(values))]
    options = {"scale": CONTINUOUS, "clusters": labels}
    found = mean_interval(values, **options)
    turned = mean_interval([1 - value for value in values], **options)
    if isinstance(found, NoInterval):
        assert found == turned
        return
    assert isinstance(turned, Interval)
    assert (found.low, found.high) == pytest.approx((1 - turned.high, 1 - turned.low), abs=1e-6)


@pytest.mark.parametrize("n", [5, 10, 1000])
@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_values_that_all_agree_have_the_rule_of_threes_width(n, level):
    found = interval([level] * n, FIVE)
    reach = 1 - 0.025 ** (1 / n)
    assert found.low == pytest.approx(level * (1 - reach), rel=0.03, abs=3e-4)
    assert found.high == pytest.approx(level + (1 - level) * reach, rel=0.03, abs=3e-4)


def test_clusters_widen_the_interval_and_single_ones_do_not():
    values = [1.0, 1.0, 1.0, 1.0, 0.25, 0.25, 0.25, 0.25] * 5
    alone = interval(values, FIVE)
    labels = [place // 4 for place in range(len(values))]
    together = interval(values, FIVE, clusters=labels)
    assert together.high - together.low > 1.5 * (alone.high - alone.low)
    assert together.units == 10
    assert interval(values, FIVE, clusters=list(range(40))) == alone


def test_bound_and_tail_agree():
    units = group([0.0, 0.25, 1.0, 1.0, 0.5, 0.75, 1.0], list("aabbcde"))
    low = lower_bounds(units.kinds, 0.0, 0.05)
    assert ndtr(centre_root(units.kinds, 0.0, low)[0]) == pytest.approx(0.05, rel=1e-6)


def test_the_bound_is_a_quantile_of_the_bayesian_bootstrap_with_one_more_value():
    chance = np.random.default_rng(5)
    values = chance.choice([0.25, 0.5, 1.0], 12)
    weights = chance.dirichlet(np.ones(13), 200_000)
    drawn = weights @ np.append(values, 0.0)
    found = interval(values, FIVE, alternative="lower")
    assert found.low == pytest.approx(np.quantile(drawn, 0.05), abs=3e-3)
    assert found.high == 1.0


def test_the_added_conversation_is_as_long_as_the_longest():
    chance = np.random.default_rng(7)
    totals, sizes = np.array([1.0, 1.0, 2.5, 3.0, 0.5, 1.0]), np.array([1.0, 2, 3, 4, 1, 1])
    weights = chance.dirichlet(np.ones(7), 200_000)
    drawn = (weights @ np.append(totals, 0.0)) / (weights @ np.append(sizes, 4.0))
    low = lower_bounds(Units(totals, sizes, clustered=True).kinds, 0.0, 0.05)
    assert low[0] == pytest.approx(np.quantile(drawn, 0.05), abs=3e-3)


@pytest.mark.parametrize(
    ("sizes", "effective"), [([3] * 7, 7.0), ([1] * 29 + [50], 79**2 / 2529), ([20, 1], 441 / 401)]
)
def test_unequal_clusters_count_as_fewer(sizes, effective):
    labels = [place for place, size in enumerate(sizes) for _ in range(size)]
    assert group([1.0] * len(labels), labels).effective == pytest.approx(effective)


def test_one_conversation_that_outweighs_all_others_has_no_interval():
    """50 turns that agree and 29 others: they alone would decide the mean."""
    labels = [0] * 50 + list(range(1, 30))
    found = mean_interval([1.0] * 79, scale=FIVE, clusters=labels)
    assert found == NoInterval(
        "too few clusters: 30, but so unequal that they weigh as 2.5 equal ones, and an interval "
        "needs 5"
    )


def test_a_few_long_conversations_do_not_let_a_regression_pass():
    """One in thirty has 50 turns; worse by the margin. With an average one added, 39 % pass."""
    chance = np.random.default_rng(8)
    sizes = np.where(chance.random((500, 120)) < 1 / 30, 50.0, 1.0)
    lost = np.where(chance.random((500, 120)) < 0.1, -1.0, 0.0)
    samples = Kinds(lost * sizes, sizes, np.ones_like(sizes))
    passed = ndtr(centre_root(samples, -1.0, np.full(500, -0.1))) < 0.05
    assert passed.mean() <= 0.05


def test_one_sided_bounds_lie_within_the_two_sided_interval():
    values = [0.25, 0.5, 0.75, 1.0] * 8
    both = interval(values, FIVE)
    lower = interval(values, FIVE, alternative="lower")
    upper = interval(values, FIVE, alternative="upper")
    assert both.low < lower.low < upper.high < both.high
    assert (lower.high, upper.low) == (1.0, 0.0)
    assert interval([1.0] * 10, YES_NO, alternative="lower").method is Method.BOUNDED


def test_cluster_robust_standard_error_is_that_of_statsmodels():
    chance = np.random.default_rng(3)
    labels = chance.integers(0, 130, 600)
    values = chance.standard_normal(600) + chance.standard_normal(130)[labels]
    fit = sm.OLS(values, np.ones(600)).fit(
        cov_type="cluster", cov_kwds={"groups": labels}, use_t=True
    )
    found = interval(values, UNBOUNDED, clusters=labels.tolist())
    assert found.method is Method.STUDENT
    assert found.standard_error == pytest.approx(fit.bse[0], rel=1e-9)
    assert (found.low, found.high) == pytest.approx(tuple(fit.conf_int()[0]), rel=1e-9)


def test_values_without_bounds_have_scipys_t_interval_from_100_records():
    values = np.random.default_rng(4).standard_normal(100)
    theirs = ttest_1samp(values, 0).confidence_interval()
    found = interval(values, UNBOUNDED)
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high))
    assert mean_interval(values[:99], scale=UNBOUNDED) == NoInterval(
        "too few records: 99, and an interval needs 100"
    )
    agreed = mean_interval([0.5] * 100, scale=UNBOUNDED)
    assert isinstance(agreed, NoInterval)
    assert "all values agree" in agreed.reason


def test_values_outside_of_the_scale_count_as_unbounded():
    values = np.linspace(-0.2, 0.9, 120)
    found = interval(values, CONTINUOUS)
    assert found.method is Method.STUDENT
    assert interval(values - 0.65, CONTINUOUS).low < 0


def test_effective_size_lies_between_clusters_and_records():
    labels = [place // 4 for place in range(40)]
    apart = group([1.0, 0.0] * 20, labels)
    together = group([1.0] * 20 + [0.0] * 20, labels)
    agreed = group([1.0] * 40, labels)
    assert effective_size(apart) == 10  # no cluster differs: as if each were one record
    assert effective_size(together) == pytest.approx(9, abs=1)
    assert effective_size(agreed) == 10
    assert effective_size(group([1.0, 0.0] * 20)) == pytest.approx(39)


@pytest.mark.parametrize(
    ("values", "clusters", "message"),
    [
        ([], None, "at least one"),
        ([0.5, float("nan")], None, "finite"),
        ([0.5, 0.5], ["a"], "1 cluster labels"),
    ],
)
def test_unusable_values_are_refused(values, clusters, message):
    with pytest.raises(ValueError, match=message):
        mean_interval(values, scale=FIVE, clusters=clusters)


def test_a_scale_must_have_its_ends_in_order():
    with pytest.raises(ValueError, match="below"):
        Scale(minimum=1, maximum=1)
