"""Datasets that break a rule fail the job, and the message says where."""

from __future__ import annotations

import json
from typing import Any

import pytest
from standin_world import World, records

GOOD = records(1)[0]


def response(**changes: Any) -> dict[str, Any]:
    return {"response": "Yes", "modelIdentifier": "bot", **changes}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not valid JSON"),
        ("[]", "not a JSON object"),
        ({**GOOD, "prompt": ""}, "prompt is not in the expected format"),
        ({k: v for k, v in GOOD.items() if k != "prompt"}, "prompt is not in the expected format"),
        ({**GOOD, "prompt": ["a"]}, "prompt is not in the expected format"),
        ({**GOOD, "prompt": "ü" * 2049}, "longer than 4096 bytes"),
        ({**GOOD, "referenceResponse": 4}, "referenceResponse is not a string"),
        ({**GOOD, "modelResponses": []}, "exactly one entry"),
        ({**GOOD, "modelResponses": [response(), response()]}, "exactly one entry"),
        ({**GOOD, "modelResponses": [response(modelIdentifier="other")]}, "inferenceSourceIdent"),
        ({**GOOD, "modelResponses": [{"response": "Yes"}]}, "needs a response and a modelIdent"),
    ],
)
def test_a_broken_line(world: World, line: Any, reason: str) -> None:
    text = line if isinstance(line, str) else json.dumps(line)
    message = world.failure(uri=world.dataset(f"{json.dumps(GOOD)}\n\n{text}\n"))
    assert message.startswith("Line 3: ")
    assert reason in message


def test_no_text_of_a_record_is_told(world: World) -> None:
    line = {**GOOD, "modelResponses": [response(response="secret words", modelIdentifier="x")]}
    assert "secret" not in world.failure(uri=world.dataset([line]))


def test_one_record_too_many(world: World) -> None:
    lines = f"{json.dumps(GOOD)}\n" * 1001
    assert "more than 1000 records" in world.failure(uri=world.dataset(lines))


def test_a_thousand_records_are_fine(world: World) -> None:
    arn = world.create(uri=world.dataset(f"{json.dumps(GOOD)}\n" * 1000))
    assert world.wait(arn)["status"] == "Completed"


@pytest.mark.parametrize(
    ("content", "reason"), [("", "no records"), ("\n\n", "no records"), (b"\xff\n", "UTF-8")]
)
def test_no_dataset_at_all(world: World, content: str | bytes, reason: str) -> None:
    assert reason in world.failure(uri=world.dataset(content))


def test_line_ends_within_a_string_are_no_line_ends(world: World) -> None:
    line = json.dumps({**GOOD, "prompt": "one\u2028two\x85three"}, ensure_ascii=False)
    (record,) = world.results(uri=world.dataset(f"{line}\r\n"))
    assert record["inputRecord"]["prompt"] == "one\u2028two\x85three"
