"""Limits and margins of a rule that say nothing on the metric's scale, or could never be kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from modeleval.scores.metrics import Metric
from modeleval.suite.gate import Rule


def limit_problems(at: str, rule: Rule, metrics: Mapping[str, Metric]) -> Iterator[str]:
    """One line per limit or margin that always passes, or never can; `metrics`: the evaluation's.

    Metrics without numbers or without records (benchmarks, scorers) have no scale that is known
    before the run.
    """
    asked = {name: metric for name, metric in metrics.items() if rule.metric in (None, name)}
    yield from _mixed(at, rule, asked)
    for name, metric in asked.items():
        if metric.minimum < metric.maximum and (
            not metric.custom or metric.worst_level is not None
        ):
            yield from _limits(at, rule, name, metric)
            yield from _margins(at, rule, name, metric.maximum - metric.minimum)


def _mixed(at: str, rule: Rule, asked: Mapping[str, Metric]) -> Iterator[str]:
    if len({metric.direction for metric in asked.values()}) < 2:  # noqa: PLR2004 - both directions
        return
    for field, limit in (("minimum", rule.minimum), ("maximum", rule.maximum)):
        if limit is not None:
            yield (
                f"{at}.{field}: some metrics of {rule.evaluation} are better higher and some "
                "lower, and one limit cannot be meant for both; name the metric"
            )


def _limits(at: str, rule: Rule, name: str, metric: Metric) -> Iterator[str]:
    """A mean of records is never certain to be at an end of its scale, and always within it."""
    low, high = metric.minimum, metric.maximum
    scale = f"the scale of {name} goes from {low:g} to {high:g}"
    never = "no number of records could be sure of it; maxLowScores counts low scores"
    if rule.minimum is not None and rule.minimum <= low:
        yield f"{at}.minimum: {scale}, so it would always pass"
    if rule.minimum is not None and rule.minimum >= high:
        yield f"{at}.minimum: {scale}: {never}"
    if rule.maximum is not None and rule.maximum >= high:
        yield f"{at}.maximum: {scale}, so it would always pass"
    if rule.maximum is not None and rule.maximum <= low:
        yield f"{at}.maximum: {scale}: {never}"


def _margins(at: str, rule: Rule, name: str, reach: float) -> Iterator[str]:
    for field, margin in (("maxRegression", rule.max_regression), ("margin", rule.margin)):
        if margin is not None and margin >= reach:
            yield (
                f"{at}.{field}: {name} can be worse by {reach:g} at most, so it would always pass; "
                "it is in the metric's own units, not in percent"
            )
