"""What a file looks like, by its first bytes."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from dataset_helpers import jsonl
from format_lines import BEDROCK, GENERATED, LINES, RETRIEVED, turn, turns
from hypothesis import given
from hypothesis import strategies as st

from modeleval.datasets.checking import kind_for
from modeleval.datasets.detect import HEAD_BYTES, detect, first_example
from modeleval.datasets.formats import FORMATS

ONE_OBJECT = "Write one JSON object per line"
BY_NAME = {found.name: found for found in FORMATS}


def name_of(data: bytes) -> str | None:
    found = detect(data).format
    return found.name if found else None


def test_every_format_has_its_example() -> None:
    assert set(LINES) == set(BY_NAME)


@pytest.mark.parametrize("name", LINES)
def test_each_format_is_told_by_a_line(name: str) -> None:
    found = detect(jsonl(LINES[name]))
    assert (found.said, found.action) == (f"looks like {BY_NAME[name].title}", "")
    assert name_of(b"\xef\xbb\xbf" + jsonl(LINES[name])) == name


@pytest.mark.parametrize("name", LINES)
def test_each_format_reads_its_line(name: str) -> None:
    example = first_example(BY_NAME[name], jsonl(LINES[name]))
    assert example is not None
    assert example.asked[-1] == ("user", "Asked?")
    assert (example.reference, example.category) == ("Wanted", "c")
    said = {"human-responses": ("Gave", "Gave too"), "rag-generated": ("Gave",)}
    said["bedrock-responses"] = ("Gave",)
    assert tuple(one.text for one in example.answers) == said.get(name, ())


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ({"prompt": "Asked?"}, "bedrock-prompts"),
        ({"prompt": "Asked?", "reward_model": {}}, "verl"),
        ({"prompt": []}, "verl"),
        ({"prompt": "Asked?", "modelResponses": "x"}, "bedrock-responses"),
        ({"modelResponses": []}, "bedrock-responses"),
        ({"modelResponses": [1, 2, 3]}, "bedrock-responses"),
        ({"conversationTurns": 5}, "rag-turns"),
        ({"conversationTurns": [{"output": 5}]}, "rag-generated"),
        ({"conversationTurns": [{"output": {"retrievedPassages": 1}}]}, "rag-generated"),
        ({"input": [], "rejected": ""}, "preference"),
    ],
)
def test_a_wrong_line_looks_like_what_it_was_meant_to_be(line: Any, name: str) -> None:
    assert name_of(jsonl(line)) == name


@pytest.mark.parametrize(
    ("first", "second", "name"),
    [
        (BEDROCK, LINES["bedrock-responses"], "bedrock-responses"),
        (turns(turn("a")), turns(turn("b", **RETRIEVED)), "rag-retrieved"),
        (turns(turn("a")), turns(turn("b", **GENERATED)), "rag-generated"),
        ({"other": 1}, LINES["messages"], "messages"),
    ],
)
def test_a_line_with_responses_decides(first: Any, second: Any, name: str) -> None:
    assert name_of(jsonl(first, second)) == name


SPREAD = json.dumps(LINES["messages"], indent=2).encode()
FILES = {
    "gzip": (gzip.compress(jsonl(BEDROCK)), "a file compressed with gzip", "uncompressed"),
    "zstd": (b"\x28\xb5\x2f\xfd..", "a file compressed with zstd", "uncompressed"),
    "bzip2": (b"BZh91AY", "a file compressed with bzip2", "uncompressed"),
    "xz": (b"\xfd7zXZ\0\0", "a file compressed with xz", "uncompressed"),
    "xlsx": (b"PK\x03\x04\x14\0", "an Excel file or a zip archive", "Export it as JSON Lines"),
    "xls": (b"\xd0\xcf\x11\xe0\xa1", "an old Excel or Word file", "Export it as JSON Lines"),
    "parquet": (b"PAR1\x15", "Parquet", "Export it as JSON Lines"),
    "pdf": (b"%PDF-1.7", "a PDF", "Write its records as JSON Lines"),
    "utf-16": ('{"prompt": "a"}'.encode("utf-16"), "text in UTF-16", "Save it as UTF-8"),
    "utf-16-be": (
        b"\xfe\xff" + '{"prompt": "a"}'.encode("utf-16-be"),
        "text in UTF-16",
        "Save it as UTF-8",
    ),
    "utf-16 without a mark": (
        '{"prompt": "a"}'.encode("utf-16-le"),
        "text in UTF-16, or no text",
        "Save it as UTF-8",
    ),
    "empty": (b"", "an empty file", ONE_OBJECT),
    "blank": (b" \n\n \t\n", "an empty file", ONE_OBJECT),
    "only a mark": (b"\xef\xbb\xbf", "an empty file", ONE_OBJECT),
    "array": (json.dumps([BEDROCK]).encode(), "a JSON array", "jq -c '.[]'"),
    "indented array": (json.dumps([BEDROCK], indent=1).encode(), "a JSON array", "jq -c '.[]'"),
    "spread": (SPREAD, "JSON objects that go over several lines", "jq -c ."),
    "csv": (b"prompt,referenceResponse\na,b\n", "CSV", "with the columns as its fields"),
    "quoted csv": (b'"prompt","reference response"\r\n"a, b","c"\r\n', "CSV", "the columns"),
    "semicolons": (b"prompt;answer\na;b\n", "CSV", "with the columns as its fields"),
    "tabs": (b"prompt\tanswer\na\tb\n", "tab-separated values", "with the columns"),
    "text": (b"Dear Sir or Madam\n", "no JSON Lines", ONE_OBJECT),
    "numbers": (b"1\n2\n", "no JSON Lines", ONE_OBJECT),
    "cut off": (b'{"prompt": "a', "no JSON Lines", ONE_OBJECT),
    "Latin-1": ('{"prompt": "é"}'.encode("latin-1"), "no JSON Lines", ONE_OBJECT),
    "one huge line": (
        b'{"prompt": "' + b"a" * HEAD_BYTES,
        "one line of more than 1,048,576 bytes",
        "each shorter than that",
    ),
}


@pytest.mark.parametrize("which", FILES)
def test_what_is_not_json_lines_is_told_with_what_to_do(which: str) -> None:
    data, said, action = FILES[which]
    found = detect(data[:HEAD_BYTES])
    assert found.said == f"looks like {said}"
    assert action in found.action
    assert (found.format, found.lines) == (None, False)


def test_unknown_fields_are_named_and_the_formats_are_offered() -> None:
    found = detect(jsonl({"question": "a", "answer": "b", "a text that went astray": 1}))
    assert found.lines
    assert found.said == (
        "looks like no format that is known: its fields are question, answer and 1 more"
    )
    assert all(one.title in found.action for one in FORMATS)


def test_names_that_are_text_are_not_shown() -> None:
    found = detect(jsonl({"What is the capital of France?": 1}))
    assert "France" not in found.said + found.action


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("bedrock-responses", "bedrock-judge"),
        ("bedrock-prompts", "bedrock-judge"),
        ("human-responses", "bedrock-human"),
        ("rag-turns", "bedrock-rag-generate"),
        ("rag-retrieved", "bedrock-rag-retrieve"),
        ("rag-generated", "bedrock-rag-generate"),
        ("messages", "sagemaker-scorer"),
        ("verl", "sagemaker-scorer"),
    ],
)
def test_a_format_has_its_usual_kind(line: str, kind: str) -> None:
    assert kind_for(BY_NAME[line], jsonl(LINES[line])) == kind


def test_prompts_without_references_are_for_a_judge() -> None:
    assert kind_for(BY_NAME["query-response"], jsonl({"query": "Asked?"})) == "sagemaker-judge"


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_nothing_makes_it_raise(data: bytes) -> None:
    assert detect(data).said.startswith("looks like ")


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["output", "prompt", "text", "content"]), inner)
    ),
    max_leaves=8,
)
NAMES = sorted({name for line in LINES.values() for name in line})


@given(st.lists(st.dictionaries(st.sampled_from(NAMES), JSON, min_size=1), min_size=1, max_size=3))
def test_no_values_make_it_raise(lines: list[dict[str, Any]]) -> None:
    data = json.dumps(lines[0]).encode() + b"\n" + jsonl(*lines[1:])
    found = detect(data)
    if found.format is not None:
        first_example(found.format, data)
