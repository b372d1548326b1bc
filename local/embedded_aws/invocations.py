"""The functions' invocations that are going on: the function, its event and its worker."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
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


@contextmanager
def running(request_id: str, function: str, event: Any, worker: Any) -> Iterator[None]:
    """Note an invocation for as long as it goes on."""
    with _lock:
        _running[request_id] = Invocation(function, json.dumps(event), worker)
    try:
        yield
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
