"""Two hundred runs at once against a quota of 20: everybody gets room, in fair time."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from queue_world import Arrival, QueueWorld, Waited

SLACK = 60.0
"""Seconds: who would be first at once still has to look."""


def fair(waited: list[Waited]) -> None:
    for one in waited:
        assert one.seconds <= 2 * one.ideal + SLACK


def test_of_two_hundred_jobs_none_waits_longer_than_twice_its_ideal_time() -> None:
    chance = random.Random(1)
    world = QueueWorld(20)
    jobs = [Arrival(chance.uniform(0, 60), chance.choice([180, 300, 600])) for _ in range(200)]
    waited = world.serve(jobs)
    fair(waited)
    assert sum(one.seconds for one in waited) < 1.25 * sum(one.ideal for one in waited)
    assert world.most_at_once == 20
    # The service is asked in vain by the first alone.
    assert world.asked < 4 * len(jobs)


@pytest.mark.parametrize(
    ("length", "outsiders"),
    [(lambda _: 3600.0, 0), (lambda chance: chance.lognormvariate(8, 1), 0), (lambda _: 900.0, 15)],
    ids=["as long as each other", "some much longer", "others of the account hold most places"],
)
def test_it_is_fair_whatever_the_jobs_and_the_others_of_the_account(
    length: Callable[[random.Random], float], outsiders: int
) -> None:
    chance = random.Random(2)
    jobs = [Arrival(chance.uniform(0, 60), length(chance)) for _ in range(50)]
    fair(QueueWorld(20, outsiders=outsiders).serve(jobs))


def test_a_queue_that_never_empties_keeps_its_order() -> None:
    chance = random.Random(3)
    jobs = [Arrival(40 * n + chance.uniform(0, 40), chance.uniform(300, 900)) for n in range(60)]
    fair(QueueWorld(10).serve(jobs))


def test_without_contention_nobody_waits_or_asks_twice() -> None:
    world = QueueWorld(20)
    assert world.serve([Arrival(n, 600) for n in range(20)]) == [Waited(0, 0, 1)] * 20
    assert world.asked == 20
