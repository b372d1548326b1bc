"""One call that validates a dataset of prompts."""

from __future__ import annotations

import io
import json
from typing import Any, NamedTuple

from modeleval.datasets.prompts import (
    PromptEntry,
    PromptOptions,
    read_prompt_index,
    validate_prompts,
)
from modeleval.datasets.report import DatasetReport

SOURCE = "s3://bucket/datasets/prompts.jsonl"


class Result(NamedTuple):
    report: DatasetReport
    records: bytes
    index: list[PromptEntry]
    index_bytes: bytes

    @property
    def problems(self) -> list[str]:
        return [str(problem) for problem in self.report.problems]

    @property
    def warnings(self) -> dict[str, str]:
        return {warning.code: str(warning) for warning in self.report.warnings}


def jsonl(*records: object) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in records)


def check(data: bytes, *, chunk: int = 1000, **options: Any) -> Result:
    options = {"source": SOURCE, "max_records": 10_000, "reference_wanted": False} | options
    records, index = io.BytesIO(), io.BytesIO()
    chunks = (data[start : start + chunk] for start in range(0, len(data), chunk))
    report = validate_prompts(chunks, PromptOptions(**options), records=records, index=index)
    written = index.getvalue()
    return Result(report, records.getvalue(), list(read_prompt_index([written])), written)
