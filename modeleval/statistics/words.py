"""What the results are called. Pure Python, so that what only shows results needs no numpy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from modeleval.statistics.verdict import Verdict

CONFIDENCE = 0.95
"""Of every interval and bound, unless said otherwise."""

SIGNIFICANCE = 0.05
"""A two-sided p-value up to this one earns the words *improved* and *regressed*."""

POWER = 0.8
"""The chance with which a stated smallest difference or margin would have been seen."""

Alternative = Literal["two-sided", "lower", "upper"]
"""Both ends; or one end with all of the error on it, the other being the scale's."""


class Method(StrEnum):
    """How an interval was computed."""

    WILSON = "wilson"
    BOUNDED = "bounded"
    STUDENT = "student"
    STANDARD_ERROR = "standardError"


class Word(StrEnum):
    """What a comparison comes to."""

    IMPROVED = "improved"
    REGRESSED = "regressed"
    NO_WORSE = "no worse than the margin"
    INCONCLUSIVE = "inconclusive"
    TOO_FEW = "too few records"
    NOT_COMPARABLE = "not comparable"


@dataclass(frozen=True, kw_only=True)
class Scale:
    """The values that a metric can take; None where there is no bound, or no finite set of levels.

    Raises ValueError if the bounds are the wrong way round.
    """

    minimum: float | None = None
    maximum: float | None = None
    levels: int | None = None

    def __post_init__(self) -> None:
        if self.minimum is not None and self.maximum is not None and self.minimum >= self.maximum:
            raise ValueError("a scale's minimum must be below its maximum")

    @property
    def binary(self) -> bool:
        return self.levels == 2 and self.reach is not None  # noqa: PLR2004 - two is what binary means

    @property
    def reach(self) -> float | None:
        """The largest difference between two values, if there is one."""
        if self.minimum is None or self.maximum is None:
            return None
        return self.maximum - self.minimum


@dataclass(frozen=True, kw_only=True)
class Interval:
    """Where the mean of all such records lies, given these.

    A one-sided interval ends at the scale's end (or at infinity) on its other side. `units` is how
    many independent draws there were: clusters, or records where there are no clusters.
    `standard_error` is cluster-robust if there are clusters.
    """

    value: float
    low: float
    high: float
    method: Method
    records: int | None
    units: int | None
    standard_error: float
    confidence: float = CONFIDENCE


@dataclass(frozen=True)
class NoInterval:
    """No honest interval exists here, and why."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class DifferenceInterval:
    """The mean difference new minus base, turned so that higher is better.

    `low` and `high` are the two-sided interval; `lower_bound` and `upper_bound` each hold alone,
    one-sided, with the same confidence. `p_value` is of "the mean difference is zero", two-sided,
    by turning this interval round.
    """

    value: float
    low: float
    high: float
    lower_bound: float
    upper_bound: float
    p_value: float
    method: Method
    records: int | None
    units: int | None
    standard_error: float
    confidence: float = CONFIDENCE


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A rule's verdict with the numbers that it rests on, None where there were none."""

    verdict: Verdict
    limit: float
    value: float | None
    lower_bound: float | None
    upper_bound: float | None
    reason: str
