"""Ask the function about one batch after another; what was asked is never asked again.

A check asks as long as its time allows, and the next one goes on. Each answer is an object of its
own, also one that cannot be used, or that was lost: it was paid for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from modeleval.artifacts import output_prefix
from modeleval.errors import RunClosed, TransientServiceError
from modeleval.ids import JobRef
from modeleval.kinds.function_scorer.batches import Batch, batches_of
from modeleval.kinds.function_scorer.document import ScoredMetric
from modeleval.kinds.function_scorer.notes import BROKE_OFF, Notes
from modeleval.kinds.function_scorer.replies import Result, read_reply
from modeleval.kinds.precomputed.records import records_of
from modeleval.kinds.protocol import JobContext, JobState, Progress
from modeleval.scorer_functions import Answer
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
    """Ask about what was not asked yet. Raises JobRefused, RunClosed, TransientServiceError.

    Running, too, if another check of the same job asks at the same time.
    """
    services = job.services
    begun = services.now()
    batches = planned_batches(job)
    done = set(services.objects.keys(output_prefix(*job.ref)))
    notes = Notes(job, done)
    for number, batch in enumerate(batches):
        if number == GIVES_UP_AFTER and (reason := _hopeless(results_of(job, number))):
            return Progress(JobState.FAILED, reason)
        if result_key(job.ref, number) in done:
            continue
        if services.now() - begun > ASKS_FOR_SECONDS:
            return Progress(JobState.RUNNING)
        if notes.broke_off(number):
            result = Result(failure=BROKE_OFF, records=len(batch.ids))
        elif (answer := _answer(job, number, batch, notes)) is not None:
            result = _result(job, batch, answer)
        else:
            return Progress(JobState.RUNNING)
        services.objects.write_new_json(result_key(job.ref, number), msgspec.to_builtins(result))
    reason = _hopeless(results_of(job, len(batches)))
    return Progress(JobState.FAILED, reason) if reason else Progress(JobState.SUCCEEDED)


def _answer(job: JobContext, number: int, batch: Batch, notes: Notes) -> Answer | None:
    """What the function answers; None if another check asks it."""
    services = job.services
    if services.store.run(job.ref.run_id).status.ended:
        raise RunClosed(
            f"Run {job.ref.run_id} has ended: no further batch is asked about",
            action="Nothing to do.",
        )
    if not notes.take(number):
        return None
    try:
        return services.scorer_functions.invoke(str(job.spec["function"]), batch.payload)
    except TransientServiceError:
        notes.take_back(number)
        raise


def _result(job: JobContext, batch: Batch, answer: Answer) -> Result:
    if answer.failure is not None:
        return Result(failure=answer.failure, records=len(batch.ids))
    return read_reply(answer.payload, batch.ids, metrics_of(job.spec["metrics"]))


def _hopeless(results: Iterable[Result]) -> str:
    """Why the job has failed; empty as soon as a single batch did not fail."""
    failures: list[str] = []
    for result in results:
        if result.failure is None:
            return ""
        failures.append(result.failure)
    reasons = "; ".join(dict.fromkeys(failures))
    return f"none of {len(failures)} batches was scored: {reasons}"
