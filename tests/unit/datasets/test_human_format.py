"""Datasets for people: one or two responses per line, of the same sources on all of them."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from dataset_helpers import SOURCE, Result, chunks, jsonl, record

from modeleval.datasets.human_format import HumanOptions, joined, validate_human
from modeleval.datasets.identity import response_digest
from modeleval.datasets.index import read_index


def said(**responses: object) -> list[dict[str, object]]:
    return [{"response": text, "modelIdentifier": name} for name, text in responses.items()]


def line(number: int = 0, /, **responses: object) -> dict[str, Any]:
    return record(number, modelResponses=said(**responses or {"a": "one", "b": "two"}))


def check(data: bytes, **options: Any) -> Result:
    records, index = io.BytesIO(), io.BytesIO()
    asked = HumanOptions(source=SOURCE, **options)
    report = validate_human(chunks(data, 500), asked, records=records, index=index)
    index.seek(0)
    raw = records.getvalue()
    lines = [json.loads(one) for one in raw.split(b"\n") if one]
    return Result(report, lines, list(read_index(index)), raw)


@pytest.mark.parametrize("responses", [{"a": "one"}, {"a": "one", "b": "two"}])
def test_one_or_two_responses_are_taken_as_they_are(responses: dict[str, str]) -> None:
    lines = [line(number, **responses) for number in range(3)]
    result = check(jsonl(*lines))
    assert result.report.problem_count == 0
    assert result.records == lines
    assert result.report.identifier == ", ".join(responses)
    assert result.index[0].response_digest == response_digest(joined([*responses.values()]))


def test_the_sources_may_be_in_any_order_and_are_written_in_one() -> None:
    result = check(jsonl(line(0, a="1", b="2"), line(1, b="2", a="1")))
    assert result.report.problem_count == 0
    assert [[one["modelIdentifier"] for one in r["modelResponses"]] for r in result.records] == [
        ["a", "b"],
        ["a", "b"],
    ]
    assert result.records[1]["modelResponses"] == said(a="1", b="2")


def test_responses_are_told_apart() -> None:
    assert joined(["a", "bc"]) != joined(["ab", "c"])


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (
            line(1, a="1"),
            (
                "line 2, modelResponses: has 'a' where line 1 has 'a' and 'b'. "
                "Every record has the responses of the same sources"
            ),
        ),
        (
            line(1, a="1", c="2"),
            (
                "line 2, modelResponses: has 'a' and 'c' where line 1 has 'a' and 'b'. "
                "Every record has the responses of the same sources"
            ),
        ),
        (
            line(1, a="1", b="2", c="3"),
            (
                "line 2, modelResponses: holds 3 responses, and people judge one or two. "
                "Leave the others out"
            ),
        ),
        (
            record(1, modelResponses=[]),
            (
                "line 2, modelResponses: holds 0 responses, and people judge one or two. "
                'Write "modelResponses": [{"response": "…", "modelIdentifier": "…"}]'
            ),
        ),
        (
            record(1, modelResponses=said(a="1") * 2),
            (
                "line 2, modelResponses: names the source 'a' twice. "
                "Give each source one response per record"
            ),
        ),
        (
            record(1, modelResponses=None),
            (
                'line 2, modelResponses: is missing. Write "modelResponses": '
                '[{"response": "…", "modelIdentifier": "…"}]'
            ),
        ),
        (
            record(1, modelResponses={}),
            (
                "line 2, modelResponses: is an object, and must be an array with one object per "
                'source. Write "modelResponses": [{"response": "…", "modelIdentifier": "…"}]'
            ),
        ),
        (
            record(1, modelResponses=[*said(a="1"), 5]),
            (
                "line 2, modelResponses[1]: is a number, and must be an object. Write "
                '"modelResponses": [{"response": "…", "modelIdentifier": "…"}]'
            ),
        ),
        (
            record(1, modelResponses=[*said(a="1"), {"response": "2"}]),
            (
                "line 2, modelResponses[1].modelIdentifier: is missing. "
                "Name what produced the response, by the same name on every line"
            ),
        ),
        (
            line(1, a="1", b="<thinking>2"),
            (
                "line 2, modelResponses[1].response: has a <thinking> block that does not end; "
                "the response was probably cut off. "
                "Collect it again with more tokens, or close the block"
            ),
        ),
    ],
)
def test_what_is_wrong_is_refused(second: dict[str, Any], message: str) -> None:
    assert check(jsonl(line(), second)).only_problem == message


def test_the_suite_may_name_the_sources() -> None:
    assert check(jsonl(line()), identifiers=("b", "a")).report.problem_count == 0
    assert check(jsonl(line()), identifiers=("a", "c")).only_problem == (
        "line 1, modelResponses: has 'a' and 'b' where the suite names 'a' and 'c'. "
        "Name those in the suite, or choose the file of the ones that it names"
    )


def test_an_empty_response_leaves_nothing_to_compare() -> None:
    result = check(jsonl(line(), line(1, a="1", b=" ")))
    assert (result.report.records, result.report.judged) == (2, 1)
    assert result.index[1].unscored == "emptyResponse"


def test_thinking_is_taken_out_of_each() -> None:
    result = check(jsonl(line(0, a="<thinking>x</thinking>1", b="2")))
    assert result.records[0]["modelResponses"] == said(a="1", b="2")
    assert result.report.thinking_stripped == 1


def test_live_models_need_no_responses() -> None:
    assert check(jsonl(record(modelResponses=None)), live=True).report.problem_count == 0


def test_a_human_job_takes_a_thousand_prompts() -> None:
    result = check(jsonl(*(line(number) for number in range(1001))))
    assert result.report.problem_count == 1
    assert "this file has 1,001" in result.only_problem
