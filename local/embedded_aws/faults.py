"""Faults on demand: what a service, or the network before it, does wrong next."""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

KINDS = {
    "error": "the operation answers with an error, and does nothing",
    "delay": "the operation is done after some seconds",
    "lost-response": "the operation is done, and its answer is lost",
    "fail-job": "a job ends Failed",
    "fail-step": "a step of a pipeline fails",
    "output": "a job's output has a defect",
    "generator": "the model gives no response to a record",
    "answer": "the model of Converse answers with what the fault says",
}
DEFECTS = ("drop-record", "null-result", "missing-result", "nan-result", "bare-names")
GENERATOR_DEFECTS = ("drop-record", "no-response")
_NAMED = {"jobName": "job_name", "step": "job_name", "stopReason": "stop_reason"}
_FIELDS = {
    "kind", "operation", "times", "code", "message", "how", "defect", "seconds", "about", "content",
    *_NAMED,
}  # fmt: skip


@dataclass
class Fault:
    """One fault; ``times`` counts down to nothing. An empty ``job_name`` means any job.

    Of Converse: ``about`` is a part of what the user says in the turn, ``content`` the blocks of an
    answer (a text is one block) and ``stop_reason`` how it ends.
    """

    kind: str
    times: int
    operation: str = ""
    code: str = "ThrottlingException"
    message: str = ""
    how: str = "error"
    defect: str = ""
    job_name: str = ""
    seconds: float = 1.0
    about: str = ""
    content: str | list[dict[str, Any]] = ""
    stop_reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """As the control API shows it."""
        names = {"job_name": "jobName", "stop_reason": "stopReason"}
        return {names.get(k, k): v for k, v in vars(self).items() if v != ""}


def parse(value: Any, operations: Collection[str]) -> Fault:
    """A fault from the control API's JSON; raises ValueError that says what is wrong.

    ``operations`` are those of all stand-ins, whose names differ.
    """
    if not isinstance(value, dict) or value.get("kind") not in KINDS:
        raise ValueError(f"a fault is an object whose kind is one of {sorted(KINDS)}")
    unknown = set(value) - _FIELDS
    if unknown:
        raise ValueError(f"a fault has no {sorted(unknown)}; it has {sorted(_FIELDS)}")
    arguments = {_NAMED.get(k, k): v for k, v in value.items()}
    fault = Fault(**{"times": 1, **arguments})
    if fault.kind in ("error", "lost-response", "delay") and fault.operation not in operations:
        raise ValueError(f"operation must be one of {sorted(operations)}")
    if fault.kind == "output" and fault.defect not in DEFECTS:
        raise ValueError(f"defect must be one of {DEFECTS}")
    if fault.kind == "generator" and fault.defect not in ("", *GENERATOR_DEFECTS):
        raise ValueError(f"defect must be one of {GENERATOR_DEFECTS}")
    if fault.kind == "answer":
        fault.operation = "Converse"  # no other operation has answers to be told
        if not isinstance(fault.content, (str, list)):
            raise ValueError("content must be a text, or a list of Converse's content blocks")
    if fault.how not in ("error", "cut"):
        raise ValueError("how must be 'error' or 'cut'")
    return fault


class Faults:
    """The faults that are still to happen, in the order they were asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Ask for one more."""
        with self._lock:
            self._pending.append(fault)

    def clear(self) -> None:
        """Forget all that have not happened."""
        with self._lock:
            self._pending.clear()

    def pending(self) -> list[Fault]:
        """Those still to happen."""
        with self._lock:
            return list(self._pending)

    def take(
        self, kind: str, *, operation: str = "", job_name: str = "", about: str = ""
    ) -> Fault | None:
        """The next fault of this kind for this operation, job or turn, used up once."""
        with self._lock:
            for fault in self._pending:
                if (
                    fault.kind == kind
                    and fault.operation == operation
                    and fault.job_name in job_name
                    and fault.about in about
                ):
                    fault.times -= 1
                    if fault.times <= 0:
                        self._pending.remove(fault)
                    return fault
        return None
