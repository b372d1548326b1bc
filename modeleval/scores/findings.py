"""Low scores: the records that a person should look at first."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from modeleval.scores.metrics import Direction, Metric
from modeleval.scores.records import RecordScore

_ROUNDING = 5e-5  # services round results to four decimals


@dataclass(frozen=True, kw_only=True)
class Findings:
    """`total` low scores, of which `items` are the worst; `by_metric` splits the total."""

    total: int
    by_metric: Mapping[str, int]
    items: tuple[RecordScore, ...]


def is_low(score: RecordScore, metric: Metric, *, below: float = 0.5) -> bool:
    """Whether a score is at the bad end: the rule that `low_scores` applies to each record.

    Built-in metrics: in the worst `below` share of the scale, its far end not included. Metrics
    with a `worst_level`: at that level. Custom metrics without one have no rule, so no low scores.
    *Not applicable* and unscored never are.
    """
    value = score.value
    worst = metric.worst_level
    if value is None:
        return False
    if isinstance(value, str) or isinstance(worst, str):
        return value == worst
    if worst is not None:
        return math.isclose(value, worst, rel_tol=0, abs_tol=_ROUNDING)
    if metric.custom:
        return False
    width = below * (metric.maximum - metric.minimum)
    if metric.direction is Direction.HIGHER:
        return value < metric.minimum + width
    return value > metric.maximum - width


def low_scores(
    scores: Iterable[RecordScore],
    metrics: Mapping[str, Metric],
    *,
    below: float = 0.5,
    limit: int = 50,
) -> Findings:
    """The `limit` worst of the low scores, worst first (on each metric's scale), then by line.

    Reads `scores` once and holds `limit` of them. Raises ValueError for a `below` outside 0 to 1,
    a negative `limit`, or a score of a metric that is not in `metrics`.
    """
    if not 0 <= below <= 1 or limit < 0:
        raise ValueError("below is a share of the scale, 0 to 1, and limit is not negative")
    counts: Counter[str] = Counter()

    def low() -> Iterator[RecordScore]:
        for score in scores:
            if score.metric not in metrics:
                raise ValueError(f"a score of {score.metric}, which the evaluation does not have")
            if is_low(score, metrics[score.metric], below=below):
                counts[score.metric] += 1
                yield score

    stream = low()
    items = heapq.nsmallest(limit, stream, key=lambda score: _order(score, metrics[score.metric]))
    for _ in stream:  # with a limit of 0 nsmallest reads nothing, and the total would be 0
        pass
    return Findings(
        total=counts.total(), by_metric=dict(sorted(counts.items())), items=tuple(items)
    )


def _order(score: RecordScore, metric: Metric) -> tuple[float, int, str, str]:
    return (_goodness(score, metric), score.line, score.metric, score.key)


def _goodness(score: RecordScore, metric: Metric) -> float:
    """Where a low score stands between the worst (0) and the best (1) of its metric's scale."""
    width = metric.maximum - metric.minimum
    if score.value is None or isinstance(score.value, str) or not width:
        return 0.0
    position = (score.value - metric.minimum) / width
    return position if metric.direction is Direction.HIGHER else 1 - position
