"""Summaries: record scores per evaluation, metric and category, merged without loss.

Jobs of one evaluation (shards) are summarised apart and merged, in any order, to the same summary.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from operator import attrgetter
from typing import Any, NamedTuple, TypeAlias

from modeleval.scores.metrics import Direction, Metric
from modeleval.scores.records import RecordScore
from modeleval.scores.tallies import Numbers, Strings

# What a summary counts of a score: metric, category, candidate, value, not_applicable. Scores that
# agree in it are counted by the interpreter, and added up once; a batch bounds how many may differ.
_What: TypeAlias = tuple[str, str | None, str | None, float | str | None, bool]
_what = attrgetter("metric", "category", "candidate", "value", "not_applicable")
_BATCH = 4096


class Histogram(NamedTuple):
    """Counts below the scale, in its 20 equal bins, and above; `edges` has one entry more."""

    edges: tuple[float, ...]
    below: int
    bins: tuple[int, ...]
    above: int


@dataclass(kw_only=True)
class Summary:
    """All scores of one metric in one evaluation, or in one of its categories (None: all of it).

    `candidate` is None for the evaluation's subject, else the label of what it is compared with.
    A running summary: `add` changes it, `merge` returns a new one.
    """

    evaluation: str
    metric: str
    category: str | None
    direction: Direction
    numbers: Numbers
    strings: Strings = field(default_factory=Strings)
    not_applicable: int = 0
    unscored: int = 0
    candidate: str | None = None

    @classmethod
    def empty(
        cls,
        metric: Metric,
        *,
        evaluation: str,
        category: str | None = None,
        candidate: str | None = None,
    ) -> Summary:
        return cls(
            evaluation=evaluation,
            metric=metric.name,
            category=category,
            candidate=candidate,
            direction=metric.direction,
            numbers=Numbers(metric.minimum, metric.maximum),
        )

    @property
    def n(self) -> int:
        """Numeric scores: what the mean is over."""
        return self.numbers.n

    @property
    def string_n(self) -> int:
        return self.strings.n

    @property
    def records(self) -> int:
        """Everything that was to be scored."""
        return self.n + self.string_n + self.not_applicable + self.unscored

    @property
    def scored_share(self) -> float:
        """Share of the records that the judge decided on, *not applicable* included, 0 to 1.

        0 for no records: what holds nothing must not pass for completely scored.
        """
        scored = self.records - self.unscored
        return scored / self.records if scored else 0.0

    @property
    def value_counts(self) -> Mapping[float, int] | None:
        """Count of each value, ascending; None once there were more than 11 distinct values."""
        counts = self.numbers.counts
        return None if counts is None else dict(sorted(counts.items()))

    @property
    def string_counts(self) -> Mapping[str, int] | None:
        """Count of each level of a string scale; None beyond 11. Strings have no mean."""
        counts = self.strings.counts
        return None if counts is None else dict(sorted(counts.items()))

    @property
    def total(self) -> Fraction:
        """The exact sum of the numeric scores."""
        if self.numbers.spread is not None:
            return self.numbers.spread.total
        counts = self.numbers.counts or {}
        return sum((Fraction(value) * times for value, times in counts.items()), Fraction(0))

    @property
    def mean(self) -> float | None:
        """Mean of the numeric scores, correctly rounded; None if there is none."""
        return float(self.total / self.n) if self.n else None

    @property
    def minimum(self) -> float | None:
        spread = self.numbers.spread
        return (
            spread.minimum if spread is not None else min(self.numbers.counts or [], default=None)
        )

    @property
    def maximum(self) -> float | None:
        spread = self.numbers.spread
        return (
            spread.maximum if spread is not None else max(self.numbers.counts or [], default=None)
        )

    @property
    def histogram(self) -> Histogram | None:
        """20 equal bins over the metric's scale; None while single values are counted."""
        spread = self.numbers.spread
        if spread is None:
            return None
        return Histogram(spread.edges, spread.below, tuple(spread.bins), spread.above)

    def add(self, score: RecordScore) -> None:
        if score.metric != self.metric:
            raise ValueError(f"a score of {score.metric} in the summary of {self.metric}")
        self.add_value(score.value, score.not_applicable, 1)

    def add_value(self, value: float | str | None, not_applicable: bool, times: int) -> None:
        if not_applicable:
            self.not_applicable += times
        elif value is None:
            self.unscored += times
        elif isinstance(value, str):
            self.strings.add(value, times)
        else:
            self.numbers.add(float(value) + 0.0, times)  # + 0.0 makes one zero of the two

    def merge(self, other: Summary) -> Summary:
        """Both together, as a new summary. ValueError unless they are of the same thing."""
        if _identity(self) != _identity(other):
            raise ValueError("only summaries of the same evaluation, metric and category merge")
        merged = copy.deepcopy(self)
        merged.numbers.merge(other.numbers)
        merged.strings.merge(other.strings)
        merged.not_applicable += other.not_applicable
        merged.unscored += other.unscored
        return merged

    def to_document(self) -> dict[str, Any]:
        """JSON-able, exact, without floats. Equal summaries have equal documents."""
        return {
            "evaluation": self.evaluation,
            "metric": self.metric,
            "category": self.category,
            **({} if self.candidate is None else {"candidate": self.candidate}),
            "direction": self.direction.value,
            "scale": [repr(self.numbers.low), repr(self.numbers.high)],
            "notApplicable": self.not_applicable,
            "unscored": self.unscored,
            **self.numbers.to_document(),
            **self.strings.to_document(),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Summary:
        """The summary again. Counts may be any integral type, as DynamoDB returns Decimals."""
        low, high = (float(end) for end in document["scale"])
        return cls(
            evaluation=document["evaluation"],
            metric=document["metric"],
            category=document["category"],
            direction=Direction(document["direction"]),
            numbers=Numbers.from_document(document, low, high),
            strings=Strings.from_document(document),
            not_applicable=int(document["notApplicable"]),
            unscored=int(document["unscored"]),
            candidate=document.get("candidate"),
        )


def _identity(summary: Summary) -> tuple[object, ...]:
    scale = (summary.numbers.low, summary.numbers.high)
    return (*_key(summary), summary.direction, scale)


def _key(summary: Summary) -> tuple[str, str | None, str, str | None]:
    return (summary.evaluation, summary.candidate, summary.metric, summary.category)


def _order(summary: Summary) -> tuple[str, bool, str, str, bool, str]:
    evaluation, candidate, metric, category = _key(summary)
    return (
        evaluation,
        candidate is not None,
        candidate or "",
        metric,
        category is not None,
        category or "",
    )


def summarise(
    scores: Iterable[RecordScore], *, evaluation: str, metrics: Mapping[str, Metric]
) -> list[Summary]:
    """One summary per metric over everything (category None), and one per metric and category.

    Records without a category are in the first kind only. Every metric of `metrics` gets its
    overall summary, be it empty; other candidates get theirs beside the subject's. The caller
    passes records without a score as unscored ones: what is not passed is not counted. Sorted by
    candidate (the subject first), metric, then category, the overall one first.
    Raises ValueError for a score of a metric that is not in `metrics`.
    """
    summaries: dict[tuple[str, str | None, str | None], Summary] = {
        (name, None, None): Summary.empty(metric, evaluation=evaluation)
        for name, metric in metrics.items()
    }
    stream = iter(scores)
    counts: Counter[_What] = Counter()
    more = True
    while more:
        try:
            counts.update(map(_what, islice(stream, _BATCH)))
        finally:
            # Also where reading fails: a score before that is worth its own error.
            more = bool(counts)
            for what, times in counts.items():
                _add(what, times, summaries, evaluation, metrics)
            counts.clear()
    return sorted(summaries.values(), key=_order)


def _add(
    what: _What,
    times: int,
    summaries: dict[tuple[str, str | None, str | None], Summary],
    evaluation: str,
    metrics: Mapping[str, Metric],
) -> None:
    """Add so many equal scores to the summaries that they belong to."""
    name, category, candidate, value, not_applicable = what
    if name not in metrics:
        raise ValueError(f"a score of {name}, which the evaluation does not have")
    for part in (None, category) if category is not None else (None,):
        key = (name, part, candidate)
        if key not in summaries:
            summaries[key] = Summary.empty(
                metrics[name], evaluation=evaluation, category=part, candidate=candidate
            )
        summaries[key].add_value(value, not_applicable, times)


def merge_summaries(summaries: Iterable[Summary]) -> list[Summary]:
    """Summaries of parts, in any order, as those of the whole; sorted as by `summarise`."""
    merged: dict[tuple[str, str | None, str, str | None], Summary] = {}
    for summary in summaries:
        key = _key(summary)
        merged[key] = merged[key].merge(summary) if key in merged else summary
    return sorted(merged.values(), key=_order)
