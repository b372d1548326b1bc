"""How often the target is asked: evenly, whoever asks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Pace:
    """So many requests a minute, evenly spaced, for several threads.

    What was not used is caught up on for a second at most, so that at high rates an operating
    system that wakes late costs none of them. clock, sleep: in seconds.
    """

    def __init__(
        self,
        per_minute: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._interval = 60 / per_minute
        self._caught_up = max(0.0, 1 - self._interval)
        self._clock = clock
        self._sleep = sleep
        self._next = clock()
        self._lock = threading.Lock()

    def reserve(self, until: float) -> float | None:
        """Take the next place and say in how many seconds it is; None if it is after `until`.

        until: seconds from now, as the answer is.
        """
        with self._lock:
            now = self._clock()
            place = max(self._next, now - self._caught_up)
            wait = max(0.0, place - now)
            if wait > until:
                return None
            self._next = place + self._interval
            return wait

    def wait(self, until: float) -> bool:
        """Wait for the next place; False, at once, if it is more than `until` seconds away."""
        wait = self.reserve(until)
        if wait is None:
            return False
        if wait:
            self._sleep(wait)
        return True
