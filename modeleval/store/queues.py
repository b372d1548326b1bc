"""Queues: which jobs wait for room at a service, in the order of their arrival."""

from __future__ import annotations

from typing import NamedTuple

from boto3.dynamodb.conditions import Attr, Key

from modeleval.store import keys
from modeleval.store.rows import Rows

_KEPT_SECONDS = 3600
"""How long a ticket stays after it has run out: DynamoDB deletes it some time later."""


class Ticket(NamedTuple):
    """A job in a queue: `since` is when it arrived, ISO 8601 in UTC."""

    queue: str
    since: str
    run_id: str
    job: int

    @property
    def key(self) -> dict[str, str]:
        return keys.ticket_key(self.queue, self.since, self.run_id, self.job)


class Place(NamedTuple):
    """Where a job stands in its queue.

    ahead: how many that wait arrived before it.
    near_since: since when it is noted as near the front, in epoch seconds.
    """

    ahead: int = 0
    near_since: int | None = None


class Queues(Rows):
    """One partition per queue, with a ticket of each job that waits.

    A ticket is a lease. Who no longer comes back stands in nobody's way once it has run out, and
    who comes back late has the same place again: it is the arrival that counts.
    """

    def place(self, ticket: Ticket, *, now: float) -> Place:
        """Where a job stands, whether it took its ticket or not."""
        own = ticket.key
        found = self._query(
            Key(keys.PARTITION).eq(own[keys.PARTITION]) & Key(keys.SORT).lte(own[keys.SORT]),
            where=Attr("leasedUntil").gt(int(now)),
            consistent=True,
        )
        ahead, near_since = 0, None
        for item in found:
            if item[keys.SORT] == own[keys.SORT]:
                near_since = int(item["nearSince"]) if "nearSince" in item else None
            else:
                ahead += 1
        return Place(ahead, near_since)

    def take_ticket(self, ticket: Ticket, *, until: float, near_since: float | None = None) -> None:
        """Wait until some epoch second, or go on waiting."""
        fields = {"leasedUntil": int(until), keys.EXPIRES: int(until) + _KEPT_SECONDS}
        if near_since is not None:
            fields["nearSince"] = int(near_since)
        self._update(ticket.key, fields, None)

    def drop_ticket(self, ticket: Ticket) -> None:
        """Wait no longer; nothing if it did not."""
        self._update(ticket.key, {"leasedUntil": 0}, Attr("leasedUntil").gt(0))
