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
_SHORTEST_RETRY_SECONDS = 60
_SHORTEST_NEAR_SECONDS = 15
NEAR_SECONDS_PER_JOB = 2
_NEAR_SHARE_OF_TIME = 0.01
_FAR_SECONDS_PER_JOB = 1.5
_LONGEST_FAR_SECONDS = 300
_TRIES = 1000
"""Into how many waits at least a deadline is divided where its length is all that bounds them."""
JITTER = 0.1


def poll_seconds(age: float) -> int:
    """Seconds until the next look at a job of that age (seconds): a tenth of it, within bounds."""
    return round(min(max(FIRST_POLL_SECONDS, age * _POLL_SHARE_OF_AGE), LONGEST_POLL_SECONDS))


def retry_seconds(deadline: int, chance: random.Random) -> int:
    """Seconds until a service that did not answer is asked again, with jitter."""
    return _jittered(max(_SHORTEST_RETRY_SECONDS, deadline / _TRIES), chance)


def near_seconds(ahead: int, near: float, chance: random.Random) -> int:
    """Seconds until a job looks again that is near the front for so many seconds, with jitter.

    A hundredth of what it takes until a place is free is lost until it is seen.
    """
    soonest = max(_SHORTEST_NEAR_SECONDS, ahead * NEAR_SECONDS_PER_JOB)
    return _jittered(max(soonest, near * _NEAR_SHARE_OF_TIME), chance)


def far_seconds(ahead: int, deadline: int, chance: random.Random) -> int:
    """Seconds until a job looks again that has so many before it, with jitter.

    Before a service has started as many as are ahead, it has looked.
    """
    wanted = min(ahead * _FAR_SECONDS_PER_JOB, _LONGEST_FAR_SECONDS)
    return _jittered(max(wanted, deadline / _TRIES), chance)


def _jittered(seconds: float, chance: random.Random) -> int:
    return round(seconds * chance.uniform(1 - JITTER, 1 + JITTER))


def timestamp(seconds: float) -> str:
    """ISO 8601 in UTC with milliseconds: sorts as text."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def seconds_of(moment: str) -> float:
    """The inverse of `timestamp`."""
    return datetime.fromisoformat(moment).timestamp()
