"""Scores of single records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from modeleval.kinds.precomputed.dataset import Answered
from modeleval.kinds.reference import overlap, texts
from modeleval.kinds.reference.asked import ReferenceMetric
from modeleval.scores.records import RecordScore

_NOT_APPLICABLE = "the reference has no letter a to z and no digit, and ROUGE reads nothing else"

PerRecord = Callable[[str, str], dict[str, float | None]]
"""From response and reference to values by published name: None does not apply, a name that is left
out is unscored."""


def scorer_of(metric: ReferenceMetric) -> PerRecord:
    [name, *_] = metric.published
    plain = {
        "ExactMatch": texts.exact_match,
        "QuasiExactMatch": texts.quasi_exact_match,
        "TokenF1": texts.token_f1,
    }
    if metric.name in plain:
        return partial(_named, name, plain[metric.name])
    if metric.name == "Accuracy":
        return partial(_accuracy, name, metric.threshold)
    if metric.name == "ROUGE":
        return partial(_rouge, metric, overlap.rouge(metric.options))
    return partial(_sentence, name, overlap.n_grams(metric.name, metric.options))


def _named(
    name: str, compare: Callable[[str, str], float], response: str, reference: str
) -> dict[str, float | None]:
    return {name: compare(response, reference)}


def _accuracy(
    name: str, threshold: float | None, response: str, reference: str
) -> dict[str, float | None]:
    given = texts.class_of(response, threshold)
    return {} if given is None else {name: float(given == texts.class_of(reference, threshold))}


def _rouge(
    metric: ReferenceMetric, compare: PerRecord, response: str, reference: str
) -> dict[str, float | None]:
    found = compare(response, reference)
    return dict(zip(metric.published, found.values(), strict=True))


def _sentence(
    name: str, n_grams: overlap.NGrams, response: str, reference: str
) -> dict[str, float | None]:
    [counts] = n_grams.counts([response], [reference])
    return {name: n_grams.score(counts)}


def record_scores(
    metric: ReferenceMetric, scorer: PerRecord, record: Answered, candidate: str | None
) -> Iterator[RecordScore]:
    values: dict[str, float | None] = {}
    if record.response is not None:
        values = scorer(record.response, record.reference or "")
    for name in metric.published:
        apart = name in values and values[name] is None
        yield RecordScore(
            key=record.entry.key,
            line=record.entry.line,
            metric=name,
            value=values.get(name),
            not_applicable=apart,
            explanation=_NOT_APPLICABLE if apart else None,
            category=record.entry.category,
            cluster=record.entry.cluster,
            candidate=candidate,
        )
