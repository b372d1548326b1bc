"""From bytes to a document."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeleval.digests import canonical
from modeleval.errors import SuiteInvalid
from modeleval.suite.source import parse_text

json_documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
fragments = st.lists(
    st.sampled_from(
        [
            *("a", "1", " ", "\n", ": ", "- ", ",", "{", "}", "[", "]", '"', "'", "#", "&a", "*a"),
            *(
                "<<: ",
                "!!int ",
                "!!set ",
                "!!map ",
                "!!x ",
                "|",
                ">",
                "?",
                "%",
                "---",
                "\\u",
                "0x_",
            ),
        ]
    ),
    max_size=12,
)


def refusal(data: bytes) -> str:
    with pytest.raises(SuiteInvalid) as caught:
        parse_text(data, source="suite.yaml")
    return str(caught.value)


def test_yaml_is_read() -> None:
    assert parse_text(b"name: a\nmetrics: [x, y]\n", source="s") == {
        "name": "a",
        "metrics": ["x", "y"],
    }


@given(json_documents)
def test_json_is_read_as_json(document: object) -> None:
    assert parse_text(json.dumps(document).encode(), source="s") == document


def test_a_syntax_error_is_answered_with_line_and_column() -> None:
    message = refusal(b"name: a\nmetrics: [x, y\nother: z\n")
    assert "neither YAML nor JSON" in message
    assert "(suite.yaml, line 3, column 6)" in message


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"name: a\njudge: x\nname: b\n", "line 3, column 1"),
        (b'{"name": "a", "name": "b"}', "line 1, column 15"),
        (b"budget:\n  maxUsd: 1\n  maxUsd: 2\n", "line 3, column 3"),
    ],
)
def test_a_key_that_stands_twice_is_refused_where_it_stands(data: bytes, place: str) -> None:
    message = refusal(data)
    assert "stands twice" in message
    assert place in message


def test_a_merge_key_is_yaml() -> None:
    data = b"a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\n"
    assert parse_text(data, source="s")["b"] == {"x": 1, "y": 3}


def test_a_suite_that_is_too_large_is_refused_with_its_size() -> None:
    limit = 256 * 1024
    message = refusal(b"#" * (limit + 1))
    assert "262,145 bytes long, at most 262,144 are read" in message
    assert parse_text(b"#" * limit, source="s") is None


def test_json_may_be_indented_with_tabs() -> None:
    assert parse_text(b'{\n\t"name": "a"\n}', source="s") == {"name": "a"}


def test_json_may_write_a_character_as_two_escapes() -> None:
    assert parse_text(b'{"name": "\\ud83d\\ude00"}', source="s") == {"name": "\U0001f600"}


@pytest.mark.parametrize("data", [b"name: \xff", b"\xc3", b"name: \x00", b"a: \xed\xa0\x80"])
def test_what_is_not_utf_8_is_refused(data: bytes) -> None:
    assert "suite.yaml" in refusal(data)


@pytest.mark.parametrize(
    "data",
    [
        b"since: 2026-13-01",
        b"since: 2026-01-01 99:00:00",
        b"days: 0x_",
        b"days: !!int many",
        b"share: !!float much",
        b"terms: !!bool maybe",
        b"since: !!timestamp never",
        b"days: " + b"9" * 5000,
        b'name: "\\U00110000"',
        b'name: "\\Uffffffff"',
        b"!!map [1]",
        b"[" * 1_500,
    ],
)
def test_a_value_that_is_not_of_its_type_is_refused(data: bytes) -> None:
    assert "neither YAML nor JSON" in refusal(data)


@pytest.mark.parametrize(
    "tag", [b"!!set {a}", b"!!binary aGk=", b"!!omap [a: 1]", b"!!pairs [a: 1]"]
)
def test_what_json_does_not_have_is_refused(tag: bytes) -> None:
    assert "a value that JSON does not have" in refusal(b"metrics: " + tag)


def test_no_object_of_python_is_made() -> None:
    assert "could not determine a constructor" in refusal(b"!!python/object/apply:os.getcwd []")


def test_an_alias_that_holds_itself_is_refused() -> None:
    assert "recursive" in refusal(b"&a {x: *a}")


@given(st.binary(max_size=60))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    _refused_or_read(data)


@given(fragments)
def test_no_heap_of_yamls_own_signs_raises_anything_else(parts: list[str]) -> None:
    _refused_or_read("".join(parts).encode())


def _refused_or_read(data: bytes) -> None:
    with suppress(SuiteInvalid):
        parse_text(data, source="s")


@settings(max_examples=40)
@given(st.dictionaries(st.text(max_size=5), json_documents, min_size=2, max_size=6))
def test_a_digest_does_not_depend_on_the_order_of_keys(document: dict[str, object]) -> None:
    turned = dict(reversed(document.items()))
    assert canonical(turned) == canonical(document)


@given(json_documents, json_documents)
def test_other_documents_have_other_texts(one: object, other: object) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (canonical(one) == canonical(other)) is same
