"""Lines that are not the JSON object they should be: each is named, none is quoted."""

import pytest
from dataset_helpers import check, jsonl, record

WHOLE = jsonl(record(1))


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (b"{", "not valid JSON at column 2: a name in double quotes is expected"),
        (b"{'prompt': 'a'}", "not valid JSON at column 2: a name in double quotes is expected"),
        (b'{"prompt" "a"}', "not valid JSON at column 11: a colon is expected"),
        (b'{"prompt": "a" "b": 1}', "column 16: a comma or a closing bracket is expected"),
        (b'{"prompt": "a}', "column 12: a string begins that does not end"),
        (b'{"prompt": "a\tb"}', "column 14: a control character must be escaped"),
        (b'{"prompt": "\\q"}', "a backslash begins no known escape"),
        (b'{"prompt": "\\u12"}', "four hexadecimal digits are expected"),
        (b'{"prompt": "a"} {"prompt": "b"}', "column 17: the object has ended and more follows"),
        (b"plain text", "not valid JSON at column 1: a value is expected"),
        (b'{"prompt": NaN}', "holds NaN or Infinity"),
        (b'{"prompt": -Infinity}', "holds NaN or Infinity"),
        (b"[1, 2]", "is an array, not an object"),
        (b' \t"text"', "is a string, not an object"),
        (b"12", "is a number, not an object"),
        (b"1e999", "is a number, not an object"),
        (b"-" + b"9" * 5000, "is a number, not an object"),
        (b"null", "is null, not an object"),
        (b"false", "is a boolean, not an object"),
        (b'{"prompt": "\xff"}', "is not UTF-8 at byte 13"),
        (b'{"other": "\xc3("}', "is not UTF-8 at byte 12"),
        (b'{"prompt": "\xed\xa0\x80"}', "is not UTF-8 at byte 13"),
        (b'{"prompt": "a\x00b"}', "holds NUL bytes, as text in UTF-16 does"),
        (b"\x1f\x8b\x08\x00rest", "looks compressed with gzip"),
        (b'{"prompt": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", "is nested too deeply"),
        (b'{"prompt": "\\ud800"}', "prompt: holds half of a surrogate pair"),
        (b'{"prompt": "\\udc00 "}', "prompt: holds half of a surrogate pair"),
        (b'{"modelResponses": [{"response": "\\ud83d."}]}', "modelResponses: holds half"),
        (b'{"\\ud800": 1}', "line 2: holds half of a surrogate pair"),
        (b'["\\ud800"]', "is an array, not an object"),
    ],
)
def test_what_is_wrong_is_named(line: bytes, what: str) -> None:
    result = check(WHOLE + line + b"\n" + jsonl(record(2)))
    assert "line 2" in result.only_problem
    assert what in result.only_problem
    assert len(result.records) == 2


def test_utf_16_is_named() -> None:
    problems = check(WHOLE.decode().encode("utf-16")).report.problems
    assert problems
    assert all("UTF-16" in problem.what for problem in problems)


def test_whole_surrogate_pairs_and_escaped_nul_are_text() -> None:
    fields = record(prompt="\N{GRINNING FACE} \0 \u2028 \x85")
    result = check(jsonl(fields))
    assert result.records == [fields]


def test_line_ends_that_json_does_not_know_are_escaped() -> None:
    result = check(jsonl(record(prompt="a\u2028b\u2029c\x85d")))
    assert len(result.raw.decode().splitlines()) == 1


@pytest.mark.parametrize("number", ["1e999", "9" * 5000, "-0.0", "1E+400"])
def test_huge_numbers_in_fields_that_are_dropped_do_no_harm(number: str) -> None:
    line = WHOLE.replace(b'{"prompt"', b'{"id": ' + number.encode() + b', "prompt"')
    assert check(line).report.problem_count == 0


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        (b'{"prompt"', b'{"prompt": "b", "prompt"', "prompt: is given 2 times"),
        (b'{"prompt"', b'{"\\u0070rompt": "b", "prompt"', "prompt: is given 2 times"),
        (b'"category"', b'"category": "c", "category"', "category: is given 2 times"),
        (
            b'{"response"',
            b'{"response": "r", "response"',
            "modelResponses[0].response: is given 2 times",
        ),
        (
            b'"modelIdentifier"',
            b'"modelIdentifier": "m", "modelIdentifier"',
            "modelResponses[0].modelIdentifier: is given 2 times",
        ),
        (b'{"prompt"', b'{"ticket no": 1, "ticket no": 2, "prompt"', "is given 2 times"),
    ],
)
def test_a_field_given_twice_is_a_problem(old: bytes, new: bytes, field: str) -> None:
    result = check(WHOLE.replace(old, new), cluster_field="ticket no" if b"no" in new else None)
    assert field in result.only_problem
    assert "Keep one of them" in result.only_problem


def test_names_of_fields_inside_texts_are_not_duplicates() -> None:
    fields = record(prompt='"prompt": "prompt"', category="prompt", referenceResponse="\\u0070")
    assert check(jsonl(fields)).records == [fields]


def test_nesting_that_only_the_second_parser_refuses_is_a_problem_too() -> None:
    """Where each of the two parsers gives up is its own affair; neither may raise."""
    for depth in range(300, 1100, 5):
        deep = b"[" * depth + b"]" * depth
        line = WHOLE.replace(b'{"prompt"', b'{"category": "x", "deep": ' + deep + b', "prompt"')
        report = check(line).report
        assert {problem.what for problem in report.problems} <= {
            "is nested too deeply",
            "is given 2 times on this line",
        }
