"""On which scale the results of a custom metric are, when several jobs judged its records.

A job decides by its own results (`judge_results`), and may have too few to tell. Here those of all
parts decide, as they would have in one job; scores that a job took otherwise are written again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from modeleval.artifacts import record_scores_key
from modeleval.kinds import judge_jobs
from modeleval.kinds.custom_metrics import CustomMetric
from modeleval.kinds.judge_results import Reading, doubts, reading_of
from modeleval.kinds.protocol import JobContext
from modeleval.scores.records import RecordScore, read_record_scores, write_record_scores


class _Number(NamedTuple):
    """A judge's number as its output would hold it."""

    result: float
    has_result: bool = True
    explanation: str | None = None
    judge: str | None = None


Definitions = Callable[[Mapping[str, Any]], Sequence[CustomMetric]]
"""The custom metrics of a job's spec."""


def settle(
    jobs: Sequence[JobContext], definitions_of: Definitions = judge_jobs.definitions_of
) -> Iterator[str]:
    """Settle the scales of an evaluation whose jobs have ended; what there is to tell of them."""
    whole: dict[Any, list[JobContext]] = defaultdict(list)
    for job in jobs:
        spec = job.spec
        metrics = tuple(metric["name"] for metric in spec.get("customMetrics", ()))
        # What would have been one job, but for the number of records.
        whole[spec.get("candidate"), int(spec.get("repeat", 0)), metrics].append(job)
    for (_, _, metrics), parts in whole.items():
        if metrics and len(parts) > 1:
            yield from _settle(parts, definitions_of(parts[0].spec))


def _settle(parts: Sequence[JobContext], metrics: Sequence[CustomMetric]) -> Iterator[str]:
    definitions = {one.name: one for one in metrics if not isinstance(one.levels[0], str)}
    seen: dict[str, set[float]] = {name: set() for name in definitions}
    for job in parts:
        for score in _scores(job):
            number = _number(score)
            if score.metric in seen and number is not None:
                seen[score.metric].add(number)
    readings = {name: reading_of(one, seen[name]) for name, one in definitions.items()}
    for job in parts:
        _read_again(job, readings)
    for name, reading in readings.items():
        yield from doubts(name, reading.scale)


def _read_again(job: JobContext, readings: Mapping[str, Reading]) -> None:
    before = list(_scores(job))
    after = [_again(score, readings.get(score.metric)) for score in before]
    if after != before:
        key = record_scores_key(job.ref.run_id, job.ref.job)
        with job.services.objects.writer(key) as file:
            write_record_scores(after, file)


def _again(score: RecordScore, reading: Reading | None) -> RecordScore:
    number = _number(score)
    if reading is None or number is None:
        return score
    judged = _Number(number)
    parsed = reading.parse(judged)
    return msgspec.structs.replace(
        score,
        value=parsed.value,
        not_applicable=parsed.not_applicable,
        raw=reading.raw(judged, parsed),
    )


def _number(score: RecordScore) -> float | None:
    number = score.value if score.raw is None else score.raw
    return float(number) if isinstance(number, int | float) else None


def _scores(job: JobContext) -> Iterator[RecordScore]:
    key = record_scores_key(job.ref.run_id, job.ref.job)
    return read_record_scores(job.services.objects.lines(key))
