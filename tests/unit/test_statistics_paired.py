"""The sign-flip test and the difference's interval, against scipy, statsmodels and Fisher."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import permutation_test, ttest_1samp
from statsmodels.stats.contingency_tables import mcnemar

from modeleval.statistics.flips import DRAWS, Way, flip
from modeleval.statistics.paired import difference_interval, sign_flip_test
from modeleval.statistics.words import DifferenceInterval, Method, NoInterval

DARWIN = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
"""Differences in height of crossed and self-fertilised Zea mays, in eighths of an inch."""

LEVELS = st.sampled_from([-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0])


def found(differences, **options) -> DifferenceInterval:
    interval = difference_interval(differences, **{"reach": 1.0, **options})
    assert isinstance(interval, DifferenceInterval), interval
    return interval


@pytest.mark.parametrize("way", [Way.LATTICE, Way.LISTED])
def test_darwins_plants_give_fishers_863_of_32768(way):
    flipped = flip(np.array(DARWIN, dtype=float), way=way)
    assert flipped.greater == pytest.approx(863 / 2**15, rel=1e-9)
    assert flipped.either == pytest.approx(2 * 863 / 2**15, rel=1e-9)


@given(st.lists(LEVELS, min_size=2, max_size=10))
@settings(deadline=None, max_examples=40)
def test_exact_p_values_are_scipys(differences):
    theirs = permutation_test(
        (differences, [0.0] * len(differences)),
        lambda ours, base, axis: np.mean(ours - base, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=np.inf,
    )
    assert sign_flip_test(differences) == pytest.approx(theirs.pvalue, rel=1e-9)


@given(gains=st.integers(0, 200), losses=st.integers(0, 200), ties=st.integers(0, 200))
@settings(deadline=None)
def test_on_yes_no_values_it_is_exact_mcnemar(gains, losses, ties):
    differences = [1.0] * gains + [-1.0] * losses + [0.0] * (ties + 1)
    theirs = mcnemar([[0, gains], [losses, ties]], exact=True).pvalue if gains + losses else 1.0
    assert sign_flip_test(differences) == pytest.approx(theirs, rel=1e-6, abs=1e-11)


@given(st.lists(LEVELS, min_size=1, max_size=14))
@settings(deadline=None)
def test_lattice_and_list_agree(differences):
    terms = np.array(differences)
    lattice, listed = flip(terms, way=Way.LATTICE), flip(terms, way=Way.LISTED)
    for name in ("greater", "less", "either"):
        assert getattr(lattice, name) == pytest.approx(getattr(listed, name), abs=1e-11)


@pytest.mark.parametrize("shift", [0.0, 0.03, 0.08])
def test_sample_and_exact_agree(shift):
    chance = np.random.default_rng(7)
    terms = np.round(4 * (chance.standard_normal(203) * 0.3 + shift)) / 4
    exact, sampled = flip(terms, way=Way.LATTICE), flip(terms, way=Way.SAMPLED)
    assert sampled.way is Way.SAMPLED
    for name in ("greater", "less", "either"):
        p = getattr(exact, name)
        scatter = (p * (1 - p) / DRAWS) ** 0.5 + 1 / DRAWS
        assert getattr(sampled, name) == pytest.approx(p, abs=4 * scatter)


def test_values_of_no_common_step_are_listed_or_sampled_and_repeatable():
    terms = np.random.default_rng(1).random(40) - 0.45
    assert flip(terms[:12]).way is Way.LISTED
    assert flip(terms).way is Way.SAMPLED
    assert flip(terms) == flip(terms)
    assert flip(np.array([0.25, 0.5] * 30)).way is Way.LATTICE
    with pytest.raises(ValueError, match="one step"):
        flip(terms, way=Way.LATTICE)


def test_no_p_value_is_zero():
    assert sign_flip_test(np.random.default_rng(2).random(500)) == pytest.approx(1 / (DRAWS + 1))
    assert 0 < sign_flip_test([1.0] * 5000) < 1e-11


def test_whole_clusters_are_flipped():
    differences = [0.25] * 24
    labels = [place // 4 for place in range(24)]
    assert sign_flip_test(differences) == pytest.approx(2 / 2**24, rel=1e-3)
    assert sign_flip_test(differences, clusters=labels) == pytest.approx(2 / 2**6)


@given(st.lists(LEVELS, min_size=1, max_size=30))
@settings(deadline=None)
def test_swapping_new_and_base_swaps_the_sides(differences):
    swapped = [-one for one in differences]
    greater = sign_flip_test(differences, alternative="greater")
    assert greater == pytest.approx(sign_flip_test(swapped, alternative="less"), abs=1e-11)
    assert sign_flip_test(differences) == pytest.approx(sign_flip_test(swapped), abs=1e-11)


@given(st.lists(LEVELS, min_size=5, max_size=40), st.integers(1, 3))
@settings(deadline=None, max_examples=25)
def test_intervals_are_ordered_within_the_reach_and_turn_round(differences, cluster):
    labels = [place // cluster for place in range(len(differences))]
    one = difference_interval(differences, reach=1.0, clusters=labels)
    turned = difference_interval([-value for value in differences], reach=1.0, clusters=labels)
    if isinstance(one, NoInterval):
        assert one == turned
        return
    assert isinstance(turned, DifferenceInterval)
    assert -1 <= one.low <= one.lower_bound <= one.value <= one.upper_bound <= one.high <= 1
    assert one.lower_bound == pytest.approx(-turned.upper_bound, abs=1e-8)
    assert one.p_value == pytest.approx(turned.p_value, abs=1e-6)
    assert (one.p_value <= 0.05) == (one.low > 0 or one.high < 0)


@given(gains=st.integers(0, 40), losses=st.integers(0, 40), ties=st.integers(5, 40))
@settings(deadline=None, max_examples=25)
def test_on_yes_no_values_the_intervals_p_value_is_mcnemars(gains, losses, ties):
    """P(Gamma(losses + 1) >= Gamma(gains)) is a binomial tail: see modeleval.statistics.bounded."""
    one = found([1.0] * gains + [-1.0] * losses + [0.0] * ties)
    exact = sign_flip_test([1.0] * gains + [-1.0] * losses + [0.0] * ties)
    assert one.p_value == pytest.approx(exact, rel=0.06, abs=1e-9)
    assert one.p_value >= exact * (1 - 1e-2) or exact < 1e-9


def test_losses_not_yet_seen_are_reckoned_with():
    one = found([0.25] * 10)
    assert sign_flip_test([0.25] * 10) < 0.01
    assert one.p_value > 0.05
    assert one.low < 0


def test_no_change_at_all_still_leaves_room_for_a_loss():
    one = found([0.0] * 58)
    assert one.lower_bound == pytest.approx(-(1 - 0.05 ** (1 / 58)), rel=0.03)
    assert one.p_value == 1.0


def test_without_bounds_it_is_the_t_interval():
    differences = np.random.default_rng(8).standard_normal(150) + 0.1
    one = found(differences, reach=None)
    theirs = ttest_1samp(differences, 0)
    assert one.method is Method.STUDENT
    assert one.p_value == pytest.approx(theirs.pvalue)
    assert (one.low, one.high) == pytest.approx(tuple(theirs.confidence_interval()))
    assert found(differences, reach=1.0).method is Method.STUDENT  # they leave the scale


def test_few_pairs_have_no_interval():
    assert difference_interval([0.25] * 4, reach=1.0) == NoInterval(
        "too few records: 4, and an interval needs 5"
    )
