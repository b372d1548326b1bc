"""The error of a number that is no mean, against what is known of means."""

from __future__ import annotations

import numpy as np
import pytest

from modeleval.statistics.bootstrap import LEAST_UNITS, Array, bootstrap_error


def share(sums: Array) -> Array:
    """The first column's part of the second: a mean, of which the error is known."""
    return np.asarray(sums[:, 0] / sums[:, 1])


def counts(size: int, seed: int = 1) -> Array:
    chance = np.random.default_rng(seed)
    return np.column_stack([chance.random(size), np.ones(size)])


def test_of_a_mean_it_is_the_means_standard_error() -> None:
    rows = counts(400)
    expected = rows[:, 0].std(ddof=1) / np.sqrt(400)
    assert bootstrap_error(rows, share) == pytest.approx(expected, rel=0.06)


def test_the_same_counts_have_the_same_error() -> None:
    assert bootstrap_error(counts(200), share) == bootstrap_error(counts(200), share)
    assert bootstrap_error(counts(200), share) != bootstrap_error(counts(200, 2), share)


def test_too_few_units_have_none() -> None:
    assert bootstrap_error(counts(LEAST_UNITS - 1), share) is None
    assert bootstrap_error(counts(LEAST_UNITS), share) is not None
    together = [number // 2 for number in range(LEAST_UNITS)]
    assert bootstrap_error(counts(LEAST_UNITS), share, clusters=together) is None


def test_clusters_are_units() -> None:
    rows = counts(150)
    labels = [f"c{number}" for number in range(150)]
    alone = bootstrap_error(rows, share)
    doubled = bootstrap_error(
        np.repeat(rows, 2, axis=0), share, clusters=np.repeat(labels, 2).tolist()
    )
    assert doubled == pytest.approx(alone)


def test_where_all_agree_there_is_none() -> None:
    rows = np.column_stack([np.full(200, 0.3), np.ones(200)])
    assert bootstrap_error(rows, share) is None


def test_a_number_that_is_often_not_defined_has_none() -> None:
    """A class of one record is missing in a third of the draws."""
    rows = np.column_stack([np.zeros(200), np.zeros(200)])
    rows[0] = 1
    with np.errstate(invalid="ignore"):
        assert bootstrap_error(rows, share) is None
