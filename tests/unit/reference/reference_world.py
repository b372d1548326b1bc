"""One `reference-metrics` evaluation, planned and collected on datasets in memory."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

from unit_documents import RUN
from unit_fakes import FakeStore, MemoryS3, bucket, services

from modeleval.ids import JobRef
from modeleval.kinds.protocol import Collected, JobContext, Plan, PlanContext
from modeleval.kinds.reference_metrics import ReferenceEvaluation, ReferenceMetrics
from modeleval.scores.aggregates import AggregateScore
from modeleval.scores.records import RecordScore

DATASET = "datasets/answers.jsonl"
SUBJECT = "support-bot-v3"
KIND = ReferenceMetrics()


def entry(*metrics: Any, **fields: Any) -> ReferenceEvaluation:
    """An evaluation of these metrics; a field of None is left out."""
    document = {
        "name": "overlap",
        "kind": "reference-metrics",
        "dataset": DATASET,
        "responses": {"precomputed": SUBJECT},
        "metrics": list(metrics or ["ExactMatch"]),
        **fields,
    }
    given = {name: value for name, value in document.items() if value is not None}
    return ReferenceEvaluation.model_validate(given)


def record(
    response: str, reference: str | None, number: int = 0, *, subject: str = SUBJECT, **fields: Any
) -> dict[str, Any]:
    return {
        "prompt": f"prompt {number}",
        **({} if reference is None else {"referenceResponse": reference}),
        "modelResponses": [{"response": response, "modelIdentifier": subject}],
        **fields,
    }


def jsonl(*records: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in records)


def of_pairs(*pairs: tuple[str, str]) -> bytes:
    """A dataset of responses and references, each with a prompt of its own."""
    return jsonl(*(record(*pair, number) for number, pair in enumerate(pairs)))


class World:
    """A bucket with datasets, and what a run leaves in it."""

    def __init__(self, data: bytes, **further: bytes) -> None:
        self.s3 = MemoryS3(**{DATASET: data, **further})
        self._services = services(objects=bucket(self.s3), store=FakeStore())

    def plan(self, evaluation: ReferenceEvaluation, *, sample: int | None = None) -> Plan:
        return KIND.plan(evaluation, PlanContext(RUN, 0, self._services, sample))

    def collect(self, plan: Plan, job: int = 0) -> Collected:
        spec = json.loads(json.dumps(plan.jobs[job].spec))
        context = JobContext(JobRef(RUN, job, 1), 0, spec, {}, self._services)
        return KIND.collect(context, KIND.start(context))


def scored(data: bytes, *metrics: Any, **fields: Any) -> SimpleNamespace:
    """A dataset's scores: `values` by metric in the order of its lines, `aggregates` by metric and
    category, the raw `records`."""
    world = World(data)
    collected = world.collect(world.plan(entry(*metrics, **fields)))
    records: list[RecordScore] = list(collected.scores)
    values: dict[str, list[Any]] = {}
    for one in records:
        values.setdefault(one.metric, []).append(one.value)
    aggregates: dict[tuple[str, str | None], AggregateScore] = {
        (one.metric, one.category): one for one in collected.aggregates
    }
    return SimpleNamespace(values=values, aggregates=aggregates, records=records)
