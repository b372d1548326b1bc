"""What does not stop an evaluation and is said nevertheless; and what is not sent to the judge."""

import pytest
from dataset_helpers import answered, check, jsonl, record

from modeleval.datasets.thinking import strip_thinking


@pytest.mark.parametrize(
    ("response", "text", "blocks"),
    [
        ("plain  ", "plain  ", 0),
        ("<thinking>hm</thinking>\n\nanswer", "answer", 1),
        ("a <thinking>x</thinking>b<thinking>\ny\n</thinking> c", "a b c", 2),
        ("<Thinking>x</THINKING> answer", "answer", 1),
        ("<thinking>x</thinking>", "", 1),
        ("<thinking>a <thinking> tag</thinking> answer", "answer", 1),
    ],
)
def test_thinking_is_stripped(response: str, text: str, blocks: int) -> None:
    stripped = strip_thinking(response)
    assert (stripped.text, stripped.blocks, stripped.unclosed) == (text, blocks, False)


def test_a_megabyte_of_opening_tags_is_read_once() -> None:
    assert strip_thinking("<thinking>" * 100_000).unclosed


def test_thinking_is_counted_and_not_judged() -> None:
    thought = record(modelResponses=answered("<thinking>secretly</thinking>Yes."))
    result = check(jsonl(thought, record(1)))
    assert result.report.thinking_stripped == 1
    assert result.records[0]["modelResponses"] == answered("Yes.")
    assert result.report.response_chars == len("Yes.") + len("Number 1.")


def test_thinking_can_be_kept() -> None:
    thought = record(modelResponses=answered("<thinking>aloud"))
    result = check(jsonl(thought), keep_thinking=True)
    assert result.report.problem_count == result.report.thinking_stripped == 0
    assert result.records == [thought]


def test_thinking_that_does_not_end_is_a_problem() -> None:
    thought = record(modelResponses=answered("<thinking>a</thinking><thinking>b"))
    problem = check(jsonl(thought)).only_problem
    assert "modelResponses[0].response: has a <thinking> block that does not end" in problem


def test_a_closing_tag_without_an_opening_one_is_warned_of() -> None:
    thought = record(modelResponses=answered("hm</thinking>Yes."))
    result = check(jsonl(thought))
    assert "has a </thinking> that nothing opened" in result.only_warning
    assert result.records == [thought]


@pytest.mark.parametrize(
    ("response", "why"),
    [
        ("", "emptyResponse"),
        (" \n", "emptyResponse"),
        ("<thinking>x</thinking>\n", "emptyAfterThinking"),
    ],
)
def test_an_empty_response_is_indexed_and_not_judged(response: str, why: str) -> None:
    result = check(jsonl(record(), record(1, modelResponses=answered(response)), record(2)))
    assert result.report.problem_count == 0
    assert result.report.warnings[0].code == why
    assert (result.report.records, result.report.judged) == (3, 2)
    assert [entry.unscored for entry in result.index] == [None, why, None]
    assert result.records == [record(), record(2)]


def test_a_dataset_without_any_response_is_a_problem() -> None:
    result = check(jsonl(record(modelResponses=answered(""))))
    assert "no record has a response to judge" in result.only_problem


def test_missing_references_are_warned_of_where_metrics_want_them() -> None:
    lines = [record(0), record(1, referenceResponse=None), record(2, referenceResponse=" ")]
    result = check(jsonl(*lines), reference_wanted_by=("Correctness", "Completeness"))
    assert result.only_warning.startswith(
        "No referenceResponse: Correctness and Completeness are judged without a reference there "
        "(2 times; lines 2, 3). "
    )
    assert check(jsonl(*lines)).report.warnings == ()


def test_one_metric_is_named_in_the_singular() -> None:
    lines = jsonl(record(referenceResponse=None))
    assert (
        "Correctness is judged" in check(lines, reference_wanted_by=("Correctness",)).only_warning
    )


def test_duplicates_and_repeats_are_told_apart() -> None:
    other, empty_reference = record(modelResponses=answered("other")), {"referenceResponse": ""}
    bare = record(referenceResponse=None)
    result = check(jsonl(record(), other, record(), other, bare, bare | empty_reference))
    codes = {warning.code: warning.lines for warning in result.report.warnings}
    assert codes == {"repeatedPrompt": (2,), "duplicateRecord": (3, 4, 6)}
    positions = [entry.key.partition("-")[2] for entry in result.index]
    assert positions == ["0", "1", "2", "3", "0", "1"]


@pytest.mark.parametrize(
    "words", ["[Empty response]", " [no response from MODEL]\n", "[Max tool rounds exceeded]"]
)
def test_placeholders_are_warned_of_and_judged(words: str) -> None:
    result = check(jsonl(record(modelResponses=answered(words))))
    assert result.report.warnings[0].code == "sentinelResponse"
    assert result.report.judged == 1


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("reference", "Did you mean referenceResponse?"),
        ("expected", "Did you mean referenceResponse?"),
        ("groundTruth", "Did you mean referenceResponse?"),
        ("reference_response", "Did you mean referenceResponse?"),
        ("referenceRespons", "Did you mean referenceResponse?"),
        ("Category", "Did you mean category?"),
        ("ticket", "Remove it"),
    ],
)
def test_unknown_fields_are_named_with_what_was_probably_meant(name: str, action: str) -> None:
    result = check(jsonl(record(**{name: "x"}), record(1, **{name: "y"})))
    assert result.only_warning.startswith(
        f"{name}: unknown, and not passed on (2 times; lines 1, 2)"
    )
    assert result.only_warning.endswith(action)
    assert result.records == [record(), record(1)]


def test_unknown_fields_of_the_response_are_named_with_their_path() -> None:
    entry = answered("r")[0] | {"stopReason": "end"}
    assert (
        "modelResponses[0].stopReason: unknown"
        in check(jsonl(record(modelResponses=[entry]))).only_warning
    )


def test_many_unknown_names_and_names_that_are_texts_share_one_warning() -> None:
    names = {f"field{number}": 1 for number in range(30)} | {"What is this text?": 1}
    warnings = check(jsonl(record(**names))).report.warnings
    assert len(warnings) == 21
    assert "other fields: unknown" in warnings[-1].what
    assert not any("text?" in str(warning) for warning in warnings)


def test_a_warning_lists_the_first_ten_lines() -> None:
    lines = [record(number, ticket=1) for number in range(12)]
    warning = check(jsonl(*lines)).report.warnings[0]
    assert (warning.count, warning.lines) == (12, tuple(range(1, 11)))
    assert "lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …)" in str(warning)
