"""Two versions on the same records, many metrics, several candidates."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from modeleval.statistics.candidates import rank
from modeleval.statistics.comparison import compare
from modeleval.statistics.conclusions import conclude
from modeleval.statistics.multiple import holm
from modeleval.statistics.words import DifferenceInterval, Scale, Word

YES_NO = Scale(minimum=0.0, maximum=1.0, levels=2)
FIVE = Scale(minimum=0.0, maximum=1.0, levels=5)


def keyed(values) -> dict[str, float]:
    return {f"k{place}": float(value) for place, value in enumerate(values)}


def against(differences, **options):
    base = keyed([0.5] * len(differences))
    new = keyed(0.5 + one for one in differences)
    return compare(new, base, **{"scale": FIVE, **options})


@pytest.mark.parametrize(
    ("differences", "margin", "word"),
    [
        ([0.25] * 50 + [0.0] * 50, 0.05, Word.IMPROVED),
        ([-0.25] * 50 + [0.0] * 50, 0.05, Word.REGRESSED),
        ([0.25, -0.25] * 5 + [0.0] * 190, 0.05, Word.NO_WORSE),
        ([0.25, -0.25] * 5 + [0.0] * 190, None, Word.INCONCLUSIVE),
        ([0.25, -0.25] * 15, 0.05, Word.INCONCLUSIVE),
        ([0.5] * 5, 0.05, Word.TOO_FEW),
        ([0.5] * 3, 0.05, Word.TOO_FEW),
        ([], 0.05, Word.NOT_COMPARABLE),
    ],
)
def test_words(differences, margin, word):
    found = against(differences, margin=margin)
    assert found.word is word
    assert found.reason


def test_a_comparison_tells_its_numbers():
    new = keyed([1.0] * 40 + [0.5] * 20)
    base = keyed([0.5] * 30 + [0.75] * 35)
    found = compare(new, base, scale=FIVE)
    assert (found.wins, found.ties, found.losses) == (40, 0, 20)
    assert (found.matched, found.only_new, found.only_base) == (60, 0, 5)
    assert found.unmatched_share == pytest.approx(5 / 65)
    assert found.mean_new == pytest.approx(50 / 60)
    assert found.difference == pytest.approx(found.mean_new - found.mean_base)
    assert isinstance(found.interval, DifferenceInterval)
    assert found.interval.low < found.difference < found.interval.high


def test_lower_is_better_turns_the_difference_and_not_the_means():
    new, base = keyed([0.0] * 60), keyed([0.5] * 60)
    found = compare(new, base, scale=FIVE, higher_is_better=False)
    assert (found.word, found.difference, found.wins) == (Word.IMPROVED, 0.5, 60)
    assert (found.mean_new, found.mean_base) == (0.0, 0.5)


def test_small_frequent_gains_are_no_improvement_while_large_losses_are_possible():
    found = against([0.25] * 10)
    assert found.flip_p_value == pytest.approx(2 / 2**10)
    assert found.word is Word.INCONCLUSIVE


def test_yes_no_values_are_judged_by_mcnemar_alone():
    new, base = keyed([1.0] * 6 + [0.0] * 4), keyed([0.0] * 10)
    found = compare(new, base, scale=YES_NO)
    assert found.p_value == found.flip_p_value == pytest.approx(2 / 2**6)
    assert found.word is Word.IMPROVED


def test_clusters_count_as_one():
    differences = [0.5] * 40
    labels = {f"k{place}": place // 10 for place in range(40)}
    assert against(differences).word is Word.IMPROVED
    found = against(differences, clusters=labels)
    assert (found.word, found.units, found.matched) == (Word.TOO_FEW, 4, 40)
    partly = against(differences, clusters={"k0": "a", "k1": "a"})
    assert partly.units == 39


@given(st.lists(st.sampled_from([-0.5, -0.25, 0.0, 0.25, 0.5]), min_size=6, max_size=40))
@settings(deadline=None, max_examples=15)
def test_swapping_versions_swaps_the_words(differences):
    other = {Word.IMPROVED: Word.REGRESSED, Word.REGRESSED: Word.IMPROVED}
    one, swapped = against(differences), against([-value for value in differences])
    assert swapped.word is other.get(one.word, one.word)
    assert (swapped.wins, swapped.losses) == (one.losses, one.wins)
    assert swapped.smallest_detectable == pytest.approx(one.smallest_detectable, abs=1e-7)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
@settings(deadline=None, max_examples=12)
def test_holm_is_that_of_statsmodels(p_values):
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])


def test_one_success_among_many_metrics_may_be_chance():
    lucky = against([0.25] * 32 + [-0.25] * 10 + [0.0] * 40)
    others = [against([0.25, -0.25] * 20) for _ in range(9)]
    none = against([])
    assert lucky.word is Word.IMPROVED
    together = conclude([lucky, none, *others])
    assert together[0].word is Word.INCONCLUSIVE
    assert together[0].adjusted_p == pytest.approx(10 * lucky.p_value)
    assert together[0].p_value == lucky.p_value
    assert together[1] == none
    assert conclude([lucky])[0].word is Word.IMPROVED


def test_candidates_are_ranked_with_their_ties():
    chance = np.random.default_rng(0)
    levels = np.linspace(0, 1, 5)
    poor = chance.choice(levels[:3], 120)
    good = poor + 0.5
    nearly = np.clip(good + chance.choice([-0.25, 0.25], 120), 0, 1)
    ranking = rank(
        {"poor": keyed(poor), "good": keyed(good), "nearly": keyed([*nearly, 1.0])}, scale=FIVE
    )
    first, second, last = ranking.candidates
    assert {first.name, second.name} == {"good", "nearly"}
    assert (first.best_rank, first.worst_rank, first.tied_with) == (1, 2, (second.name,))
    assert (second.best_rank, second.worst_rank) == (1, 2)
    assert (last.name, last.best_rank, last.worst_rank, last.tied_with) == ("poor", 3, 3, ())
    assert (ranking.records, ranking.left_out) == (120, 1)
    assert ranking.pairs[first.name, "poor"].word is Word.IMPROVED


def test_candidates_of_a_lower_is_better_metric_have_the_lowest_first():
    ranking = rank(
        {"much": keyed([1.0] * 50), "little": keyed([0.0] * 50)},
        scale=FIVE,
        higher_is_better=False,
    )
    assert [one.name for one in ranking.candidates] == ["little", "much"]
    assert ranking.pairs["little", "much"].word is Word.IMPROVED


@pytest.mark.parametrize("scores", [{}, {"a": {"x": 1.0}, "b": {"y": 1.0}}])
def test_candidates_need_common_records(scores):
    with pytest.raises(ValueError, match="all of them have"):
        rank(scores, scale=FIVE)


def test_what_only_shows_results_needs_no_numpy():
    script = "import sys, modeleval.statistics.words; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
