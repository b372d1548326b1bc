"""From the answers that were kept to record scores; what has none is unscored, never zero."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from modeleval.kinds.function_scorer.asking import metrics_of, planned_batches, results_of
from modeleval.kinds.function_scorer.replies import TROUBLES, Result
from modeleval.kinds.precomputed.dataset import Answered
from modeleval.kinds.precomputed.records import records_of
from modeleval.kinds.protocol import Collected, JobContext
from modeleval.scores.records import RecordScore


def collect(job: JobContext) -> Collected:
    results = [*results_of(job, len(planned_batches(job)))]
    found = {key: values for result in results for key, values in result.scores.items()}
    metrics = [*metrics_of(job.spec["metrics"])]
    scores = _scores(records_of(job), metrics, found, candidate=job.spec["candidate"])
    return Collected(scores, [*warnings(results)])


def _scores(
    records: Sequence[Answered],
    metrics: Sequence[str],
    found: Mapping[str, Mapping[str, float]],
    *,
    candidate: str | None,
) -> Iterator[RecordScore]:
    for record in records:
        entry = record.entry
        values = found.get(entry.key, {})
        for metric in metrics:
            yield RecordScore(
                key=entry.key,
                line=entry.line,
                metric=metric,
                value=values.get(metric),
                category=entry.category,
                cluster=entry.cluster,
                candidate=candidate,
            )


def warnings(results: Sequence[Result]) -> Iterator[str]:
    """One sentence per kind of trouble, with how often it came."""
    lost: Counter[str] = Counter()
    troubles: Counter[str] = Counter()
    for result in results:
        if result.failure is not None:
            lost[result.failure] += result.records
        troubles.update(result.troubles)
    for failure, records in lost.items():
        yield f"{records} records are unscored: {failure}"
    for name, text in TROUBLES.items():
        if troubles[name]:
            yield f"{troubles[name]} {text}"
