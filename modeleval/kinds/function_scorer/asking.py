"""Ask the function about one batch after another; what was answered is never asked again.

A check asks as long as its time allows, and the next one goes on. Each answer is an object of its
own, also one that cannot be used: it was paid for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from modeleval.artifacts import output_prefix
from modeleval.errors import RunClosed
from modeleval.ids import JobRef
from modeleval.kinds.function_scorer.batches import Batch, batches_of
from modeleval.kinds.function_scorer.document import ScoredMetric
from modeleval.kinds.function_scorer.replies import Result, read_reply
from modeleval.kinds.precomputed.records import records_of
from modeleval.kinds.protocol import JobContext, JobState, Progress
from modeleval.scores.metrics import Metric

ASKS_FOR_SECONDS = 240
"""After that no further batch is asked: the last one may take ten minutes, a function fifteen."""

GIVES_UP_AFTER = 3
"""Batches, all of which failed: the others would, too, and cost as much."""

_decode = msgspec.json.Decoder(Result).decode


def result_key(ref: JobRef, batch: int) -> str:
    return f"{output_prefix(*ref)}b{batch}.json"


def metrics_of(spec_metrics: Iterable[object]) -> dict[str, Metric]:
    asked = [ScoredMetric.model_validate(one) for one in spec_metrics]
    return {one.name: one.metric for one in asked}


def planned_batches(job: JobContext) -> list[Batch]:
    return list(batches_of(records_of(job), int(job.spec["batchSize"])))


def results_of(job: JobContext, count: int) -> Iterator[Result]:
    """The first so many results, which are all there; each is read when it is asked for."""
    objects = job.services.objects
    return (_decode(objects.read(result_key(job.ref, number))) for number in range(count))


def ask(job: JobContext) -> Progress:
    """Ask about what was not answered yet. Raises JobRefused, RunClosed, TransientServiceError."""
    services = job.services
    begun = services.now()
    batches = planned_batches(job)
    done = set(services.objects.keys(output_prefix(*job.ref)))
    for number, batch in enumerate(batches):
        if number == GIVES_UP_AFTER and (reason := _hopeless(results_of(job, number))):
            return Progress(JobState.FAILED, reason)
        if result_key(job.ref, number) in done:
            continue
        if services.now() - begun > ASKS_FOR_SECONDS:
            return Progress(JobState.RUNNING)
        _ask_one(job, number, batch)
    reason = _hopeless(results_of(job, len(batches)))
    return Progress(JobState.FAILED, reason) if reason else Progress(JobState.SUCCEEDED)


def _ask_one(job: JobContext, number: int, batch: Batch) -> None:
    services = job.services
    if services.store.run(job.ref.run_id).status.ended:
        raise RunClosed(
            f"Run {job.ref.run_id} has ended: no further batch is asked about",
            action="Nothing to do.",
        )
    answer = services.scorer_functions.invoke(str(job.spec["function"]), batch.payload)
    if answer.failure is None:
        result = read_reply(answer.payload, batch.ids, metrics_of(job.spec["metrics"]))
    else:
        result = Result(failure=answer.failure, records=len(batch.ids))
    services.objects.write_new_json(result_key(job.ref, number), msgspec.to_builtins(result))


def _hopeless(results: Iterable[Result]) -> str:
    """Why the job has failed; empty as soon as a single batch did not fail."""
    failures: list[str] = []
    for result in results:
        if result.failure is None:
            return ""
        failures.append(result.failure)
    reasons = "; ".join(dict.fromkeys(failures))
    return f"none of {len(failures)} batches was scored: {reasons}"
