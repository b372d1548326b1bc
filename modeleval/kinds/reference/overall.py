"""Scores of all records together, which are no mean of theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modeleval.kinds.precomputed.dataset import Answered
from modeleval.kinds.reference import labels, overlap, texts
from modeleval.kinds.reference.asked import ReferenceMetric
from modeleval.scores.aggregates import AggregateScore
from modeleval.scores.metrics import Direction
from modeleval.statistics.bootstrap import Array, bootstrap_error


@dataclass(frozen=True)
class _Counted:
    """Summable counts of the records that could be counted, and what sums come to."""

    records: Sequence[Answered]
    counts: Array
    value: Callable[[Array], Array]


def aggregates(
    metric: ReferenceMetric, records: Sequence[Answered], candidate: str | None
) -> Iterator[AggregateScore]:
    """The metric over everything, and in each category; where it is not defined, nothing."""
    counted = _counted(metric, records)
    categories = dict.fromkeys(one.entry.category for one in records)
    for category in dict.fromkeys([None, *categories]):
        inside = [_in(record, category) for record in counted.records]
        found = _aggregate(counted, np.array(inside, dtype=bool))
        if found is None:
            continue
        value, error = found
        total = sum(_in(record, category) for record in records)
        yield AggregateScore(
            metric=metric.published[0],
            value=value,
            direction=Direction.HIGHER,
            standard_error=error,
            category=category,
            candidate=candidate,
            minimum=0.0,
            maximum=metric.offered.maximum,
            records=total,
            unscored=total - sum(inside),
        )


def _in(record: Answered, category: str | None) -> bool:
    return category is None or record.entry.category == category


def _counted(metric: ReferenceMetric, records: Sequence[Answered]) -> _Counted:
    scored = [one for one in records if one.response is not None]
    if metric.name in ("BLEU", "chrF"):
        n_grams = overlap.n_grams(metric.name, metric.options)
        pairs = [one.response or "" for one in scored], [one.reference or "" for one in scored]
        return _Counted(
            scored, np.asarray(n_grams.counts(*pairs), dtype=np.float64), overlap.score_of(n_grams)
        )
    return _labelled(metric, scored)


def _labelled(metric: ReferenceMetric, scored: Sequence[Answered]) -> _Counted:
    kept: list[Answered] = []
    labelled: list[labels.Labelled] = []
    for one in scored:
        given = texts.class_of(one.response or "", metric.threshold)
        wanted = texts.class_of(one.reference or "", metric.threshold)
        if given is not None and wanted is not None:
            kept.append(one)
            labelled.append(labels.Labelled(wanted, given))
    classes = labels.classes_of(labelled)
    positive = "1" if metric.threshold is not None else texts.label_of(metric.positive_label or "")
    value = labels.score_of(metric.name, metric.options["average"], classes, positive)
    return _Counted(kept, labels.counts_of(labelled, classes), value)


def _aggregate(counted: _Counted, inside: NDArray[np.bool_]) -> tuple[float, float | None] | None:
    """The value, and its standard error if there is an honest one."""
    counts = counted.counts[inside]
    if not len(counts):
        return None
    value = float(counted.value(counts.sum(axis=0, keepdims=True))[0])
    if not np.isfinite(value):
        return None
    records = [one for one, kept in zip(counted.records, inside, strict=True) if kept]
    clusters = [one.entry.cluster or one.entry.key for one in records]
    together = clusters if any(one.entry.cluster for one in records) else None
    return value, bootstrap_error(counts, counted.value, clusters=together)
