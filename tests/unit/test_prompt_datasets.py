"""Datasets of prompts: told by their format, checked line by line, passed on as they are."""

from __future__ import annotations

import hashlib
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_helpers import SOURCE, check, jsonl

from modeleval.datasets.prompts import PromptOptions, conversation_digest, validate_prompts
from modeleval.datasets.prompts import validation as validation_module
from modeleval.errors import DatasetInvalid

ASKED = {"role": "user", "content": "What is it?"}
ANSWER = {"role": "assistant", "content": "It is this."}
VALID = [
    ("OpenAI messages", {"messages": [ASKED, ANSWER]}),
    ("SageMaker query and response", {"query": "What is it?", "response": "It is this."}),
    ("Hugging Face prompt and completion", {"prompt": "What is it?", "completion": "This."}),
    ("Hugging Face prompt and completion", {"prompt": [ASKED], "completion": [ANSWER]}),
    ("Hugging Face preference", {"prompt": "What?", "chosen": "This.", "rejected": "That."}),
    ("Hugging Face preference", {"input": [ASKED], "chosen": [ANSWER], "rejected": [ANSWER]}),
    (
        "verl",
        {
            "data_source": "d",
            "prompt": [ASKED],
            "ability": "math",
            "reward_model": {"style": "rule", "ground_truth": "4"},
            "extra_info": {"index": 0},
        },
    ),
    ("verl", {"prompt": "What?", "extra_info": {"answer": 4}}),
]
FORMATS = pytest.mark.parametrize(("title", "record"), VALID)
NO_REFERENCE = [
    ({"messages": [ASKED]}, "a last message of the assistant"),
    ({"messages": [ASKED, {"role": "assistant", "content": ""}]}, "a last message"),
    ({"query": "What?"}, "response"),
    ({"query": "What?", "response": " "}, "response"),
    ({"prompt": "What?", "completion": ""}, "completion"),
    ({"prompt": "What?", "chosen": "", "rejected": "x"}, "chosen"),
    ({"prompt": [ASKED], "reward_model": {"style": "rule"}}, "reward_model.ground_truth"),
    ({"prompt": [ASKED], "reward_model": {"ground_truth": None}}, "reward_model.ground_truth"),
    ({"prompt": [ASKED], "reward_model": None}, "reward_model.ground_truth"),
]


@FORMATS
@pytest.mark.parametrize("wanted", [True, False])
def test_a_format_is_told_from_the_data(title: str, record: object, wanted: bool) -> None:
    result = check(jsonl(record), reference_wanted=wanted)
    assert result.problems == []
    assert result.report.format == title
    assert result.report.to_document()["format"] == title
    assert list(result.warnings) == ["fewRecords"]


@pytest.mark.parametrize(("record", "said"), NO_REFERENCE)
def test_scorers_need_a_reference_and_judges_do_not(record: object, said: str) -> None:
    assert check(jsonl(record)).problems == []
    (problem,) = check(jsonl(record), reference_wanted=True).problems
    assert "line 1: holds no reference" in problem
    assert said in problem


def test_a_reference_may_stand_beside_the_messages() -> None:
    record = {"messages": [ASKED], "reference_answer": {"value": 4}}
    assert check(jsonl(record), reference_wanted=True).problems == []


def test_lines_are_passed_on_as_they_were() -> None:
    lines = [
        b'  {"query" : "caf\\u00e9 \xe2\x80\xa8 x", "own": [1.50, {"z": null}]}\t',
        b'{"response":"r","query":"y","images":[{"data":"s3://b/k"}]}',
    ]
    result = check(b"\xef\xbb\xbf" + lines[0] + b"\r\n\r\n" + lines[1] + b"\n \n\n")
    assert result.problems == []
    assert result.records == b"".join(line + b"\n" for line in lines)
    assert [entry.line for entry in result.index] == [1, 3]
    assert set(result.warnings) == {"byteOrderMark", "blankLine", "fewRecords"}
    assert "line 2" in result.warnings["blankLine"]


@given(st.integers(1, 60))
def test_how_the_bytes_arrive_does_not_matter(chunk: int) -> None:
    data = jsonl({"query": "a"}, {"query": ""}, {"query": "b", "category": "c"})
    assert check(data, chunk=chunk) == check(data)


def test_the_report_has_the_numbers() -> None:
    records = [
        {"system": "Be short.", "query": "What?", "response": "It.", "category": "a"},
        {"query": "Why?", "response": "So.", "category": "b"},
    ]
    data = jsonl(*records)
    report = check(data, reference_wanted=True).report
    assert (report.source, report.bytes) == (SOURCE, len(data))
    assert report.sha256 == hashlib.sha256(data).hexdigest()
    assert (report.lines, report.records, report.judged) == (2, 2, 2)
    assert report.prompt_chars == len("Be short.What?Why?")
    assert (report.response_chars, report.reference_chars) == (0, 6)
    assert report.categories == {"a": 1, "b": 1}
    assert report.identifier is None


def test_the_prompt_set_is_the_same_in_any_order_and_format() -> None:
    queries = [{"query": "a"}, {"query": "b"}, {"query": "a"}]
    prompts = [{"prompt": q["query"], "completion": "x"} for q in reversed(queries)]
    digests = {check(jsonl(*data)).report.prompt_set_digest for data in (queries, prompts)}
    assert len(digests) == 1
    assert check(jsonl(*queries[:2])).report.prompt_set_digest not in digests


WRONG: list[tuple[Any, str]] = [
    ({"messages": "x"}, "line 1, messages: is a string, and must be an array"),
    ({"messages": []}, "line 1, messages: holds no message"),
    ({"messages": ["x"]}, "line 1, messages[0]: is a string, and must be an object"),
    ({"messages": [ASKED, {"role": "user"}]}, "line 1, messages[1].content: is missing"),
    ({"messages": [{"content": "x"}]}, "line 1, messages[0].role: is missing"),
    ({"messages": [{"role": "User", "content": "x"}]}, "Write user"),
    ({"messages": [{"role": "tool", "content": "x"}]}, "is none of system, user or assistant"),
    ({"messages": [{"role": "developer", "content": "x"}, ASKED]}, "Write system"),
    ({"messages": [{"role": "human", "content": "x"}]}, "Write user"),
    ({"messages": [{"role": "user", "content": [{"text": "x"}]}]}, "content: is an array of parts"),
    ({"messages": [{"role": "user", "content": [{"text": "x"}]}]}, "Write the parts' text as one"),
    ({"messages": [ANSWER]}, "does not end with a message of the user"),
    ({"messages": [{"role": "system", "content": "x"}, ANSWER]}, "does not end with a message"),
    ({"messages": [{"role": "user", "content": " "}]}, "line 1, messages: is empty"),
    ({"query": ""}, "line 1, query: is empty"),
    ({"query": 1}, "line 1, query: is a number, and must be a string"),
    ({"query": "x", "system": None}, "line 1, system: is null, and must be a string"),
    ({"query": "x", "response": None}, "line 1, response: is null"),
    ({"query": "x", "metadata": None}, "line 1, metadata: is null"),
    ({"query": "x", "category": None}, "line 1, category: is null"),
    ({"query": "x", "response": ["y"]}, "line 1, response: is an array"),
    ({"query": "x", "metadata": 1}, "line 1, metadata: is a number"),
    ({"query": "x", "category": "c" * 257}, "line 1, category: has 257 characters"),
    ({"prompt": 1, "completion": "x"}, "line 1, prompt: is a number, and must be a string or an"),
    ({"prompt": " ", "completion": "x"}, "line 1, prompt: is empty"),
    ({"completion": "x"}, "line 1, prompt: is missing"),
    ({"prompt": "x", "completion": None}, "line 1, completion: is null"),
    ({"prompt": [ASKED, ANSWER], "completion": "x"}, "does not end with a message of the user"),
    ({"prompt": "x", "chosen": "y"}, "line 1, rejected: is missing"),
    ({"chosen": "y", "rejected": "z"}, "line 1, prompt: is missing"),
    ({"prompt": "x", "reward_model": "y"}, "line 1, reward_model: is a string"),
    ({"text": "x"}, "line 1: looks like no format of SageMaker's evaluation. Write one of: OpenAI"),
    ({"prompt": "x", "modelResponses": []}, "Use the kind bedrock-judge"),
    ([], "line 1: is an array, not an object"),
]


@pytest.mark.parametrize(("record", "said"), WRONG)
def test_a_wrong_line_is_named_with_its_field(record: object, said: str) -> None:
    result = check(jsonl(record))
    assert result.report.problem_count == 1, result.problems
    assert said in result.problems[0]
    assert (result.records, result.index) == (b"", [])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"query": "x"', "is not valid JSON at column 14"),
        (b'{"query": NaN}', "holds NaN"),
        (b'{"query": "\\ud800"}', "half of a surrogate pair"),
        (b'{"query": "\xff"}', "is not UTF-8"),
        (b'{"query": "a", "query": "b"}', "query: is given 2 times"),
        (b'{"messages": [{"role": "user", "content": "a", "content": "b"}]}', "[0].content: is"),
        (b'{"query": "' + b"x" * 1_100_000 + b'"}', "at most 1,048,576 are read"),
    ],
)
def test_a_line_that_is_no_record_is_refused(line: bytes, said: str) -> None:
    (problem,) = check(line).problems
    assert said in problem


def test_a_file_keeps_to_one_format() -> None:
    result = check(jsonl({"text": "x"}, {"query": "x"}, {"messages": [ASKED]}, {"query": "y"}))
    assert result.problems[1] == (
        "line 3: looks like OpenAI messages, and line 2 like SageMaker query and response. "
        "Keep a file to one format"
    )
    assert result.report.format == "SageMaker query and response"
    assert (result.report.records, result.report.problem_count) == (2, 2)


def test_all_problems_are_counted_and_each_kind_listed_once() -> None:
    report = check(jsonl(*({"query": 1} for _ in range(60)))).report
    assert (report.problem_count, len(report.problems)) == (60, 1)
    with pytest.raises(DatasetInvalid, match="- lines 1 to 60, query: is a number, and must be"):
        report.raise_if_invalid()


def test_nothing_of_the_content_is_in_the_report() -> None:
    content = "sEcReT"
    records: list[object] = [{"query": content, "system": 1, content * 20: 1}]
    records += [
        {"messages": [{"role": content, "content": content}]},
        {"query": [content]},
        content,
    ]
    assert content not in json.dumps(check(jsonl(*records)).report.to_document())


@pytest.mark.parametrize(("name", "meant"), [("System", "system"), ("respones", "response")])
def test_a_misspelt_field_is_warned_of(name: str, meant: str) -> None:
    result = check(jsonl({"query": "x", name: "y"}))
    assert f"Did you mean {meant}?" in result.warnings["unknownField"]
    assert result.problems == []


def test_fields_of_ones_own_are_nobodys_business() -> None:
    records = [{"query": str(number), "id": 1, "difficulty": "x"} for number in range(10)]
    assert check(jsonl(*records)).warnings == {}


def test_misspelt_fields_are_bounded() -> None:
    records = [{"query": "x", f"categor{'y' * (n % 5)}{'s' * n}": 1} for n in range(100)]
    records += [{"query": "x", f"response_{chr(97 + n % 26)}{n}": 1} for n in range(100)]
    unknown = [w for w in check(jsonl(*records)).report.warnings if w.code == "unknownField"]
    assert 0 < len(unknown) <= 20


def test_duplicates_are_warned_of_and_have_keys_of_their_own() -> None:
    one = {"query": "x", "response": "y"}
    result = check(jsonl(one, one, {"query": "x", "response": "z"}))
    assert "line 2" in result.warnings["duplicateRecord"]
    assert "line 3" in result.warnings["repeatedPrompt"]
    digest = conversation_digest([("user", "x")])
    assert [entry.key for entry in result.index] == [f"{digest}-{n}" for n in range(3)]


@pytest.mark.parametrize("records", [9, 10])
def test_fewer_than_ten_records_are_warned_of(records: int) -> None:
    warnings = check(jsonl(*({"query": str(n)} for n in range(records)))).warnings
    assert ("fewRecords" in warnings) == (records < 10)
    if warnings:
        assert "100 or more" in warnings["fewRecords"]


@pytest.mark.parametrize(("limit", "why"), [(1_000, "judges go through Bedrock"), (50, "")])
def test_more_records_than_may_be_is_a_problem(limit: int, why: str) -> None:
    records = [{"query": str(number)} for number in range(limit + 1)]
    assert check(jsonl(*records[:-1]), max_records=limit).problems == []
    result = check(jsonl(*records), max_records=limit)
    (problem,) = result.problems
    assert f"at most {limit:,} prompts" in problem
    assert f"has {limit + 1:,}" in problem
    assert why in problem
    assert len(result.index) == result.records.count(b"\n") == limit


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_a_problem(data: bytes) -> None:
    result = check(data)
    assert result.problems == ["the file: holds no record. Write one JSON object per line"]
    assert result.report.format is None


def test_a_file_over_the_limit_is_not_read_further(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation_module, "MAX_FILE_BYTES", 5_000)
    data = jsonl(*({"query": str(number)} for number in range(1_000)))
    result = check(data, chunk=1_000)
    assert result.report.bytes < 7_000 < len(data)
    assert [p for p in result.problems if "no more is taken" in p]


def test_the_cluster_is_the_field_that_the_suite_names() -> None:
    result = check(jsonl({"query": "x", "talk": 7}, {"query": "y"}), cluster_field="talk")
    assert [entry.cluster for entry in result.index] == ["7"]
    assert result.problems[0].startswith("line 2, talk: is missing")


class _Nowhere:
    def write(self, data: bytes) -> int:
        return len(data)


def test_memory_does_not_grow_with_the_file() -> None:
    def chunks(lines: int) -> Iterator[bytes]:
        blank = b"\n" * 20
        for number in range(lines):
            yield json.dumps({"query": f"{number} " + "x" * 2_000, "response": "y"}).encode()
            yield blank

    def peak(lines: int) -> int:
        options = PromptOptions(source=SOURCE, max_records=10_000, reference_wanted=True)
        sink = cast("BinaryIO", _Nowhere())
        tracemalloc.start()
        report = validate_prompts(chunks(lines), options, records=sink, index=sink)
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert report.records == lines
        return used

    peak(10)  # what is loaded once
    assert peak(2_000) < peak(200) + 300_000
