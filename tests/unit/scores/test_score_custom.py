import pytest

from modeleval.scores.custom import Level, custom_metric
from modeleval.scores.metrics import Direction
from modeleval.scores.results import parse_result

_AGREEMENT = [Level("Poor", 1), Level("Fair", 3), Level("Good", 5)]


def test_a_scale_of_numbers_gives_bounds_levels_and_the_worst() -> None:
    metric = custom_metric("tone", _AGREEMENT)
    assert (metric.minimum, metric.maximum, metric.levels) == (1.0, 5.0, 3)
    assert metric.direction is Direction.HIGHER
    assert metric.worst_level == 1.0
    assert metric.custom
    assert not metric.may_not_apply
    assert metric.api_name == "tone"


def test_the_worst_level_is_at_the_end_that_the_direction_turns_away_from() -> None:
    assert custom_metric("rudeness", _AGREEMENT, direction=Direction.LOWER).worst_level == 5.0


@pytest.mark.parametrize("label", ["N/A", "not applicable", "Not Applicable: no question asked"])
def test_a_level_for_not_applicable_is_no_part_of_the_scale(label: str) -> None:
    metric = custom_metric("tone", [Level(label, -1), *_AGREEMENT])
    assert metric.levels == 3
    assert metric.minimum == metric.worst_level == 1.0
    assert metric.may_not_apply
    for result in (-1, -1.0, "-1", label, label.upper(), None):
        parsed = parse_result(result, True, not_applicable=metric.not_applicable_results)
        assert parsed == (None, True), result
    assert parse_result(1, True, not_applicable=metric.not_applicable_results) == (1.0, False)


def test_minus_one_is_a_level_like_any_other_unless_it_is_labelled() -> None:
    metric = custom_metric("trend", [Level("Worse", -1), Level("Same", 0), Level("Better", 1)])
    assert metric.worst_level == -1.0
    assert not metric.not_applicable_results


def test_a_scale_of_strings_has_levels_and_no_order() -> None:
    scale = [Level("as asked", "yes"), Level("not as asked", "no"), Level("none asked", "N/A")]
    metric = custom_metric("confirmation_check", scale)
    assert metric.levels == 2
    assert metric.binary
    assert metric.worst_level is None
    assert metric.may_not_apply


def test_strings_that_are_numbers_are_read_as_results_are() -> None:
    assert custom_metric("tone", [Level("bad", "1"), Level("good", "2")]).worst_level == 1.0


def test_without_a_scale_there_are_no_levels() -> None:
    metric = custom_metric("remarks")
    assert (metric.levels, metric.worst_level) == (None, None)


def test_a_level_without_a_usable_value_is_an_error() -> None:
    with pytest.raises(ValueError, match="finite number or a short text"):
        custom_metric("tone", [Level("bad", float("inf"))])
