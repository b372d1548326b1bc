"""Scores that a service gives for many records at once: a mean, and with luck its standard error.

Benchmarks and scorers report such scores and no records; a subtask is their category.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import msgspec

from modeleval.scores.metrics import Direction


class AggregateScore(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One metric's value over a whole task, or one of its subtasks (`category`).

    minimum, maximum: the metric's range, None where it has no such end. standard_error: as the
    service reports it, in the value's unit. candidate: None for the evaluation's subject. records:
    how many there were to score, None if that is not known; unscored: those that failed. Raises
    ValueError for a number that is not finite.
    """

    metric: str
    value: float
    direction: Direction
    standard_error: float | None = None
    category: str | None = None
    candidate: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    records: int | None = None
    unscored: int = 0

    @property
    def scored_share(self) -> float | None:
        """Share of the records that were scored, 0 to 1; None if nobody says how many there are."""
        return (self.records - self.unscored) / self.records if self.records else None

    def __post_init__(self) -> None:
        numbers = (self.value, self.standard_error, self.minimum, self.maximum)
        if not all(number is None or math.isfinite(number) for number in numbers):
            raise ValueError("an aggregate score is made of finite numbers")

    def to_document(self, evaluation: str) -> dict[str, Any]:
        """As it stands among the summaries of a run; `n` is None where nobody says how many."""
        return {
            "evaluation": evaluation,
            "metric": self.metric,
            "category": self.category,
            **({} if self.candidate is None else {"candidate": self.candidate}),
            "direction": self.direction.value,
            "aggregate": True,
            "n": None if self.records is None else self.records - self.unscored,
            "mean": self.value,
            "standardError": self.standard_error,
            "range": [self.minimum, self.maximum],
            "notApplicable": 0,
            "unscored": self.unscored,
        }


_decoder = msgspec.json.Decoder(list[AggregateScore])


def write_aggregates(scores: Iterable[AggregateScore]) -> bytes:
    return msgspec.json.encode(sorted(scores, key=_order))


def read_aggregates(data: bytes) -> list[AggregateScore]:
    """What `write_aggregates` wrote: the subject first, overall before subtasks."""
    return _decoder.decode(data)


def _order(score: AggregateScore) -> tuple[bool, str, str, bool, str]:
    return (
        score.candidate is not None,
        score.candidate or "",
        score.metric,
        score.category is not None,
        score.category or "",
    )
