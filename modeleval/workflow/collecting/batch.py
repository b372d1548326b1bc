"""One batch of scenarios: asked turn by turn, kept step by step, gone on with where it stopped."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from modeleval.artifacts import (
    batch_records_key,
    conversation_key,
    conversations_prefix,
    scenarios_key,
)
from modeleval.collecting.batch import collect_batch
from modeleval.collecting.counts import BatchCounts
from modeleval.collecting.pace import Pace
from modeleval.collecting.records import conversation_lines
from modeleval.collecting.scenarios import Scenario
from modeleval.collecting.targets import target_of
from modeleval.errors import NothingCollected, Refused, RunClosed
from modeleval.objects import ObjectMissing, Objects
from modeleval.sagemaker.resolved import ResolvedModel
from modeleval.services import Services
from modeleval.store.batches import Batch, BatchStatus
from modeleval.store.items import Failure, Run
from modeleval.workflow.collecting.plan import format_of
from modeleval.workflow.collecting.spent import check_spent, of_evaluation
from modeleval.workflow.events import BatchEvent
from modeleval.workflow.kept_suite import suite_of
from modeleval.workflow.load import model_of, open_run

LEASE_SECONDS = 45
"""Several times as long as it takes to be renewed, which no request holds up."""
_HELD_SECONDS = 30
_MOST_IN_VAIN = 10
_SPARE_SECONDS = 20
"""At the end of an invocation: to write what the batch came to."""
_LOOK_SECONDS = 5
"""Between looks at the run: so long a stopped one goes on asking."""


class Worked(NamedTuple):
    """Whether a batch has ended, and if not, when to go on with it."""

    ended: bool
    wait_seconds: int = 1


def collect_batch_step(event: BatchEvent, services: Services) -> Worked:
    """Ask the batch's scenarios as far as the time allows; whether the batch has ended.

    One that another invocation works on is let alone. What refuses every request fails the batch
    and raises nothing, and so do a budget that is used up, and invocations that come to nothing.
    Raises RunClosed for a run that has ended.
    """
    run = open_run(event.run_id, services)
    batch = services.store.batch(event.run_id, event.batch)
    if batch.status.ended:
        return Worked(ended=True)
    held, now = (event.run_id, event.batch, event.invocation), services.now()
    if not services.store.lease_batch(*held, now=now, until=now + LEASE_SECONDS):
        return Worked(ended=False, wait_seconds=_HELD_SECONDS)
    try:
        return Worked(ended=_Work(run, batch, event, services).go_on())
    finally:
        services.store.release_batch(*held)


class _Work:
    """A batch that is held."""

    def __init__(self, run: Run, batch: Batch, event: BatchEvent, services: Services) -> None:
        self._run, self._batch, self._event, self._services = run, batch, event, services
        self._suite = suite_of(run, services)
        self._collected = self._suite.collected[batch.evaluation]
        self._format = format_of(self._suite, batch.evaluation)
        self._kept = Conversations(services.objects, run.run_id, batch.evaluation)
        self._looked = services.now()

    def go_on(self) -> bool:
        """Whether the batch has ended."""
        try:
            self._begin()
            scenarios = self._scenarios()
            target = target_of(
                self._collected.target,
                self._services.target_clients,
                self._services.settings,
                model=_told_of(model_of(self._run)),
            )
            result = collect_batch(
                scenarios,
                target,
                self._kept,
                options=self._collected,
                collected_as=self._format,
                pace=Pace(self._per_minute()),
                seconds_left=self._seconds_left,
                watch=self._watch,
            )
        except Refused as refusal:
            failure = Failure(name=type(refusal).__name__, message=str(refusal))
            self._tell(None, status=BatchStatus.FAILED, error=failure.to_item())
            return True
        if not result.done:
            self._tell(result.counts)
            return False
        self._write(scenarios)
        self._tell(result.counts, status=BatchStatus.DONE)
        return True

    def _begin(self) -> None:
        """Note that one more invocation goes on. Raises NothingCollected after too many in vain."""
        requests = msgspec.convert(self._batch.counts, BatchCounts).requests
        in_vain = self._batch.in_vain + 1 if requests == self._batch.requests_before else 0
        self._tell(None, requestsBefore=requests, inVain=in_vain)
        if in_vain > _MOST_IN_VAIN:
            raise NothingCollected(
                f"{in_vain} invocations in a row were answered nothing",
                where=f"batch {self._batch.batch}",
                action="See the log of the function CollectBatch, and whether the target answers.",
            )

    def _seconds_left(self) -> float:
        return self._event.ends_at - self._services.now() - _SPARE_SECONDS

    def _scenarios(self) -> list[tuple[int, Scenario]]:
        first, last = self._batch.first, self._batch.last
        key = scenarios_key(self._run.run_id, self._batch.evaluation)
        lines = islice(self._services.objects.lines(key), first, last)
        return list(zip(range(first, last), map(Scenario.from_line, lines), strict=True))

    def _per_minute(self) -> float:
        """This batch's share of the rate."""
        batches = self._services.store.batches(self._run.run_id)
        beside = len(of_evaluation(batches, self._batch.evaluation))
        return self._collected.requests_per_minute / beside

    def _watch(self, counts: BatchCounts) -> None:
        """Now and then: keep the batch, say how far it is, look at the run and its budget."""
        if self._services.now() - self._looked >= _LOOK_SECONDS:
            self._look(counts)

    def _look(self, counts: BatchCounts) -> None:
        now, run_id = self._services.now(), self._run.run_id
        self._looked = now
        open_run(run_id, self._services)
        held = self._services.store.lease_batch(
            run_id, self._batch.batch, self._event.invocation, now=now, until=now + LEASE_SECONDS
        )
        if not held:
            raise RunClosed(
                f"Batch {self._batch.batch} of run {run_id} is worked on by another",
                action="Nothing is left to do here.",
            )
        self._tell(counts)
        check_spent(self._run, self._suite, self._services)

    def _tell(self, counts: BatchCounts | None, **fields: Any) -> None:
        """Without counts those stay that were told last."""
        told = {} if counts is None else {"counts": msgspec.to_builtins(counts)}
        self._services.store.update_batch(
            self._run.run_id, self._batch.batch, by=self._event.invocation, **told, **fields
        )

    def _write(self, scenarios: Sequence[tuple[int, Scenario]]) -> None:
        batch = self._batch
        key = batch_records_key(self._run.run_id, batch.evaluation, batch.batch)
        with self._services.objects.writer(key) as file:
            for position, scenario in scenarios:
                kept = self._kept.load(position)
                if kept is None:
                    raise ObjectMissing(self._kept.key(position))
                lines = conversation_lines(scenario, kept, self._collected, self._format)
                file.writelines(line + b"\n" for line in lines)


def _told_of(model: ResolvedModel | None) -> dict[str, str] | None:
    """The run's model as an application is told of it."""
    if model is None:
        return None
    return {"id": model.identifier, "group": model.name, "version": model.version_text}


class Conversations:
    """The conversations of a run's evaluation, each an object of its own.

    Those that have begun are listed first: one that is there and cannot be read is an error, and
    not one that is begun again, and paid for again.
    """

    def __init__(self, objects: Objects, run_id: str, evaluation: int) -> None:
        self._objects, self._run_id, self._evaluation = objects, run_id, evaluation
        self._begun = set(objects.keys(conversations_prefix(run_id, evaluation)))

    def load(self, position: int) -> bytes | None:
        """As far as the conversation has come; None if it has not begun."""
        key = self.key(position)
        return self._objects.read(key) if key in self._begun else None

    def save(self, position: int, data: bytes) -> None:
        key = self.key(position)
        self._objects.write(key, data)
        self._begun.add(key)

    def key(self, position: int) -> str:
        return conversation_key(self._run_id, self._evaluation, position)
