"""Agreement between raters, held to the examples of the literature."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeleval.statistics.agreement import Agreement, agreement

# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section C: four observers,
# twelve units, values missing. He gives 0.743 (nominal) and 0.815 (ordinal).
OBSERVERS = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
UNITS = [
    [float(value) for value in column if value != "."]
    for column in zip(*(line.split() for line in OBSERVERS), strict=True)
]
ratings = st.lists(st.sampled_from([1.0, 2.0, 3.0]), max_size=4)
some_units = st.lists(ratings, max_size=8)


@pytest.mark.parametrize(("ordinal", "alpha"), [(False, 0.743), (True, 0.815)])
def test_krippendorffs_own_example(ordinal: bool, alpha: float) -> None:
    found = agreement(UNITS, ordinal=ordinal)
    assert found.alpha == pytest.approx(alpha, abs=5e-4)
    assert (found.units, found.ratings) == (11, 40)


def test_two_observers_of_binary_data() -> None:
    """The same, section A: ten units, alpha 0.095."""
    one, other = "0100000000", "1110010100"
    units = [[float(a), float(b)] for a, b in zip(one, other, strict=True)]
    found = agreement(units, ordinal=False)
    assert found.alpha == pytest.approx(0.095, abs=5e-4)
    assert found.percent == pytest.approx(0.6)


def test_all_agree_and_nobody_does() -> None:
    assert agreement([[1, 1], [0, 0]], ordinal=False) == Agreement(2, 4, 1.0, 1.0)
    found = agreement([[1, 0], [0, 1]], ordinal=False)
    assert (found.percent, found.alpha) == (0.0, pytest.approx(-0.5))


def test_where_nothing_varies_alpha_says_nothing() -> None:
    assert agreement([[1, 1], [1, 1]], ordinal=True) == Agreement(2, 4, 1.0, None)


def test_a_unit_of_one_rating_is_left_out() -> None:
    assert agreement([[1], []], ordinal=False) == Agreement(0, 0, None, None)
    assert agreement([[1, 0], [1]], ordinal=False) == agreement([[1, 0]], ordinal=False)


@given(some_units, st.booleans())
def test_the_order_of_units_and_of_raters_does_not_matter(units, ordinal) -> None:
    found = agreement(units, ordinal=ordinal)
    turned = agreement([list(reversed(unit)) for unit in reversed(units)], ordinal=ordinal)
    assert found.alpha == pytest.approx(turned.alpha)
    assert found.percent == pytest.approx(turned.percent)


@given(some_units, st.booleans())
def test_alpha_never_passes_one(units, ordinal) -> None:
    found = agreement(units, ordinal=ordinal)
    assert found.alpha is None or found.alpha <= 1 + 1e-9
    assert found.percent is None or 0 <= found.percent <= 1
