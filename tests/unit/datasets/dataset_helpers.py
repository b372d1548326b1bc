"""A small dataset to change, and one call that validates it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from modeleval.datasets.index import IndexEntry, read_index
from modeleval.datasets.options import DatasetOptions
from modeleval.datasets.report import DatasetReport
from modeleval.datasets.validation import validate

SOURCE = "s3://bucket/datasets/answers.jsonl"
IDENTIFIER = "support-bot-v3"


class Result(NamedTuple):
    report: DatasetReport
    records: list[dict[str, Any]]
    index: list[IndexEntry]
    raw: bytes

    @property
    def only_problem(self) -> str:
        assert self.report.problem_count == 1, self.report.problems
        return str(self.report.problems[0])

    @property
    def only_warning(self) -> str:
        assert len(self.report.warnings) == 1, self.report.warnings
        return str(self.report.warnings[0])


def answered(response: object, identifier: object = IDENTIFIER) -> list[dict[str, object]]:
    return [{"response": response, "modelIdentifier": identifier}]


def record(number: int = 0, /, **changes: object) -> dict[str, Any]:
    """A valid record; a change to None removes the field."""
    fields = {
        "prompt": f"What is {number}?",
        "referenceResponse": f"It is {number}.",
        "category": "numbers",
        "modelResponses": answered(f"Number {number}."),
    } | changes
    return {name: value for name, value in fields.items() if value is not None}


def jsonl(*records: object) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in records)


def chunks(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def check(data: bytes, *, chunk: int = 1000, **options: Any) -> Result:
    options = {"source": SOURCE, "identifier": None} | options
    records, index = io.BytesIO(), io.BytesIO()
    report = validate(chunks(data, chunk), DatasetOptions(**options), records=records, index=index)
    index.seek(0)
    raw = records.getvalue()
    # Not splitlines(): it would also cut at characters that are not JSON Lines' ends.
    lines = [json.loads(line) for line in raw.split(b"\n") if line]
    return Result(report, lines, list(read_index(index)), raw)
