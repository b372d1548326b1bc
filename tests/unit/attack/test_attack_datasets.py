"""A stranger's dataset: what is wrong is named by its place, and what is right goes on as it is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from datasets.dataset_helpers import answered, check, jsonl, record
from hostile import MARK, TEXTS

TEXT_FIELDS = ("prompt", "referenceResponse", "category", "response", "modelIdentifier")


def hostile_record(field: str, text: str) -> dict[str, Any]:
    match field:
        case "response":
            return record(1, modelResponses=answered(text))
        case "modelIdentifier":
            return record(1, modelResponses=answered("fine", text))
        case _:
            return record(1, **{field: text})


@pytest.mark.parametrize("field", TEXT_FIELDS)
@pytest.mark.parametrize("attack", TEXTS)
def test_a_hostile_text_is_a_problem_without_content_or_goes_on_as_it_is(
    field: str, attack: str
) -> None:
    given = hostile_record(field, TEXTS[attack])
    result = check(jsonl(given))
    told = [str(one) for one in (*result.report.problems, *result.report.warnings)]
    if field != "modelIdentifier":  # which names whose responses these are, and may be told
        assert not [one for one in told if MARK in one]
    if not result.report.problem_count:
        assert result.records == [given]
        assert len(result.raw.decode().splitlines()) == 1


@pytest.mark.parametrize("attack", TEXTS)
def test_a_hostile_name_of_a_field_does_no_harm(attack: str) -> None:
    result = check(jsonl({**record(1), TEXTS[attack]: 1}))
    for kept in result.records:
        assert MARK not in json.dumps(kept)
    for one in (*result.report.problems, *result.report.warnings):
        assert len(str(one)) < 2_000
        assert str(one).isprintable(), ascii(str(one))[:200]
