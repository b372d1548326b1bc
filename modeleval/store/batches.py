"""Batches of scenarios: how far each has come, and who works on it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from boto3.dynamodb.conditions import Attr
from pydantic import Field

from modeleval.errors import RunNotFound
from modeleval.store import keys
from modeleval.store.items import Failure, StoredItem
from modeleval.store.rows import Rows


class BatchStatus(StrEnum):
    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"

    @property
    def ended(self) -> bool:
        return self in (BatchStatus.DONE, BatchStatus.FAILED)


class Batch(StoredItem):
    """Scenarios of one evaluation that are asked by one child execution, first to last (exclusive).

    counts: what was asked and collected so far, as modeleval.collecting.counts writes it.
    leased_until: epoch seconds.
    """

    run_id: str
    batch: int
    evaluation: int
    first: int
    last: int
    status: BatchStatus = BatchStatus.PLANNED
    attempt: int = 1
    """The attempt of its run in which it was last gone on with."""
    counts: dict[str, int | dict[str, int]] = Field(default_factory=dict)
    error: Failure | None = None
    requests_before: int = -1
    in_vain: int = 0
    """How many invocations in a row added no request to those before."""
    leased_by: str | None = None
    leased_until: int = 0

    @property
    def scenarios(self) -> int:
        return self.last - self.first


class Batches(Rows):
    """The batches of runs."""

    def create_batches(self, planned: Sequence[Batch]) -> None:
        """Store planned batches; those that are there stay as they are."""
        self._put_all_new(
            [
                {**one.to_item(), **keys.batch_key(one.run_id, one.batch), **self._expiry()}
                for one in planned
            ]
        )

    def batches(self, run_id: str) -> list[Batch]:
        """The batches of a run, by number; none of a run that collects nothing."""
        return [Batch.from_item(item) for item in self._of_run(run_id, keys.BATCH_PREFIX)]

    def batch(self, run_id: str, batch: int) -> Batch:
        """Raises RunNotFound."""
        item = self._get(keys.batch_key(run_id, batch))
        if item is None:
            raise RunNotFound(f"Run {run_id} has no batch {batch}", action="Look at the run.")
        return Batch.from_item(item)

    def lease_batch(self, run_id: str, batch: int, by: str, *, now: float, until: float) -> bool:
        """Take a batch that has not ended, or take it again, unless another holds it."""
        over = Attr("leasedUntil").lt(int(now))
        free = Attr("leasedBy").not_exists() | Attr("leasedBy").eq(by) | over
        fields = {"leasedBy": by, "leasedUntil": int(until), "status": BatchStatus.RUNNING}
        return self._update(keys.batch_key(run_id, batch), fields, _OPEN & free)

    def release_batch(self, run_id: str, batch: int, by: str) -> None:
        """Give a batch back, for whoever goes on with it."""
        mine = Attr("leasedBy").eq(by)
        self._update(keys.batch_key(run_id, batch), {"leasedUntil": 0}, _OPEN & mine)

    def update_batch(
        self,
        run_id: str,
        batch: int,
        *,
        by: str | None = None,
        **fields: Any,
    ) -> bool:
        """Change a batch that has not ended, of `by` only if that holds it; whether it did."""
        condition = _OPEN if by is None else _OPEN & Attr("leasedBy").eq(by)
        return self._update(keys.batch_key(run_id, batch), fields, condition)


_OPEN = ~Attr("status").is_in([str(status) for status in BatchStatus if status.ended])
