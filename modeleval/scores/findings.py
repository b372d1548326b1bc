"""Low scores: the records that a person should look at first."""

from __future__ import annotations

import heapq
import math
from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, TypeAlias

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
    with a `worst_level`: at that level. Custom metrics without one, and metrics whose scale has no
    end, have no rule, so no low scores.
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
    if metric.custom or not metric.bounded:
        return False
    width = below * (metric.maximum - metric.minimum)
    if metric.direction is Direction.HIGHER:
        return value < metric.minimum + width
    return value > metric.maximum - width


class LowScores:
    """Finds the `limit` worst of the low scores, of which at most `per_category` are of one
    category, so that one that went wrong does not hide the others.

    Scores are added one by one, and `per_category` of each category are held. Raises ValueError for
    a `below` outside 0 to 1, or a negative limit.
    """

    def __init__(
        self,
        metrics: Mapping[str, Metric],
        *,
        below: float = 0.5,
        limit: int = 50,
        per_category: int = 20,
    ) -> None:
        if not 0 <= below <= 1 or min(limit, per_category) < 0:
            raise ValueError("below is a share of the scale, 0 to 1, and limits are not negative")
        self._metrics = metrics
        self._below = below
        self._limit = limit
        self._kept = min(per_category, limit)
        self._counts: Counter[str] = Counter()
        self._worst: dict[str | None, list[tuple[_Order, RecordScore]]] = defaultdict(list)

    def add(self, score: RecordScore) -> None:
        """Raises ValueError for a score of a metric that is not among those given."""
        if score.metric not in self._metrics:
            raise ValueError(f"a score of {score.metric}, which the evaluation does not have")
        metric = self._metrics[score.metric]
        if is_low(score, metric, below=self._below):
            self._counts[score.metric] += 1
            kept = self._worst[score.category]
            insort(kept, (_order(score, metric), score), key=_first)
            del kept[self._kept :]

    @property
    def findings(self) -> Findings:
        """Of what was added: the worst first (on each metric's scale), then by line."""
        kept = (one for worst in self._worst.values() for one in worst)
        items = heapq.nsmallest(self._limit, kept, key=_first)
        return Findings(
            total=self._counts.total(),
            by_metric=dict(sorted(self._counts.items())),
            items=tuple(score for _, score in items),
        )


def low_scores(
    scores: Iterable[RecordScore], metrics: Mapping[str, Metric], **how: Any
) -> Findings:
    """The findings of all of these scores; `how`, and what is raised, as of `LowScores`."""
    low = LowScores(metrics, **how)
    for score in scores:
        low.add(score)
    return low.findings


_Order: TypeAlias = tuple[float, int, str, str]
_first = itemgetter(0)


def _order(score: RecordScore, metric: Metric) -> _Order:
    return (_goodness(score, metric), score.line, score.metric, score.key)


def _goodness(score: RecordScore, metric: Metric) -> float:
    """Where a low score stands between the worst (0) and the best (1) of its metric's scale."""
    width = metric.maximum - metric.minimum
    if score.value is None or isinstance(score.value, str) or not width:
        return 0.0
    position = (score.value - metric.minimum) / width
    return position if metric.direction is Direction.HIGHER else 1 - position
