from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeleval.report.words import Cutter, better, ends, level, moment, number, visible

BIDIRECTIONAL = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@given(st.text(st.characters(codec=None)))
def test_no_character_that_deceives_is_left(text: str) -> None:
    shown = visible(text)
    assert not set(shown) & set(BIDIRECTIONAL)
    assert {one for one in shown if unicodedata.category(one) in ("Cc", "Cs")} <= {"\t", "\n"}
    shown.encode()


@pytest.mark.parametrize(
    "text",
    [
        "a\tb\nc",
        "Grüße, 日本語, עברית",
        "\u0627\u0644\u0639\u0631\u0628\u064a\u0629",  # Arabic
        "\U0001f469\u200d\U0001f4bb",  # an emoji of two that are joined
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian, with its non-joiner
        "e\u0301",
    ],
)
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\r\nb", "a\nb"),
        ("a\rb", "a⟨U+000D⟩b"),
        ("\x1b[31mred", "⟨U+001B⟩[31mred"),
        ("safe\u202etxt.exe", "safe⟨U+202E⟩txt.exe"),
        ("a\u2028b\u0085c", "a⟨U+2028⟩b⟨U+0085⟩c"),
        ("\ud800", "⟨U+D800⟩"),
        ("a\U000e0041b", "a⟨U+E0041⟩b"),
    ],
)
def test_what_cannot_be_seen_is_named(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.5, "0.500"),
        (-0.25, "\u22120.250"),
        (12345.678, "12,345.7"),
        (None, "\u2013"),
        (0.0, "0.000"),
    ],
)
def test_numbers_are_written_with_three_decimals(value: float | None, text: str) -> None:
    assert number(value) == text


def test_a_difference_has_its_sign() -> None:
    assert number(0.125, signed=True) == "+0.125"
    assert ends(-0.1, 0.2, signed=True) == "\u22120.100 to +0.200"


def test_half_an_interval_is_none() -> None:
    assert ends(0.1, None) == ends(None, 0.1) == ""


def test_a_level_is_written_as_it_was_given() -> None:
    assert [level(one) for one in (0.5, 1.0, "polite", None)] == ["0.5", "1", "polite", "-"]


def test_a_direction_is_a_sign_and_words() -> None:
    assert better("higherIsBetter")[:2] == ("\u2191", "higher is better")
    assert better("lowerIsBetter")[:2] == ("\u2193", "lower is better")


def test_a_long_text_is_cut_and_says_by_how_much() -> None:
    assert Cutter(each=4, total=100).cut("abcdefgh") == "abcd… [4 more characters]"
    assert Cutter(each=8, total=100).cut("abcdefgh") == "abcdefgh"


def test_texts_are_cut_to_what_they_may_be_together() -> None:
    cutter = Cutter(each=4, total=6)
    assert [cutter.cut("abcd") for _ in range(3)] == [
        "abcd",
        "ab… [2 more characters]",
        "… [4 more characters]",
    ]


def test_a_moment_is_told_to_the_minute() -> None:
    assert moment("2026-11-22T07:00:59.000Z") == "2026-11-22 07:00 UTC"
    assert moment(None) == ""
