"""The interval of each mean, as a reader of the summary document finds it beside the mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modeleval.assessment.table import ScoreTable
from modeleval.scores.aggregates import AggregateScore
from modeleval.scores.metrics import Metric
from modeleval.statistics.intervals import mean_interval
from modeleval.statistics.reported import Reported, from_standard_error
from modeleval.statistics.words import CONFIDENCE, Interval, NoInterval, Scale

NO_NUMBERS = "no record has a numeric score"
"""Also where all are not applicable, or texts."""


def scale_of(metric: Metric, *, averaged: bool = False) -> Scale:
    """The metric's scale, if it has ends; averages of repeated judgements are on no levels."""
    levels = None if averaged else metric.levels
    if not metric.bounded or metric.minimum == metric.maximum:
        return Scale()
    return Scale(minimum=metric.minimum, maximum=metric.maximum, levels=levels)


def aggregate_scale(score: AggregateScore) -> Scale:
    return Scale(minimum=score.minimum, maximum=score.maximum)


def reported(score: AggregateScore) -> Reported:
    counted = None if score.records is None else score.records - score.unscored
    return Reported(score.value, score.standard_error, counted)


def interval_of(
    table: ScoreTable,
    metric: Metric,
    *,
    candidate: str | None,
    category: str | None,
    averaged: bool = False,
) -> Interval | NoInterval:
    """The interval of one mean; NoInterval says why there is none."""
    values = table.values(metric.name, candidate=candidate, category=category)
    if not values:
        return NoInterval(NO_NUMBERS)
    labels = table.clusters(values)
    clusters = [labels.get(key, (key,)) for key in values] if labels else None
    scale = scale_of(metric, averaged=averaged)
    return mean_interval(list(values.values()), scale=scale, clusters=clusters)


def aggregate_interval(
    score: AggregateScore, *, confidence: float = CONFIDENCE
) -> Interval | NoInterval:
    return from_standard_error(reported(score), scale=aggregate_scale(score), confidence=confidence)


def interval_document(interval: Interval | NoInterval) -> Mapping[str, Any]:
    """JSON-able: both ends with how they were found, or why there are none."""
    if isinstance(interval, NoInterval):
        return {"low": None, "high": None, "reason": interval.reason}
    return {
        "low": interval.low,
        "high": interval.high,
        "confidence": interval.confidence,
        "method": interval.method.value,
        "standardError": interval.standard_error,
        "units": interval.units,
    }
