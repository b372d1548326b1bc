"""What the functions call, kept in order, and what is to go wrong with it.

A *call* is one that a program makes; botocore may need several *tries* for it. Calls are counted
per scope, function and operation, from 1. A scope is a name for texts, of which one must occur in
the event that a function was invoked with, such as a run's id or its execution's ARN. It can learn
more of them: the values that some names have in its functions' events and answers.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from embedded_aws import invocations
from embedded_aws.http import Scope

HEADER = "x-embedded-aws-call"
LATE = "x-embedded-aws-too-late"
HOWS = {
    "throttle": "the service's throttling error, and nothing is done",
    "error": "the service's internal error (500), and nothing is done",
    "cut": "the call is carried out, and the connection breaks",
    "late": "the call is carried out, and the SDK gives up waiting for the answer",
    "kill": "the call is carried out, and the calling function's process ends",
    "hold": "the call waits until this is forgotten, and is carried out then",
}
_FIELDS = {"scope", "function", "service", "operation", "occurrence", "how", "tries"}
_KEPT = 50_000
_TRIED_AGAIN = 1_000
"""A call that is tried again is among the latest."""


@dataclass
class _Texts:
    """A scope: what must occur in an event, and whose values are added to that."""

    texts: set[str] = field(default_factory=set)
    learns: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Arrival:
    """A try of a call, as its headers tell it. ``call_id`` is the same for all its tries."""

    request_id: str
    call_id: str
    service: str
    protocol: str
    operation: str


@dataclass
class FunctionCall:
    """One call: how often it was tried, the status of the last answer, and what was done to it."""

    scope: str
    function: str
    service: str
    operation: str
    occurrence: int
    invocation: str
    tries: int = 0
    status: int = 0
    disturbed: int = 0

    def to_json(self) -> dict[str, Any]:
        """As the control API shows it."""
        return dict(vars(self))


@dataclass
class Disturbance:
    """What happens to the first ``tries`` of a call; without ``occurrence``, of each such call.

    Empty texts mean any; a part of the function's name is enough. Every try of a call is held.
    """

    how: str
    scope: str = ""
    function: str = ""
    service: str = ""
    operation: str = ""
    occurrence: int = 0
    tries: int = 1

    def concerns(self, call: FunctionCall) -> bool:
        """Whether this is about that try of the call."""
        return (
            self.scope in ("", call.scope)
            and self.function in call.function
            and self.service in ("", call.service)
            and self.operation in ("", call.operation)
            and self.occurrence in (0, call.occurrence)
            and (call.tries <= self.tries or self.how == "hold")
        )


def arrival(scope: Scope) -> Arrival | None:
    """What a request's headers tell of it, or None if no function sent it."""
    headers = {name.lower(): value for name, value in scope["headers"]}
    told = headers.get(HEADER.encode(), b"").decode("latin-1").split(" ")
    if len(told) != 4:  # noqa: PLR2004 - as the worker writes it
        return None
    request_id, service, protocol, operation = told
    call_id = headers.get(b"amz-sdk-invocation-id", b"").decode("latin-1")
    return Arrival(request_id, call_id, service, protocol, operation)


def parse(value: Any) -> Disturbance:
    """A disturbance from the control API's JSON; raises ValueError that says what is wrong."""
    if not isinstance(value, dict) or value.get("how") not in HOWS:
        raise ValueError(f"a disturbance is an object whose how is one of {sorted(HOWS)}")
    unknown = set(value) - _FIELDS
    if unknown:
        raise ValueError(f"a disturbance has no {sorted(unknown)}; it has {sorted(_FIELDS)}")
    return Disturbance(**value)


class FunctionCalls:
    """The calls since the last reset, and the disturbances that are asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._scopes: dict[str, _Texts] = {}
        self._calls: deque[FunctionCall] = deque(maxlen=_KEPT)
        self._open: OrderedDict[str, FunctionCall] = OrderedDict()
        self._count: Counter[tuple[str, str, str, str]] = Counter()
        self._disturbances: list[Disturbance] = []

    def add_scope(self, value: Any) -> None:
        """``{"name", "texts", "learns"?}``: a new scope, or more for one that is known."""
        if not value["name"] or not all(value["texts"]):
            raise ValueError("a scope has a name, and texts that are not empty")
        with self._lock:
            scope = self._scopes.setdefault(value["name"], _Texts())
            scope.texts.update(value["texts"])
            scope.learns.update(value.get("learns", ()))

    def drop_scope(self, name: str) -> None:
        """Forget a scope and its disturbances; its calls stay. Every call looks through all."""
        with self._lock:
            self._scopes.pop(name, None)
            self._disturbances = [one for one in self._disturbances if one.scope != name]

    def learn(self, event: str, told: Any) -> None:
        """Let the scope of an invocation's event learn from its event or its answer, an object."""
        if not isinstance(told, dict):
            return
        with self._lock:
            scope = self._scopes.get(self._scope_of(event))
            if scope:
                found = (told.get(name) for name in scope.learns)
                scope.texts.update(text for text in found if isinstance(text, str) and text)

    def disturb(self, wanted: Iterable[Disturbance]) -> None:
        """Ask for disturbances; of those that concern a try, the first one happens."""
        with self._lock:
            self._disturbances.extend(wanted)

    def calm(self, scope: str | None = None, function: str = "") -> None:
        """Forget the disturbances, or those that were asked for this scope and function."""
        with self._lock:
            self._disturbances = [
                one
                for one in self._disturbances
                if scope not in (None, one.scope) or function not in one.function
            ]

    def wants(self, disturbance: Disturbance) -> bool:
        """Whether it is still asked for."""
        with self._lock:
            return any(one is disturbance for one in self._disturbances)

    def disturbances(self) -> list[Disturbance]:
        """Those asked for."""
        with self._lock:
            return list(self._disturbances)

    def all(self, scope: str | None = None) -> list[FunctionCall]:
        """The calls, or those of a scope, in the order of their first try."""
        with self._lock:
            return [call for call in self._calls if scope in (None, call.scope)]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            for kept in (
                self._scopes, self._calls, self._open, self._count, self._disturbances,
            ):  # fmt: skip
                kept.clear()

    def arrive(self, found: Arrival) -> tuple[FunctionCall, Disturbance | None]:
        """Note a try; the call that it belongs to, and what is to happen to it."""
        invocation = invocations.find(found.request_id)
        with self._lock:
            call = self._open.get(found.call_id) or self._begin(found, invocation)
            call.tries += 1
            disturbance = next((d for d in self._disturbances if d.concerns(call)), None)
            call.disturbed += disturbance is not None
            return call, disturbance

    def _begin(self, found: Arrival, invocation: invocations.Invocation | None) -> FunctionCall:
        function = invocation.function if invocation else ""
        scope = self._scope_of(invocation.event) if invocation else ""
        key = (scope, function, found.service, found.operation)
        self._count[key] += 1
        call = FunctionCall(*key, self._count[key], found.request_id)
        self._calls.append(call)
        if found.call_id:
            self._open[found.call_id] = call
        if len(self._open) > _TRIED_AGAIN:
            self._open.popitem(last=False)
        return call

    def _scope_of(self, event: str) -> str:
        for name, scope in self._scopes.items():
            if any(text in event for text in scope.texts):
                return name
        return ""
