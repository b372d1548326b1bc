"""Record scores: one metric's score for one record, kept as JSON Lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isfinite
from typing import Protocol

import msgspec

from modeleval.errors import OutputUnusable
from modeleval.scores.results import ParsedResult, clean, parse_result

__all__ = [
    "ParsedResult",
    "RecordScore",
    "parse_result",
    "read_record_scores",
    "write_record_scores",
]


class RecordScore(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One metric's score for one record.

    `key` is the record key, `line` the 1-based line of the dataset, `metric` the name without
    prefix. A number or a string-scale level in `value`; no value is *not applicable* if it says
    so, and unscored if it does not. `category` and `cluster` come from the record index.
    `candidate` is whose response it is where an evaluation judges several: None for its subject.
    `raw` is the judge's own number where the metric's scale made something else of it.
    Raises ValueError for a number that is not finite and for a value that does not apply.
    """

    key: str
    line: int
    metric: str
    value: float | str | None = None
    not_applicable: bool = False
    explanation: str | None = None
    category: str | None = None
    cluster: str | None = None
    judge: str | None = None
    candidate: str | None = None
    raw: float | None = None

    def __post_init__(self) -> None:
        # Once per record that is read: nearly all are ASCII with a finite value, which is quick.
        value, explanation, category = self.value, self.explanation, self.category
        if value is not None:
            if isinstance(value, float) and not isfinite(value):
                raise ValueError("a score is a finite number")
            if self.not_applicable:
                raise ValueError("a score that does not apply has no value")
        if (
            (explanation is None or explanation.isascii())
            and (category is None or category.isascii())
            and self.cluster is None
            and not isinstance(value, str)
        ):
            return
        for field in ("value", "explanation", "category", "cluster"):
            text = getattr(self, field)
            if isinstance(text, str) and not text.isascii():
                msgspec.structs.force_setattr(self, field, clean(text))

    @property
    def unscored(self) -> bool:
        return self.value is None and not self.not_applicable


class _Writable(Protocol):
    def write(self, data: bytes, /) -> object: ...


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(RecordScore)


def write_record_scores(scores: Iterable[RecordScore], stream: _Writable) -> int:
    """Write scores to a binary stream, one JSON object a line; returns how many."""
    count = 0
    for score in scores:
        stream.write(_encoder.encode(score) + b"\n")
        count += 1
    return count


def read_record_scores(lines: Iterable[bytes | str]) -> Iterator[RecordScore]:
    """Read what `write_record_scores` wrote, line by line; empty lines are skipped.

    Raises OutputUnusable with the line's number, never with its text.
    """
    decode = _decoder.decode
    for number, line in enumerate(lines, start=1):
        try:
            score = decode(line)
        except msgspec.DecodeError as error:
            if not line.strip():
                continue
            raise OutputUnusable(
                f"A record score cannot be read: {error}",
                where=f"line {number}",
                action="Score the run again; its raw outputs are kept.",
            ) from None
        yield score
