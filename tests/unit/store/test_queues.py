from __future__ import annotations

from typing import Any

import pytest
from unit_fakes import NOW
from unit_table import MemoryTable

from modeleval.store import keys
from modeleval.store.queues import Place, Queues, Ticket

FIRST, SECOND, THIRD = (
    Ticket("bedrock", f"2026-11-22T08:00:0{n}.000Z", f"me{n:016d}", n) for n in range(3)
)


@pytest.fixture
def table() -> MemoryTable:
    return MemoryTable()


@pytest.fixture
def queues(table: Any) -> Queues:
    return Queues(table)


def test_a_place_counts_those_that_arrived_before_whoever_took_a_ticket_first(
    queues: Queues,
) -> None:
    for ticket in (THIRD, FIRST, SECOND):
        queues.take_ticket(ticket, until=NOW + 60)
    found = [queues.place(ticket, now=NOW).ahead for ticket in (FIRST, SECOND, THIRD)]
    assert found == [0, 1, 2]


def test_one_without_a_ticket_has_its_place_by_its_arrival(queues: Queues) -> None:
    queues.take_ticket(FIRST, until=NOW + 60)
    queues.take_ticket(THIRD, until=NOW + 60)
    assert queues.place(SECOND, now=NOW) == Place(ahead=1)


def test_a_ticket_that_ran_out_or_was_dropped_counts_no_more(queues: Queues) -> None:
    queues.take_ticket(FIRST, until=NOW)
    queues.take_ticket(SECOND, until=NOW + 60)
    queues.drop_ticket(SECOND)
    assert queues.place(THIRD, now=NOW) == Place()


def test_a_ticket_is_taken_again_and_keeps_since_when_it_is_near(queues: Queues) -> None:
    queues.take_ticket(FIRST, until=NOW + 1, near_since=NOW)
    queues.take_ticket(FIRST, until=NOW + 60)
    assert queues.place(FIRST, now=NOW + 30) == Place(0, int(NOW))


def test_a_ticket_that_ran_out_has_forgotten_since_when_it_was_near(queues: Queues) -> None:
    queues.take_ticket(FIRST, until=NOW, near_since=NOW - 100)
    assert queues.place(FIRST, now=NOW + 1) == Place()


def test_who_never_waited_has_nothing_to_drop(queues: Queues, table: MemoryTable) -> None:
    queues.drop_ticket(FIRST)
    assert not table.items


def test_queues_know_nothing_of_each_other(queues: Queues) -> None:
    queues.take_ticket(FIRST._replace(queue="bedrock-human"), until=NOW + 60)
    assert queues.place(SECOND, now=NOW) == Place()


def test_dynamodb_deletes_a_ticket_soon_after_it_ran_out(
    queues: Queues, table: MemoryTable
) -> None:
    queues.take_ticket(FIRST, until=NOW + 60)
    [item] = table.items.values()
    assert item[keys.EXPIRES] == int(NOW) + 60 + 3600
