"""The numbers of a dataset, its limit, its index."""

import hashlib
import io
import json

import msgspec
import pytest
from dataset_helpers import IDENTIFIER, SOURCE, answered, check, jsonl, record

from modeleval.datasets.identity import input_digest, record_key, response_digest
from modeleval.datasets.index import read_index


def test_the_report_describes_the_source_and_what_is_judged() -> None:
    data = jsonl(record(), record(1, category=None), record(2, modelResponses=answered("")))
    report = check(data, identifier=IDENTIFIER).report
    assert (report.source, report.identifier) == (SOURCE, IDENTIFIER)
    assert (report.bytes, report.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert (report.lines, report.records, report.judged) == (3, 3, 2)
    assert report.prompt_chars == 2 * len("What is 0?")
    assert report.response_chars == 2 * len("Number 0.")
    assert report.reference_chars == 2 * len("It is 0.")
    assert report.categories == {"numbers": 2}


def test_the_document_is_json_in_camel_case() -> None:
    document = check(jsonl(record(ticket=1), record(prompt=1))).report.to_document()
    assert json.loads(json.dumps(document)) == document
    assert document["problemCount"] == 1
    assert document["problems"][0]["line"] == 2
    assert document["warnings"][0]["lines"] == [1]
    assert not [name for name in document if "_" in name]


def test_categories_are_counted_up_to_a_bound() -> None:
    lines = [record(number, category=f"c{number % 150}") for number in range(300)]
    report = check(jsonl(*lines)).report
    assert len(report.categories) == 100
    assert report.categories["c0"] == 2
    assert report.uncounted_categories == 100


def test_an_empty_category_is_none() -> None:
    result = check(jsonl(record(category="")))
    assert result.index[0].category is None
    assert result.report.categories == {}


def test_more_than_the_limit_is_a_problem_with_both_numbers() -> None:
    result = check(jsonl(*(record(number) for number in range(1234))), max_records=1000)
    assert result.only_problem == (
        "the file: At most 1,000 records can be judged, and this file has 1,234. "
        "Split it into files of that size, and evaluate each in a run of its own"
    )
    assert len(result.records) == len(result.index) == 1000
    assert result.report.records == 1234


def test_the_limit_comes_first_and_counts_refused_records_too() -> None:
    lines = [record(0), record(1), *(record(number, prompt=1) for number in range(60))]
    report = check(jsonl(*lines), max_records=61).report
    assert "this file has 62" in report.problems[0].what
    assert report.problems[1].lines == ((3, 62),)
    assert (len(report.problems), report.problem_count) == (2, 61)


def test_records_that_are_not_judged_do_not_count_against_the_limit() -> None:
    lines = jsonl(record(), record(1, modelResponses=answered("")), record(2))
    assert check(lines, max_records=2).report.problem_count == 0


def test_without_a_limit_all_are_written() -> None:
    result = check(jsonl(*(record(number) for number in range(1234))), max_records=None)
    assert result.report.problem_count == 0
    assert len(result.records) == 1234


def test_an_index_entry_joins_to_what_bedrock_copies() -> None:
    result = check(b"\n".join([jsonl(record()).strip(), jsonl(record(1, talk="t")).strip()]))
    entry, copied = result.index[1], result.records[1]
    digest = input_digest(copied["prompt"], copied.get("referenceResponse"))
    assert entry.input_digest == digest
    assert entry.key == record_key(digest, 0)
    assert entry.response_digest == response_digest(copied["modelResponses"][0]["response"])
    assert (entry.line, entry.category, entry.cluster) == (2, "numbers", None)


def test_missing_and_empty_references_are_the_same_input() -> None:
    assert input_digest("p", None) == input_digest("p", "") != input_digest("p", "r")
    assert input_digest("pr", None) != input_digest("p", "r")


def test_what_is_given_is_written_and_what_is_missing_stays_missing() -> None:
    empty, missing = record(referenceResponse=""), record(1, referenceResponse=None)
    assert check(jsonl(empty, missing)).records == [empty, missing]


def test_reading_what_is_no_index_raises() -> None:
    with pytest.raises(msgspec.DecodeError):
        list(read_index(io.BytesIO(b"{}\n")))
