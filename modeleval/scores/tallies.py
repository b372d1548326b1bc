"""Counts of values that merge exactly: the same tally whatever the order and the parts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

MOST_DISTINCT = 11
"""Distinct values that are counted one by one: the longest rating scales have 10 levels."""

BINS = 20


@dataclass(kw_only=True)
class Spread:
    """What is kept of numbers too various to count: exact sum, ends, histogram.

    `edges` are the BINS + 1 ends of the bins; a bin holds its lower end, the last one both.
    """

    edges: tuple[float, ...]
    total: Fraction = Fraction(0)
    minimum: float | None = None
    maximum: float | None = None
    below: int = 0
    bins: list[int] = field(default_factory=lambda: [0] * BINS)
    above: int = 0

    def add(self, value: float, times: int) -> None:
        # A sum of floats depends on their order; a sum of fractions does not.
        self.total += Fraction(value) * times
        self.minimum = value if self.minimum is None else min(self.minimum, value)
        self.maximum = value if self.maximum is None else max(self.maximum, value)
        if value < self.edges[0]:
            self.below += times
        elif value > self.edges[-1]:
            self.above += times
        else:
            self.bins[min(bisect_right(self.edges, value), BINS) - 1] += times

    def merge(self, other: Spread) -> None:
        self.total += other.total
        self.minimum = min(x for x in (self.minimum, other.minimum) if x is not None)
        self.maximum = max(x for x in (self.maximum, other.maximum) if x is not None)
        self.below += other.below
        self.bins = [a + b for a, b in zip(self.bins, other.bins, strict=True)]
        self.above += other.above


@dataclass
class Numbers:
    """Numbers on a metric's scale: counted one by one, or as a Spread once there are too many.

    Which of the two depends on the distinct values alone, so it does not depend on their order.
    """

    low: float
    high: float
    n: int = 0
    counts: dict[float, int] | None = field(default_factory=dict)
    spread: Spread | None = None

    @property
    def edges(self) -> tuple[float, ...]:
        width = self.high - self.low
        return (*(self.low + width * k / BINS for k in range(BINS)), self.high)

    def add(self, value: float, times: int = 1) -> None:
        self.n += times
        if self.spread is not None:
            self.spread.add(value, times)
        elif self.counts is not None:
            self.counts[value] = self.counts.get(value, 0) + times
            if len(self.counts) > MOST_DISTINCT:
                self._stop_counting()

    def merge(self, other: Numbers) -> None:
        if other.spread is not None:
            spread = self._stop_counting()
            spread.merge(other.spread)
            self.n += other.n
        for value, times in (other.counts or {}).items():
            self.add(value, times)

    def _stop_counting(self) -> Spread:
        if self.spread is None:
            self.spread = Spread(edges=self.edges)
            for value, times in (self.counts or {}).items():
                self.spread.add(value, times)
            self.counts = None
        return self.spread

    def to_document(self) -> dict[str, Any]:
        """Without floats, which DynamoDB's client refuses: their repr stands for them."""
        if self.spread is None:
            counts = sorted((self.counts or {}).items())
            return {"n": self.n, "valueCounts": {repr(value): times for value, times in counts}}
        spread = self.spread
        return {
            "n": self.n,
            "sum": f"{spread.total.numerator}/{spread.total.denominator}",
            "minimum": repr(spread.minimum),
            "maximum": repr(spread.maximum),
            "histogram": {"below": spread.below, "bins": list(spread.bins), "above": spread.above},
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any], low: float, high: float) -> Numbers:
        numbers = cls(low, high, n=int(document["n"]))
        if "valueCounts" in document:
            counts = document["valueCounts"].items()
            numbers.counts = {float(value): int(times) for value, times in counts}
            return numbers
        histogram = document["histogram"]
        numbers.counts = None
        numbers.spread = Spread(
            edges=numbers.edges,
            total=Fraction(document["sum"]),
            minimum=float(document["minimum"]),
            maximum=float(document["maximum"]),
            below=int(histogram["below"]),
            bins=[int(count) for count in histogram["bins"]],
            above=int(histogram["above"]),
        )
        return numbers


@dataclass
class Strings:
    """Levels of a string scale, counted one by one; only their number once there are too many."""

    n: int = 0
    counts: dict[str, int] | None = field(default_factory=dict)

    def add(self, value: str, times: int = 1) -> None:
        self.n += times
        if self.counts is not None:
            self.counts[value] = self.counts.get(value, 0) + times
            if len(self.counts) > MOST_DISTINCT:
                self.counts = None

    def merge(self, other: Strings) -> None:
        if other.counts is None:
            self.counts = None
            self.n += other.n
        for value, times in (other.counts or {}).items():
            self.add(value, times)

    def to_document(self) -> dict[str, Any]:
        counts = None if self.counts is None else dict(sorted(self.counts.items()))
        return {"stringN": self.n, "stringCounts": counts}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Strings:
        counts = document["stringCounts"]
        copied = None if counts is None else {value: int(times) for value, times in counts.items()}
        return cls(int(document["stringN"]), copied)
