"""Before spending: which margin can be decided, how many records it needs. And repeats."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr
from scipy.stats import f_oneway
from statsmodels.stats.power import TTestPower

from modeleval.statistics.bounded import centre_root
from modeleval.statistics.planning import assumed_sd, decidable_margin, records_needed
from modeleval.statistics.repeats import average_repeats, repeat_variance
from modeleval.statistics.units import Kinds
from modeleval.statistics.words import Scale


@pytest.mark.parametrize(("margin", "sd"), [(0.1, 0.25), (0.05, 0.25), (0.02, 0.4)])
def test_without_bounds_it_is_the_t_tests_sample_size(margin, sd):
    theirs = TTestPower().solve_power(margin / sd, alpha=0.05, power=0.8, alternative="larger")
    assert records_needed(margin, sd, reach=None) == pytest.approx(theirs, rel=0.02, abs=2)


@pytest.mark.parametrize(("margin", "sd"), [(0.05, 0.4), (0.1, 0.4), (0.05, 0.25)])
def test_the_records_asked_for_have_the_power(margin, sd):
    records = records_needed(margin, sd, reach=1.0)
    assert records is not None
    changed = sd**2
    chance = np.random.default_rng(11)
    counts = chance.multinomial(records, [changed / 2, 1 - changed, changed / 2], 4000)
    shape = counts.shape
    kinds = Kinds(np.broadcast_to([-1.0, 0.0, 1.0], shape), np.ones(shape), counts.astype(float))
    passed = ndtr(centre_root(kinds, -1.0, np.full(4000, -margin))) < 0.05
    assert passed.mean() == pytest.approx(0.8, abs=0.03)


@given(records=st.integers(2, 5000), sd=st.floats(0, 0.5))
@settings(deadline=None, max_examples=5)
def test_margin_and_records_are_each_others_inverse(records, sd):
    margin = decidable_margin(records, sd, reach=1.0)
    needed = records_needed(margin + 1e-9, sd, reach=1.0)
    assert needed is not None
    assert needed <= records
    assert decidable_margin(needed, sd, reach=1.0) <= margin + 1e-9


def test_records_that_never_differ_still_follow_the_rule_of_three():
    assert records_needed(0.05, 0.0, reach=1.0) == pytest.approx(59, abs=1)


def test_clusters_ask_for_more():
    alone = records_needed(0.05, 0.25, reach=1.0)
    together = records_needed(0.05, 0.25, reach=1.0, cluster_size=4, correlation=0.5)
    assert alone is not None
    assert together is not None
    assert together > 2 * alone


def test_limits_of_planning():
    assert decidable_margin(1, 0.25, reach=1.0) == math.inf
    assert records_needed(1e-6, 0.4, reach=1.0) is None
    with pytest.raises(ValueError, match="above zero"):
        records_needed(0.0, 0.25, reach=1.0)
    with pytest.raises(ValueError, match="zero or more"):
        decidable_margin(10, -1.0, reach=1.0)


@pytest.mark.parametrize(
    ("scale", "sd"),
    [
        (Scale(minimum=0, maximum=1, levels=2), 0.4),
        (Scale(minimum=1, maximum=5, levels=5), 1.0),
        (Scale(minimum=0, maximum=1, levels=3), 0.25),
        (Scale(minimum=0, maximum=1), 0.15),
        (Scale(), None),
    ],
)
def test_assumed_spread(scale, sd):
    assert assumed_sd(scale) == sd


def test_repeats_are_averaged_and_what_does_not_apply_is_left_out():
    judged = {"a": [1.0, 0.5, None], "b": [None, None], "c": [0.0]}
    assert average_repeats(judged) == {"a": 0.75, "c": 0.0}


def test_variance_components_are_those_of_the_analysis_of_variance():
    chance = np.random.default_rng(6)
    records, repeats = 60, 4
    values = chance.normal(0, 0.3, (records, 1)) + chance.normal(0, 0.1, (records, repeats))
    found = repeat_variance({str(place): row.tolist() for place, row in enumerate(values)})
    assert found is not None
    noise = values.var(axis=1, ddof=1).mean()
    between = noise * f_oneway(*values).statistic
    assert found.between_repeats == pytest.approx(noise)
    assert found.between_records == pytest.approx((between - noise) / repeats)
    assert found.between_records == pytest.approx(0.09, rel=0.35)
    assert found.repeats == pytest.approx(repeats)
    assert found.mean_share == pytest.approx(noise / repeats / (noise / 4 + found.between_records))


def test_uneven_repeats_still_give_components():
    found = repeat_variance({"a": [0.0, 0.0], "b": [1.0, 1.0, 1.0], "c": [0.5, None]})
    assert found is not None
    assert found.between_repeats == 0
    assert found.repeat_share == 0
    assert 1 < found.repeats < 3


@pytest.mark.parametrize("judged", [{}, {"a": [1.0, 0.0]}, {"a": [1.0], "b": [0.0]}])
def test_without_two_records_and_one_repeat_there_are_no_components(judged):
    assert repeat_variance(judged) is None


def test_where_nothing_varies_no_share_is_told():
    found = repeat_variance({"a": [1.0, 1.0], "b": [1.0, 1.0]})
    assert found is not None
    assert found.repeat_share is None
    assert found.mean_share is None
