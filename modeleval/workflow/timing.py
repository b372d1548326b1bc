"""How long the steps of a job wait: seldom enough for 20,000 history events in 30 days.

An evaluation job takes minutes or days, and nothing tells when it ends (no event, no `.sync`):
the wait grows with the job's age, so that what took long is asked for seldom.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime

FIRST_POLL_SECONDS = 30
LONGEST_POLL_SECONDS = 1800
_POLL_SHARE_OF_AGE = 0.1
_SHORTEST_QUEUE_SECONDS = 60
_QUEUE_TRIES = 720
_JITTER = 0.25


def poll_seconds(age: float) -> int:
    """Seconds until the next look at a job of that age (seconds): a tenth of it, within bounds."""
    return round(min(max(FIRST_POLL_SECONDS, age * _POLL_SHARE_OF_AGE), LONGEST_POLL_SECONDS))


def queue_seconds(deadline: int, chance: random.Random) -> int:
    """Seconds until the service is asked again for room: fixed per job, with jitter.

    A queue is served in no order; the jitter keeps runs from asking in step.
    """
    interval = max(_SHORTEST_QUEUE_SECONDS, deadline / _QUEUE_TRIES)
    return round(interval * chance.uniform(1 - _JITTER, 1 + _JITTER))


def timestamp(seconds: float) -> str:
    """ISO 8601 in UTC with milliseconds: sorts as text."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def seconds_of(moment: str) -> float:
    """The inverse of `timestamp`."""
    return datetime.fromisoformat(moment).timestamp()
