"""What a judge job writes, line by line."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeleval.bedrock.outputs import OutputRecord, UnreadableLine, is_output, read_output

DETAILS = [{"modelIdentifier": "amazon.nova-pro-v1:0", "explanation": "It says so."}]


def line(result: str = "1.0", **changes: Any) -> bytes:
    """One record as the service writes it; `result` is JSON, or what is taken for it."""
    record = {
        "automatedEvaluationResult": {
            "scores": [
                {"metricName": "Builtin.Correctness", "result": 0, "evaluatorDetails": DETAILS}
            ]
        },
        "inputRecord": {"prompt": "What?", "referenceResponse": "This.", "category": "c"},
        "modelResponses": [{"response": "That.", "modelIdentifier": "bot", "stopReason": "end"}],
    }
    return json.dumps(record | changes).replace('"result": 0', f'"result": {result}').encode()


def one(data: bytes) -> OutputRecord:
    [record] = read_output([data])
    return record


def test_a_record_is_read() -> None:
    record = one(line("0.5"))
    [score] = record.scores
    assert (record.input_record.prompt, record.response) == ("What?", "That.")
    assert (score.metric_name, score.result) == ("Builtin.Correctness", 0.5)
    assert (score.judge, score.explanation) == ("amazon.nova-pro-v1:0", "It says so.")


@pytest.mark.parametrize(
    ("result", "value"), [("null", None), ('"NaN"', "NaN"), ('"yes"', "yes"), ("true", True)]
)
def test_a_result_is_kept_as_it_was_written(result: str, value: object) -> None:
    [score] = one(line(result)).scores
    assert score.has_result
    assert score.result is value or score.result == value


def test_a_bare_nan_is_read_though_it_is_not_json() -> None:
    [score] = one(line("NaN")).scores
    assert math.isnan(score.result)


def test_a_missing_result_is_told_from_null() -> None:
    [score] = one(
        line(automatedEvaluationResult={"scores": [{"metricName": "Builtin.Correctness"}]})
    ).scores
    assert not score.has_result
    assert (score.judge, score.explanation) == (None, None)


def test_the_response_that_the_input_carries_is_the_one_that_was_judged() -> None:
    with_responses = {"prompt": "What?", "modelResponses": [{"response": "From the input."}]}
    assert one(line(inputRecord=with_responses)).response == "From the input."


def test_without_it_the_response_stands_beside_the_input() -> None:
    assert one(line()).response == "That."


def test_a_record_without_a_response_has_none() -> None:
    assert one(line(modelResponses=[])).response is None
    assert one(line(modelResponses=None)).response is None


def test_a_record_without_scores_has_none() -> None:
    assert one(line(automatedEvaluationResult={})).scores == []
    assert one(line(automatedEvaluationResult={"scores": None})).scores == []


def test_the_first_explanation_there_is_counts() -> None:
    details = [{"modelIdentifier": "a", "explanation": ""}, {"explanation": "Second."}]
    scores = [{"metricName": "M", "result": 1, "evaluatorDetails": details}]
    [score] = one(line(automatedEvaluationResult={"scores": scores})).scores
    assert (score.judge, score.explanation) == ("a", "Second.")


def test_half_a_surrogate_pair_is_read() -> None:
    assert one(line(inputRecord={"prompt": "\ud800"})).input_record.prompt == "\ud800"


@pytest.mark.parametrize(
    "broken",
    [
        b'{"inputRecord": {"prompt": "my own words"',
        b'"my own words"',
        b'["my own words"]',
        b'{"inputRecord": {"prompt": 3}, "my own words": 1}',
        b'{"inputRecord": {"prompt": "my own words"}}',
        line().replace(b'"prompt": "What?"', b'"prompt": ["my own words"]'),
        line(automatedEvaluationResult="my own words"),
        b"\xff my own words",
        b"[" * 50_000,
    ],
)
def test_an_unreadable_line_is_named_by_number_and_never_by_content(broken: bytes) -> None:
    records = read_output([line(), broken])
    next(records)
    with pytest.raises(UnreadableLine) as caught:
        next(records)
    assert str(caught.value).startswith("line 2: ")
    assert "own words" not in str(caught.value)


@given(st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
def test_no_bytes_raise_anything_but_an_unreadable_line(data: bytes) -> None:
    with pytest.raises(UnreadableLine):
        list(read_output([data]))


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("p/job/uuid/models/bot/taskTypes/General/datasets/a/0f1e_output.jsonl", True),
        ("p/job/uuid/output.jsonl", True),
        ("p/job/amazon-bedrock-evaluations-permission-check", False),
        ("p/job/uuid/custom_metrics/tone.json", False),
        ("p/job/uuid/datasets/a/records/0/human-loop-additional-data.json", False),
        ("p/job/uuid/output.jsonl.tmp", False),
    ],
)
def test_a_result_file_is_known_by_its_ending(key: str, *, expected: bool) -> None:
    assert is_output(key) is expected
