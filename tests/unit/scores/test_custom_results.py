"""On which scale the results of a job are, decided by all of them together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeleval.scores.custom_results import Scale, level_of, scale_of

FIVE = (1.0, 2.0, 3.0, 4.0, 5.0)
SHARE = (0.0, 0.25, 0.5, 0.75, 1.0)

scales = st.lists(st.integers(-10, 100).map(float), min_size=2, max_size=10, unique=True).filter(
    lambda levels: max(levels) > 0
)


@pytest.mark.parametrize(
    ("results", "levels", "scale"),
    [
        ((1, 3, 5), FIVE, Scale.RAW),
        ((0.2, 0.6, 1), FIVE, Scale.NORMALIZED),
        ((0.2,), FIVE, Scale.NORMALIZED),
        ((2,), FIVE, Scale.RAW),
        ((1, 1), FIVE, Scale.AMBIGUOUS),
        ((3, 0.2), FIVE, Scale.NEITHER),
        ((7,), FIVE, Scale.NEITHER),
        ((0, 0.25, 1), SHARE, Scale.RAW),
        ((0.3333, 0.6667), (1, 2, 3), Scale.NORMALIZED),
        ((0.8333,), tuple(range(1, 7)), Scale.NORMALIZED),
        ((0, 0), (0, 1, 2), Scale.RAW),
        ((0, 1), (0, 1, 2), Scale.AMBIGUOUS),
        ((-1, 2), (-1, 1, 2), Scale.RAW),
        ((-0.5, 1), (-1, 1, 2), Scale.NORMALIZED),
        ((-2, -1), (-2, -1, 0), Scale.RAW),
        ((-0.5,), (-2, -1), Scale.NEITHER),
        ((0.001,), (1, 1000), Scale.NORMALIZED),
    ],
)
def test_the_results_of_a_job_tell_their_scale(
    results: tuple[float, ...], levels: tuple[float, ...], scale: Scale
) -> None:
    assert scale_of(results, levels) is scale


def test_without_results_there_is_nothing_to_bring_back() -> None:
    assert scale_of((), FIVE) is Scale.RAW


@given(scales, st.data())
def test_levels_as_they_are_are_never_taken_for_another_level(
    levels: list[float], data: st.DataObject
) -> None:
    results = data.draw(st.lists(st.sampled_from(levels), min_size=1, max_size=8))
    scale = scale_of(results, levels)
    assert scale in (Scale.RAW, Scale.AMBIGUOUS)
    assert all(level_of(one, scale, levels) in (one, None) for one in results)


@given(scales, st.data())
def test_divided_levels_come_back_as_the_levels_they_were_or_not_at_all(
    levels: list[float], data: st.DataObject
) -> None:
    top = max(levels)
    drawn = data.draw(st.lists(st.sampled_from(levels), min_size=1, max_size=8))
    results = [round(one / top, 4) for one in drawn]
    scale = scale_of(results, levels)
    assert scale is not Scale.NEITHER
    if scale is Scale.NORMALIZED:
        assert [level_of(one, scale, levels) for one in results] == drawn


@given(scales, st.data())
def test_one_level_that_only_the_divided_scale_has_decides_for_all(
    levels: list[float], data: st.DataObject
) -> None:
    top = max(levels)
    drawn = data.draw(st.lists(st.sampled_from(levels), min_size=1, max_size=8))
    results = [round(one / top, 4) for one in drawn]
    off = any(all(abs(one - level) > 1e-3 * max(top, 1) for level in levels) for one in results)
    if off:
        assert scale_of(results, levels) is Scale.NORMALIZED


def test_of_two_meanings_only_zero_is_certain() -> None:
    levels = (0.0, 1.0, 2.0)
    assert level_of(0.0, Scale.AMBIGUOUS, levels) == 0.0
    assert level_of(1.0, Scale.AMBIGUOUS, levels) is None


def test_what_is_off_the_scale_is_left_as_it_is() -> None:
    assert level_of(7.5, Scale.NEITHER, FIVE) == 7.5
    assert level_of(3.0, Scale.RAW, FIVE) == 3.0


def test_a_divided_result_comes_back_as_the_nearest_level() -> None:
    assert level_of(0.3333, Scale.NORMALIZED, (1.0, 2.0, 3.0)) == 1.0
    assert level_of(0.6667, Scale.NORMALIZED, (1.0, 2.0, 3.0)) == 2.0
