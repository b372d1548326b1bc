"""A base model's scores that an earlier run got: read again instead of paid for again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from modeleval.artifacts import aggregates_key, record_scores_key
from modeleval.kinds.protocol import JobContext
from modeleval.kinds.serverless.outcome import ModelOutcome
from modeleval.kinds.serverless.planning import BASE_MODEL
from modeleval.objects import ObjectMissing
from modeleval.scores.aggregates import AggregateScore, read_aggregates
from modeleval.scores.records import RecordScore, read_record_scores


class BaseResult(NamedTuple):
    scores: Iterator[RecordScore]
    aggregates: list[AggregateScore]
    warnings: list[str]


def earlier_base_result(job: JobContext) -> BaseResult:
    """The base model's scores of the run that the spec names; none if it names none."""
    known = job.spec.get("baseFrom")
    if not known:
        return BaseResult(iter(()), [], [])
    run_id, number = str(known["runId"]), int(known["job"])
    objects = job.services.objects
    try:
        data = objects.read(aggregates_key(run_id, number))
    except ObjectMissing:
        data = None
    if data is None or not objects.exists(record_scores_key(run_id, number)):
        lost = f"The base model's result of run {run_id} was deleted meanwhile"
        return BaseResult(iter(()), [], [lost])
    aggregates = [one for one in read_aggregates(data) if one.candidate == BASE_MODEL]
    lines = objects.lines(record_scores_key(run_id, number))
    scores = (one for one in read_record_scores(lines) if one.candidate == BASE_MODEL)
    return BaseResult(scores, aggregates, [])


def reusable(job: JobContext, found: Iterable[tuple[ModelOutcome, Any]]) -> list[str]:
    """The digests under which later runs find this job's base result, if it has one of its own."""
    digest = job.spec.get("baseDigest")
    evaluated = any(model.candidate == BASE_MODEL for model, _ in found)
    return [str(digest)] if evaluated and digest else []
