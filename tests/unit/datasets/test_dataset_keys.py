"""Records with names of their own: what they are compared by, and why they have no response."""

from __future__ import annotations

import io
from typing import Any

import pytest
from dataset_helpers import SOURCE, Result, answered, check, jsonl, record

from modeleval.datasets.human_format import HumanOptions, validate_human


def named(*keys: object, **more: Any) -> Result:
    records = [record(0, recordId=key, **more) for key in keys]
    return check(jsonl(*records), key_field="recordId")


def test_records_are_known_by_their_names_whatever_was_asked() -> None:
    first = check(jsonl(record(1, recordId="a"), record(2, recordId="b")), key_field="recordId")
    other = check(jsonl(record(3, recordId="b"), record(4, recordId="a")), key_field="recordId")
    assert {one.key for one in first.index} == {one.key for one in other.index}
    assert first.report.prompt_set_digest == other.report.prompt_set_digest
    assert first.index[0].key.endswith("-0")
    assert first.index[0].input_digest != other.index[1].input_digest


def test_a_name_is_not_what_was_asked() -> None:
    plain = check(jsonl(record(1)))
    assert plain.index[0].key != named("a").index[0].key
    assert plain.report.prompt_set_digest != named("a").report.prompt_set_digest


def test_the_same_question_under_two_names_is_two_records() -> None:
    found = named("a", "b")
    assert found.report.warnings == ()
    assert len({one.key for one in found.index}) == 2
    assert found.index[0].input_digest == found.index[1].input_digest


def test_a_name_that_comes_twice_is_a_problem() -> None:
    assert named("a", "b", "a").only_problem == (
        "line 3, recordId: is that of line 1 too. Give every record a key of its own"
    )


@pytest.mark.parametrize(
    ("key", "told"),
    [
        (None, "recordId: is missing. Give every record a key of its own, or leave keyField out"),
        ("", "recordId: is empty, and is the key field"),
        (7, "recordId: is a number, and must be a string"),
        ("x" * 257, "recordId: has 257 characters, and a label has at most 256"),
    ],
)
def test_a_record_without_a_proper_name_is_a_problem(key: object, told: str) -> None:
    assert told in named(key).only_problem


def test_names_and_reasons_are_not_passed_on() -> None:
    found = named("a", failed=None)
    assert set(found.records[0]) == {"prompt", "referenceResponse", "category", "modelResponses"}
    assert found.report.warnings == ()


def test_a_record_says_why_it_has_no_response() -> None:
    lost = record(1, recordId="b", failed="timeout", modelResponses=answered(""))
    found = check(jsonl(record(0, recordId="a"), lost), key_field="recordId")
    assert [one.unscored for one in found.index] == [None, "timeout"]
    assert found.report.judged == 1
    assert found.only_warning == (
        "The record says why it has no response, and is not judged (line 2). "
        "It counts as unscored; collect it again"
    )


def test_a_reason_is_one_word() -> None:
    found = named("a", failed="the user's secret").only_problem
    assert "failed: has 17 characters with digest" in found
    assert "secret" not in found


def test_without_a_key_field_a_reason_is_a_field_like_any_other() -> None:
    found = check(jsonl(record(0, failed="timeout")))
    assert found.index[0].unscored is None
    assert "failed: unknown, and not passed on" in found.only_warning


def test_people_compare_records_with_names_too() -> None:
    index = io.BytesIO()
    options = HumanOptions(source=SOURCE, key_field="recordId")
    data = jsonl(record(0, recordId="a"), record(1, recordId="a"))
    report = validate_human([data], options, records=io.BytesIO(), index=index)
    assert "is that of line 1 too" in str(report.problems[0])
