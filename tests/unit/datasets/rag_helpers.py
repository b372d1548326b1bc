"""A small RAG dataset to change, and one call that validates it."""

from __future__ import annotations

import io
import json
from typing import Any, NamedTuple

from modeleval.datasets.index import IndexEntry, read_index
from modeleval.datasets.rag_options import RagOptions
from modeleval.datasets.rag_validation import validate_rag
from modeleval.datasets.report import DatasetReport

SOURCE = "s3://bucket/datasets/rag.jsonl"
SYSTEM = "our-rag"
Line = dict[str, Any]


class Result(NamedTuple):
    report: DatasetReport
    lines: list[Line]
    index: list[IndexEntry]

    @property
    def only_problem(self) -> str:
        assert self.report.problem_count == 1, self.report.problems
        return str(self.report.problems[0])

    @property
    def only_warning(self) -> str:
        assert len(self.report.warnings) == 1, self.report.warnings
        return str(self.report.warnings[0])


def said(text: str) -> dict[str, Any]:
    return {"content": [{"text": text}]}


def passages(*texts: str) -> dict[str, Any]:
    return {"retrievalResults": [{"content": {"text": text}} for text in texts]}


def citation(start: int, end: int, text: str, *cited: str) -> dict[str, Any]:
    part = {"span": {"start": start, "end": end}, "text": text}
    return {
        "generatedResponsePart": {"textResponsePart": part},
        "retrievedReferences": passages(*cited)["retrievalResults"],
    }


def retrieved(*texts: str, **changes: Any) -> dict[str, Any]:
    """A turn's output of retrieval alone; a change to None removes the field."""
    output = {"knowledgeBaseIdentifier": SYSTEM, "retrievedResults": passages(*texts)}
    return _changed(output, changes)


def answered(text: str, /, *texts: str, **changes: Any) -> dict[str, Any]:
    """A turn's output with a generated answer."""
    output = {
        "text": text,
        "knowledgeBaseIdentifier": SYSTEM,
        "retrievedPassages": passages(*texts),
    }
    return _changed(output, changes)


def turn(number: int = 0, **changes: Any) -> dict[str, Any]:
    """A turn without output; a change to None removes the field."""
    fields = {"prompt": said(f"Question {number}?"), "referenceResponses": [said(f"It {number}.")]}
    return _changed(fields, changes)


def line(*turns: Line, **beside: Any) -> Line:
    return {"conversationTurns": [*turns], **beside}


def check(*lines: object, raw: bytes | None = None, **options: Any) -> Result:
    """Validate lines: of generated answers, unless the options say otherwise."""
    data = b"".join(json.dumps(one).encode() + b"\n" for one in lines) if raw is None else raw
    asked = RagOptions(**{"source": SOURCE, "retrieve": False, "identifier": SYSTEM} | options)
    records, index = io.BytesIO(), io.BytesIO()
    report = validate_rag([data], asked, records=records, index=index)
    index.seek(0)
    written = [json.loads(one) for one in records.getvalue().split(b"\n") if one]
    return Result(report, written, list(read_index(index)))


def retrieval(*lines: object, **options: Any) -> Result:
    return check(*lines, **{"retrieve": True} | options)


def live(*lines: object, **options: Any) -> Result:
    return check(*lines, **{"live": True, "identifier": None} | options)


def _changed(fields: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (fields | changes).items() if value is not None}
