import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeleval.scores.results import ParsedResult, clean, parse_result

NOT_APPLICABLE = ParsedResult(None, not_applicable=True)
UNSCORED = ParsedResult(None, not_applicable=False)


@pytest.mark.parametrize(
    "result",
    [
        None,
        math.nan,
        "N/A",
        "n/a",
        " NaN ",
        "nan",
        "Not Applicable",
        "not_applicable",
        "NOT-APPLICABLE",
        "N/A (no score produced)",
        "Not applicable: nothing was asked",
    ],
)
def test_not_applicable_in_every_form(result: object) -> None:
    assert parse_result(result, True) == NOT_APPLICABLE


@pytest.mark.parametrize(
    "result",
    [
        math.inf,
        -math.inf,
        "Infinity",
        "-inf",
        "1e999",
        10**400,
        "",
        "   ",
        "x" * 101,
        [1.0],
        {"value": 1},
        b"1",
    ],
)
def test_what_is_no_score_is_unscored(result: object) -> None:
    assert parse_result(result, True) == UNSCORED


@pytest.mark.parametrize(
    ("result", "value"),
    [
        (0, 0.0),
        (0.8333, 0.8333),
        (True, 1.0),
        (False, 0.0),
        ("0.5", 0.5),
        (" -1 ", -1.0),
        (".25", 0.25),
        ("1e-3", 0.001),
        ("good", "good"),
        (" Very good\n", "Very good"),
        ("1_000", "1_000"),
        ("Not applicable to the question", "Not applicable to the question"),
        ("none", "none"),
        ("x" * 100, "x" * 100),
    ],
)
def test_numbers_and_levels_are_values(result: object, value: float | str) -> None:
    assert parse_result(result, True) == ParsedResult(value, not_applicable=False)


@pytest.mark.parametrize("zero", [-0.0, "-0", "-0.0"])
def test_there_is_one_zero(zero: object) -> None:
    assert repr(parse_result(zero, True).value) == "0.0"


@pytest.mark.parametrize("result", [None, 1.0, "N/A"])
def test_a_missing_field_is_unscored_whatever_stands_in_for_it(result: object) -> None:
    assert parse_result(result, False) == UNSCORED


def test_a_scales_own_level_for_not_applicable_counts_as_such() -> None:
    own: frozenset[float | str] = frozenset({-1.0, "Cannot say"})
    assert parse_result(-1, True, not_applicable=own) == NOT_APPLICABLE
    assert parse_result("cannot SAY", True, not_applicable=own) == NOT_APPLICABLE
    assert parse_result(0, True, not_applicable=own).value == 0.0
    assert parse_result("-1", True).value == -1.0


def test_text_can_be_written_afterwards() -> None:
    assert clean("caf\u00e9 \ud83d\ude00") == "caf\u00e9 \U0001f600"
    assert clean("bad \ud83d") == "bad \ufffd"
    assert clean("\ufeffmark") == "\ufeffmark"


# Any code points, lone surrogates included; st.text() would build its tables first, for seconds.
_TEXT = st.lists(st.integers(0, 0x10FFFF).map(chr)).map("".join)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=5,
)


@given(_JSON, st.booleans())
def test_anything_is_a_usable_value_or_none(result: object, present: bool) -> None:
    parsed = parse_result(result, present)
    assert not (parsed.not_applicable and parsed.value is not None)
    if isinstance(parsed.value, float):
        assert math.isfinite(parsed.value)
    elif parsed.value is not None:
        assert 0 < len(parsed.value) <= 100
        parsed.value.encode()


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_means_the_same_as_its_text(number: float) -> None:
    assert parse_result(repr(number), True) == parse_result(number, True)
    assert parse_result(number, True).value == number
