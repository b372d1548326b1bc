"""A bucket with the output of a judge job, and the index that it is joined to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from unit_documents import BUCKET

from modeleval.datasets import IndexEntry, input_digest, record_key, response_digest

PREFIX = "runs/meabcdefgh234567ab/outputs/j0/a1/"
FILE = PREFIX + "job/0f1e/models/bot/taskTypes/General/datasets/answers/2d3c_output.jsonl"


class MemoryObjects:
    """Objects in memory, read as `Objects` reads them."""

    bucket = BUCKET

    def __init__(self, objects: dict[str, bytes]) -> None:
        self._objects = objects

    def keys(self, prefix: str) -> Iterator[str]:
        return (key for key in self._objects if key.startswith(prefix))

    def lines(self, key: str) -> Iterator[bytes]:
        return (line for line in self._objects[key].split(b"\n") if line.strip())


def entry(number: int, *, same_as: int | None = None, **changes: Any) -> IndexEntry:
    """The index entry of record `number`; `same_as` makes it equal to an earlier record."""
    text = number if same_as is None else same_as
    asked = input_digest(f"prompt {text}", None)
    fields: dict[str, Any] = {
        "key": record_key(asked, 0 if same_as is None else number),
        "line": number + 1,
        "category": f"c{number % 2}",
        "cluster": None,
        "input_digest": asked,
        "response_digest": response_digest(f"response {text}"),
    }
    return IndexEntry(**fields | changes)


def output(
    number: int, result: Any = 1.0, *, metric: str = "Builtin.Correctness", copied: bool = False
) -> dict[str, Any]:
    """The output's record `number`; `copied` as where the input carries the response."""
    responses = [{"response": f"response {number}", "modelIdentifier": "bot"}]
    asked: dict[str, Any] = {"prompt": f"prompt {number}", "category": "theirs"}
    score = {
        "metricName": metric,
        "result": result,
        "evaluatorDetails": [{"modelIdentifier": "judge", "explanation": f"because {number}"}],
    }
    return {
        "automatedEvaluationResult": {"scores": [score]},
        "inputRecord": asked | ({"modelResponses": responses} if copied else {}),
        "modelResponses": responses,
    }


def jsonl(records: Sequence[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)
