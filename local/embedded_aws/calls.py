"""What is remembered of the calls, for the control API."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from embedded_aws.fresh import now


@dataclass
class Call:
    """What is remembered of a call: enough to assert on, and no content."""

    operation: str
    name: str | None = None
    status: int = 0
    error: str | None = None
    caller: str | None = None
    time: datetime = field(default_factory=now)

    def to_json(self, name: str = "name") -> dict[str, Any]:
        """As the control API shows it, the name under a member of this name."""
        shown = {name if key == "name" else key: value for key, value in vars(self).items()}
        return {**shown, "time": self.time.isoformat(timespec="milliseconds")}


class Calls:
    """The calls since the last reset, in the order of their answers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: list[Call] = []

    def add(self, call: Call) -> None:
        """Remember one more."""
        with self._lock:
            self._calls.append(call)

    def all(self) -> list[Call]:
        """Every call."""
        with self._lock:
            return list(self._calls)

    def clear(self) -> None:
        """Forget them."""
        with self._lock:
            self._calls.clear()
