"""One batch of scenarios: asked turn by turn, kept step by step, gone on with where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from modeleval.artifacts import batch_records_key, conversation_key, scenarios_key
from modeleval.collecting.batch import BatchCounts, collect_batch
from modeleval.collecting.document import CollectedDataset
from modeleval.collecting.pace import Pace
from modeleval.collecting.records import conversation_lines
from modeleval.collecting.scenarios import Scenario
from modeleval.collecting.targets import TargetClients, target_of
from modeleval.cost.collecting import counted_target
from modeleval.cost.estimate import ModelEstimate
from modeleval.cost.explain import plain
from modeleval.errors import BudgetExceeded, Refused, RunClosed
from modeleval.objects import ObjectDenied, ObjectMissing, Objects
from modeleval.services import Services
from modeleval.store.batches import Batch, BatchStatus, total
from modeleval.store.items import Failure, Run
from modeleval.suite.document import Suite
from modeleval.workflow.collecting.plan import collected_format
from modeleval.workflow.load import model_of, open_run, suite_of

LEASE_SECONDS = 120
"""Longer than a request may hold up what renews it."""
_HELD_SECONDS = 60
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
        self._kept = Conversations(services.objects, run.run_id, batch.evaluation)
        self._looked = services.now()

    def go_on(self, seconds_left: Callable[[], float]) -> bool:
        scenarios = self._scenarios()
        try:
            target = target_of(
                self._collected.target,
                self._clients(),
                self._services.settings,
                model=model_of(self._run),
            )
            result = collect_batch(
                scenarios,
                target,
                self._kept,
                options=self._collected,
                pace=Pace(self._per_minute()),
                seconds_left=seconds_left,
                watch=self._watch,
            )
        except Refused as refusal:
            self._fail(refusal)
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

    def _clients(self) -> TargetClients:
        return self._services.target_clients

    def _per_minute(self) -> float:
        """This batch's share of the rate."""
        rate = self._collected.requests_per_minute
        batches = self._services.store.batches(self._run.run_id)
        beside = sum(one.evaluation == self._batch.evaluation for one in batches)
        return rate / beside

    def _watch(self, counts: BatchCounts) -> None:
        """Now and then: keep the batch, say how far it is, look at the run and its budget."""
        now = self._services.now()
        if now - self._looked < _LOOK_SECONDS:
            return
        self._looked = now
        run_id = self._run.run_id
        open_run(run_id, self._services)
        kept = self._services.store.lease_batch(
            run_id, self._batch.batch, self._by, now=now, until=now + LEASE_SECONDS
        )
        if not kept:
            raise RunClosed(
                f"Batch {self._batch.batch} of run {run_id} is worked on by another",
                action="Nothing is left to do here.",
            )
        self._tell(counts)
        check_spent(self._run, self._suite, self._services)

    def _tell(self, counts: BatchCounts, **fields: object) -> None:
        self._services.store.update_batch(
            self._run.run_id,
            self._batch.batch,
            by=self._by,
            counts=dict(counts.numbers),
            failed=dict(counts.failed),
            **fields,
        )

    def _fail(self, refusal: Refused) -> None:
        failure = Failure(name=type(refusal).__name__, message=str(refusal))
        self._services.store.update_batch(
            self._run.run_id,
            self._batch.batch,
            by=self._by,
            status=BatchStatus.FAILED,
            error=failure.to_item(),
        )

    def _write(self, scenarios: Sequence[tuple[int, Scenario]]) -> None:
        batch = self._batch
        key = batch_records_key(self._run.run_id, batch.evaluation, batch.batch)
        with self._services.objects.writer(key) as file:
            for line in self._lines(scenarios):
                file.write(line + b"\n")

    def _lines(self, scenarios: Sequence[tuple[int, Scenario]]) -> Iterator[bytes]:
        collected_as = collected_format(self._suite, self._batch.evaluation)
        for position, scenario in scenarios:
            state = self._kept.load(position)
            yield from conversation_lines(scenario, state, self._collected, collected_as)


class Conversations:
    """The conversations of a run's evaluation, each an object of its own."""

    def __init__(self, objects: Objects, run_id: str, evaluation: int) -> None:
        self._objects, self._run_id, self._evaluation = objects, run_id, evaluation

    def load(self, position: int) -> bytes | None:
        """As far as the conversation has come; None if it has not begun."""
        try:
            return self._objects.read(self._key(position))
        except (ObjectMissing, ObjectDenied):
            return None  # to a role that may not list, what is missing is answered as forbidden

    def save(self, position: int, data: bytes) -> None:
        self._objects.write(self._key(position), data)

    def _key(self, position: int) -> str:
        return conversation_key(self._run_id, self._evaluation, position)


def spent_usd(suite: Suite, batches: Sequence[Batch], services: Services) -> Decimal:
    """What was asked so far, by the tokens that the service counted; of what has a price."""
    spent = Decimal(0)
    for number, collected in suite.collected.items():
        mine = [one for one in batches if one.evaluation == number]
        spent += counted(suite, number, collected, mine, services).usd or 0
    return spent


def counted(
    suite: Suite,
    number: int,
    collected: CollectedDataset,
    batches: Sequence[Batch],
    services: Services,
) -> ModelEstimate:
    """What an evaluation's batches asked."""
    counts = total(batches)
    return counted_target(
        evaluation=suite.evaluations[number].name,
        model=collected.target.model or collected.target.subject,
        turns=counts.get("collected", 0),
        requests=counts.get("requests", 0),
        input_tokens=counts.get("inputTokens", 0) if collected.target.model else 0,
        output_tokens=counts.get("outputTokens", 0) if collected.target.model else 0,
        overrides=services.settings.prices,
    )


def check_spent(run: Run, suite: Suite, services: Services) -> None:
    """Raises BudgetExceeded if collecting alone has come to more than the run may cost."""
    if run.max_usd is None:
        return
    spent = spent_usd(suite, services.store.batches(run.run_id), services)
    if spent > run.max_usd:
        raise BudgetExceeded(
            f"Collecting the responses has come to {plain(spent)} USD, above the budget of "
            f"{plain(run.max_usd)} USD",
            where=run.budget_field,
            action="Lower maxTokens or maxToolRounds, take fewer scenarios (sample), or raise the "
            "budget.",
        )
