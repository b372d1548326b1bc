"""One batch of scenarios: asked turn by turn, kept step by step, gone on with where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from modeleval.artifacts import batch_records_key, conversation_key, scenarios_key
from modeleval.collecting.batch import collect_batch
from modeleval.collecting.counts import BatchCounts
from modeleval.collecting.pace import Pace
from modeleval.collecting.records import conversation_lines
from modeleval.collecting.scenarios import Scenario
from modeleval.collecting.targets import target_of
from modeleval.errors import Refused, RunClosed
from modeleval.objects import ObjectDenied, ObjectMissing, Objects
from modeleval.sagemaker.resolved import ResolvedModel
from modeleval.services import Services
from modeleval.store.batches import Batch, BatchStatus
from modeleval.store.items import Failure, Run
from modeleval.workflow.collecting.plan import format_of
from modeleval.workflow.collecting.spent import check_spent, of_evaluation
from modeleval.workflow.load import model_of, open_run, suite_of

LEASE_SECONDS = 120
"""Longer than a request may hold up what renews it."""
_HELD_SECONDS = 60
_SPARE_SECONDS = 20
"""At the end of an invocation: to write what the batch came to."""
_LOOK_SECONDS = 5
"""Between looks at the run: so long a stopped one goes on asking."""


class Worked(NamedTuple):
    """Whether a batch has ended, and if not, when to go on with it."""

    ended: bool
    wait_seconds: int = 1


def collect_batch_step(
    run_id: str, number: int, by: str, seconds_left: Callable[[], float], services: Services
) -> Worked:
    """Ask the batch's scenarios as far as the time allows; whether the batch has ended.

    by: who works on it; another that does is let alone. What refuses every request fails the batch
    and raises nothing, and so does a budget that is used up. Raises RunClosed for a run that has
    ended.
    """
    run = open_run(run_id, services)
    batch = services.store.batch(run_id, number)
    if batch.status.ended:
        return Worked(ended=True)
    now = services.now()
    if not services.store.lease_batch(run_id, number, by, now=now, until=now + LEASE_SECONDS):
        return Worked(ended=False, wait_seconds=_HELD_SECONDS)
    try:
        return Worked(ended=_Work(run, batch, by, services).go_on(seconds_left))
    finally:
        services.store.release_batch(run_id, number, by)


class _Work:
    """A batch that is held."""

    def __init__(self, run: Run, batch: Batch, by: str, services: Services) -> None:
        self._run, self._batch, self._by, self._services = run, batch, by, services
        self._suite = suite_of(run, services)
        self._collected = self._suite.collected[batch.evaluation]
        self._format = format_of(self._suite, batch.evaluation)
        self._kept = Conversations(services.objects, run.run_id, batch.evaluation)
        self._looked = services.now()

    def go_on(self, seconds_left: Callable[[], float]) -> bool:
        """Whether the batch has ended."""
        scenarios = self._scenarios()
        try:
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
                seconds_left=lambda: seconds_left() - _SPARE_SECONDS,
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
            run_id, self._batch.batch, self._by, now=now, until=now + LEASE_SECONDS
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
            self._run.run_id, self._batch.batch, by=self._by, **told, **fields
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
    """The conversations of a run's evaluation, each an object of its own."""

    def __init__(self, objects: Objects, run_id: str, evaluation: int) -> None:
        self._objects, self._run_id, self._evaluation = objects, run_id, evaluation

    def load(self, position: int) -> bytes | None:
        """As far as the conversation has come; None if it has not begun."""
        try:
            return self._objects.read(self.key(position))
        except (ObjectMissing, ObjectDenied):
            return None  # to a role that may not list, what is missing is answered as forbidden

    def save(self, position: int, data: bytes) -> None:
        self._objects.write(self.key(position), data)

    def key(self, position: int) -> str:
        return conversation_key(self._run_id, self._evaluation, position)
