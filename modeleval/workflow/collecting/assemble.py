"""After the last batch: the responses become the datasets that the run's jobs are planned with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from modeleval.artifacts import batch_records_key, collected_dataset_key
from modeleval.cost.estimate import ModelEstimate
from modeleval.errors import NothingCollected
from modeleval.services import Services
from modeleval.store.batches import Batch, BatchStatus
from modeleval.store.items import Failure, Run
from modeleval.suite.document import Suite
from modeleval.workflow.collecting.spent import counted, of_evaluation, total

_LOST = Failure(
    name="BatchLost",
    message="A batch of scenarios ended without saying why; see its execution's history.",
)


@dataclass(frozen=True)
class Assembled:
    """What collecting came to, by evaluation: why there is no dataset, and what to warn of.

    estimates: of what was asked, by the tokens that were counted. told: by the evaluations' names,
    what was collected.
    """

    failures: Mapping[int, Failure] = field(default_factory=dict)
    warnings: Mapping[int, Sequence[str]] = field(default_factory=dict)
    estimates: Sequence[ModelEstimate] = ()
    told: Mapping[str, Sequence[str]] = field(default_factory=dict)


def assemble(run: Run, suite: Suite, services: Services) -> Assembled:
    """Write each evaluation's dataset from its batches; done again, one that is there stays."""
    batches = _ended_batches(run, services)
    failures: dict[int, Failure] = {}
    warnings: dict[int, Sequence[str]] = {}
    told: dict[str, Sequence[str]] = {}
    estimates: list[ModelEstimate] = []
    for number in suite.collected:
        mine = of_evaluation(batches, number)
        told[suite.evaluations[number].name] = (counts := total(mine)).sentences()
        warnings[number] = counts.lost()
        estimates += counted(suite, number, mine, services)
        failure = _failure(mine)
        if failure is not None:
            failures[number] = failure
        else:
            _join(run, number, mine, services)
    return Assembled(failures, warnings, estimates, told)


def _ended_batches(run: Run, services: Services) -> Sequence[Batch]:
    """The run's batches; one whose execution died without a word is failed first, so that a
    function that still asks for it asks no more."""
    for one in services.store.batches(run.run_id):
        if not one.status.ended:
            services.store.update_batch(
                run.run_id, one.batch, status=BatchStatus.FAILED, error=_LOST.to_item()
            )
    return services.store.batches(run.run_id)


def _failure(batches: Sequence[Batch]) -> Failure | None:
    """Why an evaluation has no dataset."""
    for one in batches:
        if one.status is BatchStatus.FAILED and one.error is not None:
            return one.error
    counts = total(batches)
    if counts.collected:
        return None
    error = NothingCollected(
        counts.without_response(),
        action="docs/collecting.md says what each reason means.",
    )
    return Failure(name=type(error).__name__, message=str(error))


def _join(run: Run, number: int, batches: Sequence[Batch], services: Services) -> None:
    """Write the dataset once: written again it is another object to the run, which pins its ETag,
    and under a key of KMS the same content has another one each time."""
    key = collected_dataset_key(run.run_id, number)
    if services.objects.exists(key):
        return
    with services.objects.writer(key) as file:
        for one in batches:
            source = services.objects.open(batch_records_key(run.run_id, number, one.batch))
            for chunk in source.chunks:
                file.write(chunk)
