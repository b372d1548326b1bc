"""From records to scores: one per record where the metric has it, one for all where it does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from modeleval.kinds.precomputed.dataset import Answered
from modeleval.kinds.reference.asked import ReferenceMetric
from modeleval.kinds.reference.overall import aggregates
from modeleval.kinds.reference.per_record import record_scores, scorer_of
from modeleval.scores.aggregates import AggregateScore
from modeleval.scores.records import RecordScore


@dataclass
class Scores:
    """What a job's records came to."""

    records: list[RecordScore] = field(default_factory=list)
    aggregates: list[AggregateScore] = field(default_factory=list)


def score(
    metrics: Sequence[ReferenceMetric], records: Sequence[Answered], *, candidate: str | None
) -> Scores:
    """All metrics of all records; the same records always give the same scores."""
    found = Scores()
    scorers = [(one, scorer_of(one)) for one in metrics if one.offered.per_record]
    for record in records:
        for metric, scorer in scorers:
            found.records += record_scores(metric, scorer, record, candidate)
    for metric in metrics:
        if not metric.offered.per_record:
            found.aggregates += aggregates(metric, records, candidate)
    return found
