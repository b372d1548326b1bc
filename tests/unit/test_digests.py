from __future__ import annotations

import hashlib
import re

from hypothesis import given
from hypothesis import strategies as st

from modeleval.digests import text_digest

texts = st.text(st.characters(exclude_categories=()), max_size=5)  # lone surrogates included


def test_a_digest_is_sha_256_of_the_parts_with_their_lengths() -> None:
    assert text_digest("ab", "é") == hashlib.sha256(b"2:ab2:\xc3\xa9").hexdigest()[:32]


@given(st.lists(texts))
def test_a_digest_is_32_hex_digits(parts: list[str]) -> None:
    assert re.fullmatch("[0-9a-f]{32}", text_digest(*parts))


@given(st.lists(texts), st.lists(texts))
def test_other_parts_have_another_digest(one: list[str], other: list[str]) -> None:
    assert (text_digest(*one) == text_digest(*other)) is (one == other)


@given(texts, texts)
def test_parts_do_not_run_into_each_other(one: str, other: str) -> None:
    assert text_digest(one, other) != text_digest(one + other)
