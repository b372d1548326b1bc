"""The functions' invocations that are going on: the function, its event and its worker."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Invocation:
    """One invocation; ``event`` is its JSON text."""

    function: str
    event: str
    worker: Any


_lock = threading.Lock()
_running: dict[str, Invocation] = {}
_listeners: list[Callable[[str, Any], None]] = []


def listen(heard: Callable[[str, Any], None]) -> None:
    """Tell this of each invocation: the event's JSON text, with the event and with the answer."""
    _listeners.append(heard)


def tell(event: str, told: Any) -> None:
    """Tell who listens."""
    for heard in _listeners:
        heard(event, told)


@contextmanager
def running(request_id: str, function: str, event: Any, worker: Any) -> Iterator[Invocation]:
    """Note an invocation for as long as it goes on."""
    invocation = Invocation(function, json.dumps(event), worker)
    with _lock:
        _running[request_id] = invocation
    tell(invocation.event, event)
    try:
        yield invocation
    finally:
        with _lock:
            _running.pop(request_id, None)


def find(request_id: str) -> Invocation | None:
    """The invocation, or None if it has ended."""
    with _lock:
        return _running.get(request_id)


def kill(request_id: str) -> None:
    """End the invocation's process at once, as AWS does with one that is out of memory."""
    found = find(request_id)
    process = found and found.worker._proc
    if process:
        process.kill()
