"""One evaluation as the assessment sees it: its scores, and what they are scores of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from modeleval.assessment.table import ScoreTable
from modeleval.scores.aggregates import AggregateScore
from modeleval.scores.findings import is_low
from modeleval.scores.metrics import Metric
from modeleval.scores.records import RecordScore
from modeleval.scores.summary import Summary


@dataclass(frozen=True, kw_only=True)
class Scored:
    """What an evaluation brought, and what makes it comparable with another run's.

    definitions: a text per metric that two runs must share to be compared: judge, instructions and
    scale. averaged: the scores are means of repeated judgements. low_scores: how many, per metric;
    low_below: the share of a scale up to which its scores are low.
    """

    name: str
    subject: str
    metrics: Mapping[str, Metric]
    table: ScoreTable
    summaries: Sequence[Summary] = ()
    aggregates: Sequence[AggregateScore] = ()
    definitions: Mapping[str, str] = field(default_factory=dict)
    low_scores: Mapping[str, int] = field(default_factory=dict)
    low_below: float = 0.5
    candidates: Mapping[str, str] = field(default_factory=dict)
    averaged: bool = False

    def summary(self, metric: str, category: str | None = None) -> Summary | None:
        """The subject's summary of a metric."""
        return next(
            (
                one
                for one in self.summaries
                if one.candidate is None and one.metric == metric and one.category == category
            ),
            None,
        )

    def low_count(self, metric: str, category: str | None = None) -> int:
        """How many of the subject's scores are low, of all records or of one category."""
        if category is None:
            return self.low_scores.get(metric, 0)
        values = self.table.values(metric, category=category)
        return sum(
            is_low(
                RecordScore(key=key, line=0, metric=metric, value=value),
                self.metrics[metric],
                below=self.low_below,
            )
            for key, value in values.items()
        )

    def aggregate(
        self, metric: str, category: str | None = None, candidate: str | None = None
    ) -> AggregateScore | None:
        return next(
            (
                one
                for one in self.aggregates
                if one.candidate == candidate and one.metric == metric and one.category == category
            ),
            None,
        )

    @property
    def aggregate_metrics(self) -> list[str]:
        return list(dict.fromkeys(one.metric for one in self.aggregates if one.candidate is None))
