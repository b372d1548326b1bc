"""Files of custom metrics that a suite refers to, read when its run begins."""

from __future__ import annotations

import json
from typing import Any

import pytest
from unit_documents import BUCKET, custom_metric, evaluation, settings, suite
from unit_fakes import MemoryS3, bucket

from modeleval.errors import SuiteInvalid, SuiteNotFound
from modeleval.suite.document import parse_suite
from modeleval.suite.includes import has_files, with_files

KEY = "metrics/tone.json"
TONE, WIT = custom_metric(), custom_metric(name="Wit")


def resolved(given: Any, **files: object) -> list[Any]:
    """What an evaluation's customMetrics become; the files hold what is given, as JSON."""
    s3 = MemoryS3(**{name: json.dumps(content).encode() for name, content in files.items()})
    document = suite(evaluations=[evaluation(customMetrics=given)])
    found = with_files(document, bucket(s3), settings())
    parse_suite(found, source="s")
    metrics: list[Any] = found["evaluations"][0]["customMetrics"]
    return metrics


def refusal(given: Any, data: bytes | None, error: type[Exception] = SuiteInvalid) -> str:
    s3 = MemoryS3(**({} if data is None else {KEY: data}))
    document = suite(evaluations=[evaluation(), evaluation(name="b", customMetrics=given)])
    with pytest.raises(error) as caught:
        with_files(document, bucket(s3), settings())
    return str(caught.value)


@pytest.mark.parametrize("asked", [KEY, f"s3://{BUCKET}/{KEY}", [KEY]])
def test_a_file_stands_for_its_definition(asked: Any) -> None:
    assert resolved(asked, **{KEY: TONE}) == [TONE]


def test_a_file_may_hold_a_list() -> None:
    assert resolved(KEY, **{KEY: [TONE, WIT]}) == [TONE, WIT]


def test_a_file_may_be_what_the_console_takes() -> None:
    console = {"metricName" if name == "name" else name: value for name, value in TONE.items()}
    wrapped = {"customMetricDefinition": console}
    assert resolved(KEY, **{KEY: wrapped}) == [wrapped]


def test_files_and_definitions_stand_beside_one_another_in_their_order() -> None:
    third = custom_metric(name="Third")
    assert resolved(["a.json", WIT, "b.json"], **{"a.json": TONE, "b.json": [third]}) == [
        TONE,
        WIT,
        third,
    ]


def test_nothing_else_of_the_suite_is_touched() -> None:
    document = suite(evaluations=[evaluation(), evaluation(name="b", customMetrics=KEY)])
    s3 = MemoryS3(**{KEY: json.dumps(TONE).encode()})
    found = with_files(document, bucket(s3), settings())
    assert found == suite(evaluations=[evaluation(), evaluation(name="b", customMetrics=[TONE])])


@pytest.mark.parametrize(
    "document",
    [
        suite(),
        suite(evaluations=[evaluation(customMetrics=TONE)]),
        suite(evaluations=[evaluation(customMetrics=[TONE])]),
        *(None, 3, [], "x", {"evaluations": None}, {"evaluations": {"customMetrics": KEY}}),
        {"evaluations": [KEY, None, {"customMetrics": None}, {"customMetrics": [[KEY]]}]},
    ],
)
def test_a_document_without_files_is_left_as_it_is_and_nothing_is_read(document: Any) -> None:
    assert not has_files(document)
    assert with_files(document, bucket(MemoryS3()), settings()) is document


@pytest.mark.parametrize("given", [KEY, [KEY], [TONE, KEY]])
def test_a_file_is_noticed_wherever_it_stands(given: Any) -> None:
    assert has_files(suite(evaluations=[evaluation(), evaluation(customMetrics=given)]))


def test_a_missing_file_is_refused_at_its_field_with_the_command_that_uploads_it() -> None:
    message = refusal(KEY, None, SuiteNotFound)
    assert f"There is nothing at s3://{BUCKET}/{KEY} (evaluations[1].customMetrics)" in message
    assert "aws s3 cp" in message


def test_a_file_in_another_bucket_is_refused() -> None:
    message = refusal("s3://elsewhere/tone.json", None, SuiteNotFound)
    assert "not one that the settings allow (evaluations[1].customMetrics)" in message


@pytest.mark.parametrize("asked", ["runs/me/suite.json", "", "https://x/y.json", "/tmp/x.json"])  # noqa: S108 - no path here
def test_what_is_no_readable_place_is_refused(asked: str) -> None:
    refusal(asked, None, SuiteNotFound)


@pytest.mark.parametrize(
    "data", [b"", b"name: Tone", b'{"my own words": ', b"\xff\xfe", b"[" * 100_000]
)
def test_a_file_that_is_not_json_is_refused_with_its_place_and_not_its_content(
    data: bytes,
) -> None:
    message = refusal(KEY, data)
    assert f"The file of custom metrics is not JSON (s3://{BUCKET}/{KEY})" in message
    assert "one definition, or a list of them" in message
    assert "my own words" not in message


def test_a_file_that_is_too_large_is_refused() -> None:
    assert "is over 1,048,576 bytes long" in refusal(KEY, b" " * (1 << 20) + b"{}")
    assert resolved(KEY, **{KEY: TONE | {"instructions": "{{prompt}}" + " " * 4000}})


@pytest.mark.parametrize("content", [3, "tone", None, [3], {"no": "metric"}])
def test_a_file_of_something_else_is_refused_as_the_suite_is(content: object) -> None:
    with pytest.raises(SuiteInvalid, match=r"evaluations\[0\]\.customMetrics"):
        resolved(KEY, **{KEY: content})
