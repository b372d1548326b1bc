"""A bucket with the output of a judge job, the index that it is joined to, and the job."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import msgspec
from unit_documents import BUCKET, JUDGE, RUN

from modeleval.artifacts import index_key, output_prefix
from modeleval.datasets.identity import input_digest, record_key, response_digest
from modeleval.datasets.index import IndexEntry
from modeleval.ids import JobRef
from modeleval.kinds import judge_output
from modeleval.kinds.protocol import JobContext
from modeleval.objects import SourceObject
from modeleval.scores.records import RecordScore

PREFIX = output_prefix(RUN, 0, 1)
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

    def open(self, key: str) -> SourceObject:
        data = self._objects[key]
        return SourceObject(iter([data]), None, "etag", len(data))


def spec(
    metrics: Sequence[str], custom: Sequence[dict[str, Any]] = (), *, live: bool = False
) -> dict[str, Any]:
    """What a job knows of itself, as far as its output is read by it."""
    model = JUDGE if live else None
    return {"part": 0, "metrics": list(metrics), "customMetrics": list(custom), "model": model}


def collect(
    records: Sequence[dict[str, Any]], index: Sequence[IndexEntry], given: dict[str, Any]
) -> tuple[list[RecordScore], list[str]]:
    """A job's record scores, and what was odd about them."""
    lines = b"".join(msgspec.json.encode(one) + b"\n" for one in index)
    objects: Any = MemoryObjects({FILE: jsonl(records), index_key(RUN, 0, 0): lines})
    services: Any = SimpleNamespace(objects=objects)
    collected = judge_output.collect(JobContext(JobRef(RUN, 0, 1), 0, given, {}, services))
    return list(collected.scores), list(collected.warnings)


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
