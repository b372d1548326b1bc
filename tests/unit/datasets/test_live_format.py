"""Datasets whose responses a model gives while the job runs."""

from __future__ import annotations

from typing import Any

import pytest
from dataset_helpers import Result, answered, check, jsonl, record
from hypothesis import given
from hypothesis import strategies as st

from modeleval.datasets.identity import input_digest, response_digest

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


def read(*records: object, **options: Any) -> Result:
    return check(jsonl(*records), live=True, **options)


def bare(number: int = 0, /, **changes: object) -> dict[str, Any]:
    """A record without responses."""
    return record(number, modelResponses=None, **changes)


def test_records_need_no_responses() -> None:
    found = read(bare(0), bare(1))
    assert not found.report.problems
    assert not found.report.warnings
    assert found.records == [bare(0), bare(1)]
    assert (found.report.records, found.report.judged, found.report.identifier) == (2, 2, None)


def test_a_prompt_alone_will_do() -> None:
    assert read({"prompt": "What?"}).records == [{"prompt": "What?"}]


def test_responses_of_another_model_are_not_passed_on_and_that_is_told() -> None:
    found = read(record(0))
    assert found.records == [bare(0)]
    assert "The record has modelResponses, and the suite asks a model for responses" in (
        found.only_warning
    )
    assert "bedrock-judge judges them, with responses.precomputed" in found.only_warning


@pytest.mark.parametrize(
    "responses", [[], "text", answered(""), answered("[no response]"), answered(3), [{}, {}]]
)
def test_whatever_those_responses_are_the_record_is_judged(responses: object) -> None:
    found = read(record(0, modelResponses=responses))
    assert found.report.problem_count == 0
    assert found.index[0].unscored is None
    assert found.records == [bare(0)]


def test_an_entry_is_found_by_its_input_and_knows_no_response() -> None:
    [entry] = read(bare(0)).index
    assert entry.input_digest == input_digest(bare(0)["prompt"], bare(0)["referenceResponse"])
    assert entry.response_digest == response_digest("")
    assert (entry.line, entry.category, entry.unscored) == (1, "numbers", None)


def test_equal_prompts_are_told_apart_by_their_position() -> None:
    found = read(bare(0), bare(0), bare(0))
    assert [entry.key.rsplit("-", 1)[1] for entry in found.index] == ["0", "1", "2"]
    assert found.report.judged == 3


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"referenceResponse": "x"}, "prompt"),
        ({"prompt": ""}, "prompt: is empty"),
        ({"prompt": 3}, "prompt"),
        ({"question": "What?"}, "Rename question to prompt"),
        ({"prompt": "What?", "category": 3}, "category"),
        ({"prompt": "x" * 4097}, "at most 4,096"),
        ({"conversationTurns": []}, "RAG evaluations"),
    ],
)
def test_everything_else_is_checked_as_for_precomputed_responses(
    line: dict[str, Any], words: str
) -> None:
    assert words in read(line).only_problem


def test_references_are_asked_for_by_line_where_metrics_use_them() -> None:
    found = read(bare(0), bare(1, referenceResponse=None), reference_wanted_by=("Truth",))
    assert "No referenceResponse: Truth is judged without a reference there" in found.only_warning
    assert found.report.warnings[0].lines == (2,)


def test_there_are_as_many_prompts_as_the_jobs_of_a_run_take() -> None:
    assert read(*[bare(n) for n in range(3)], max_records=3).report.problem_count == 0
    assert (
        "At most 3 records can be judged, and this file has 4"
        in read(*[bare(n) for n in range(4)], max_records=3).only_problem
    )


def test_an_empty_file_is_refused() -> None:
    assert "holds no record" in read().only_problem


@given(texts.filter(str.strip), st.none() | texts, st.none() | texts)
def test_what_is_passed_on_is_what_was_written(
    prompt: str, reference: str | None, category: str | None
) -> None:
    given_ = {"prompt": prompt, "referenceResponse": reference, "category": category}
    line = {name: value for name, value in given_.items() if value is not None}
    assert read(line).records == [line]


@given(st.lists(st.binary(max_size=30), max_size=4))
def test_no_bytes_raise_anything(lines: list[bytes]) -> None:
    report = check(b"\n".join(lines), live=True).report
    assert report.problem_count or report.records


@pytest.mark.parametrize("reference", [None, "", " \n"])
def test_a_reference_may_be_required(reference: str | None) -> None:
    wanted = bare(1, referenceResponse=reference)
    found = read(bare(0), wanted, reference_required_by=("Accuracy", "Robustness"))
    [problem] = found.report.problems
    assert str(problem) == (
        "line 2, referenceResponse: is missing or empty, and Accuracy and Robustness cannot do "
        "without it. Give the record its reference"
    )
    assert not read(bare(0), wanted).report.problems
