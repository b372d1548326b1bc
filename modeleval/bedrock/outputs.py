"""What a job of a model's responses writes to S3: one line per record, in no particular order.

Read tolerantly: AWS documents one sample, and real files differ from it (facts: metric names with
and without `Builtin.`, `inputRecord` with and without the responses, results that are null,
missing or strings).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import msgspec

_OUTPUT_SUFFIX = "output.jsonl"
Form = TypeVar("Form")


class EvaluatorDetail(msgspec.Struct, rename="camel"):
    model_identifier: str | None = None
    explanation: str | None = None


class OutputScore(msgspec.Struct, rename="camel"):
    """One metric's score. `result` is UNSET where the service wrote none."""

    metric_name: str
    result: Any = msgspec.UNSET
    evaluator_details: list[EvaluatorDetail] | None = None

    @property
    def has_result(self) -> bool:
        return self.result is not msgspec.UNSET

    @property
    def explanation(self) -> str | None:
        details = self.evaluator_details or []
        return next((detail.explanation for detail in details if detail.explanation), None)

    @property
    def judge(self) -> str | None:
        details = self.evaluator_details or []
        return next((detail.model_identifier for detail in details), None)


class ModelResponse(msgspec.Struct, rename="camel"):
    response: str | None = None


class InputRecord(msgspec.Struct, rename="camel"):
    prompt: str
    reference_response: str | None = None
    category: Any = None
    model_responses: list[ModelResponse] | None = None


class EvaluationResult(msgspec.Struct, rename="camel"):
    scores: list[OutputScore] | None = None


class OutputRecord(msgspec.Struct, rename="camel"):
    """One record of the output, as far as scores need it."""

    input_record: InputRecord
    automated_evaluation_result: EvaluationResult
    model_responses: list[ModelResponse] | None = None

    @property
    def response(self) -> str | None:
        """The response that was judged, wherever this file keeps it."""
        responses = self.input_record.model_responses or self.model_responses or []
        return next((item.response for item in responses), None)

    @property
    def scores(self) -> list[OutputScore]:
        return self.automated_evaluation_result.scores or []


class UnreadableLine(Exception):
    """A line that is not an output record; `line` counts from 1."""

    def __init__(self, line: int, kind: str) -> None:
        self.line = line
        super().__init__(f"line {line}: {kind}")


def is_output(key: str) -> bool:
    """Whether a key below the job's prefix is a result file: found by listing, never built."""
    return key.endswith(_OUTPUT_SUFFIX)


def read_output(lines: Iterable[bytes]) -> Iterator[OutputRecord]:
    """Decode the records of one output file; raises UnreadableLine."""
    return decode_lines(lines, OutputRecord)


def decode_lines(lines: Iterable[bytes], form: type[Form]) -> Iterator[Form]:
    """Decode lines of any form of output; raises UnreadableLine.

    Python's json writes NaN bare, which is not JSON: such lines are read a second time.
    """
    decoder = msgspec.json.Decoder(form)
    for number, line in enumerate(lines, start=1):
        try:
            yield decoder.decode(line)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            yield _second_reading(line, number, form, type(error).__name__)


def _second_reading(line: bytes, number: int, form: type[Form], kind: str) -> Form:
    import json  # noqa: PLC0415 - only for files with a bare NaN

    try:
        return msgspec.convert(json.loads(line), form)
    except (ValueError, RecursionError) as error:
        raise UnreadableLine(number, kind) from error
