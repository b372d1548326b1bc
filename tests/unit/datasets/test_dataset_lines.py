"""Bytes into lines."""

import hashlib
import io

import pytest
from dataset_helpers import check, chunks, jsonl, record

from modeleval.datasets.lines import MAX_LINE_BYTES, LineReader, read_chunks


def contents(data: bytes, *, size: int = 7, limit: int = 100) -> list[bytes | None]:
    return [line.data for line in LineReader(chunks(data, size), limit=limit)]


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", []),
        (b"a", [b"a"]),
        (b"a\n", [b"a"]),
        (b"a\nb", [b"a", b"b"]),
        (b"a\r\nb\r\n", [b"a", b"b"]),
        (b"a\n\n", [b"a", b""]),
        (b"\xef\xbb\xbfa\nb\n", [b"a", b"b"]),
        (b"a\n\xef\xbb\xbfb\n", [b"a", b"\xef\xbb\xbfb"]),
    ],
)
def test_lines_end_where_they_should(data: bytes, lines: list[bytes], size: int) -> None:
    assert contents(data, size=size) == lines


@pytest.mark.parametrize("size", [1, 64, 1000])
@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b""])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_the_limit_counts_content_only(mark: bytes, ending: bytes, size: int) -> None:
    assert contents(mark + b"x" * 100 + ending, size=size) == [b"x" * 100]
    assert contents(mark + b"x" * 101 + ending, size=size) == [None]


def test_a_long_line_is_skipped_and_the_next_is_read() -> None:
    reader = LineReader(chunks(b"a\n" + b"x" * 5000 + b"\nb\n", 64), limit=100)
    assert [(line.number, line.length, line.data) for line in reader] == [
        (1, 1, b"a"),
        (2, 5000, None),
        (3, 1, b"b"),
    ]


def test_the_source_is_measured_as_it_came() -> None:
    data = b"\xef\xbb\xbfa\r\n" + b"x" * 500 + b"\n\n"
    reader = LineReader(chunks(data, 64), limit=100)
    assert len(list(reader)) == reader.lines == 3
    assert reader.bytes == len(data)
    assert reader.sha256 == hashlib.sha256(data).hexdigest()
    assert reader.had_byte_order_mark


def test_read_chunks_reads_a_file_to_its_end() -> None:
    assert list(read_chunks(io.BytesIO(b"abcde"), 2)) == [b"ab", b"cd", b"e"]


def test_a_line_over_a_megabyte_is_a_problem_with_its_length() -> None:
    long = b'{"prompt": "' + b"x" * MAX_LINE_BYTES + b'"}\n'
    result = check(jsonl(record()) + long + jsonl(record(1)), chunk=65_536)
    assert result.only_problem == (
        "line 2: has 1,048,590 bytes, and at most 1,048,576 are read. Shorten the record"
    )
    assert len(result.records) == 2


def test_crlf_is_tolerated() -> None:
    result = check(jsonl(record(), record(1)).replace(b"\n", b"\r\n"))
    assert result.report.problem_count == 0
    assert len(result.records) == 2


def test_a_byte_order_mark_is_warned_of_and_not_passed_on() -> None:
    result = check(b"\xef\xbb\xbf" + jsonl(record()))
    assert result.report.problem_count == 0
    assert result.report.warnings[0].code == "byteOrderMark"
    assert result.records == [record()]


def test_a_byte_order_mark_inside_the_file_is_named() -> None:
    result = check(jsonl(record()) + b"\xef\xbb\xbf" + jsonl(record(1)))
    assert "line 2: begins with a byte order mark" in result.only_problem


def test_blank_lines_at_the_end_are_tolerated() -> None:
    result = check(jsonl(record()) + b"\n \t\r\n\n")
    assert result.report.problem_count == 0
    assert result.report.lines == 4


def test_blank_lines_in_the_middle_are_one_problem_per_gap() -> None:
    blank = jsonl(record()) + b"\n" + jsonl(record(1)) + b"\n  \n\r\n" + jsonl(record(2))
    problems = check(blank).report.problems
    assert [str(problem) for problem in problems] == [
        "line 2: is blank. Remove blank lines between records",
        "line 4: and all lines to 6 are blank. Remove blank lines between records",
    ]


@pytest.mark.parametrize("data", [b"", b"\n", b"\xef\xbb\xbf", b"\n\n  \n"])
def test_an_empty_file_is_a_problem(data: bytes) -> None:
    assert "the file: holds no record" in check(data).only_problem
