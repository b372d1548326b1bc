"""What an execution of a run has done so far: its steps, from Step Functions' own history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

_STEPS = frozenset({"TaskStateEntered", "MapStateEntered", "ParallelStateEntered"})
"""Choices and ends take no time, and say nothing to a person."""
_FAILED = ("Failed", "TimedOut", "Aborted")


class Step(NamedTuple):
    """A state of the machine, from when it was first entered to when it was last left.

    `times`: how often it was entered, more than once in a Map. `errors`: what Step Functions
    calls the tries that failed, in their order; those that a later try made good are among them.
    """

    name: str
    began: datetime
    ended: datetime | None
    times: int
    errors: tuple[str, ...]

    def seconds(self, now: datetime) -> float:
        """How long it took, or has been going on."""
        return ((self.ended or now) - self.began).total_seconds()


def steps_of(events: Iterable[Mapping[str, Any]]) -> list[Step]:
    """The steps of a history, in the order in which they were entered.

    Source: the HistoryEvent type of the Step Functions API reference.
    """
    entered: dict[str, list[datetime]] = {}
    left: dict[str, list[datetime]] = {}
    errors: dict[str, list[str]] = {}
    within: dict[int, str] = {}  # an event's id: the state in which it happened
    for event in events:
        kind, moment = event["type"], event["timestamp"]
        state = _entered(event) or within.get(event.get("previousEventId", 0))
        if state is not None:
            within[event["id"]] = state
        if kind in _STEPS and state is not None:
            entered.setdefault(state, []).append(moment)
        elif kind.endswith("StateExited"):
            left.setdefault(event["stateExitedEventDetails"]["name"], []).append(moment)
        elif kind.endswith(_FAILED) and state is not None:
            errors.setdefault(state, []).append(_error(event))
    return [
        Step(
            name,
            moments[0],
            left[name][-1] if len(left.get(name, ())) == len(moments) else None,
            len(moments),
            tuple(errors.get(name, ())),
        )
        for name, moments in entered.items()
    ]


def _entered(event: Mapping[str, Any]) -> str | None:
    details = event.get("stateEnteredEventDetails")
    return None if details is None else str(details["name"])


def _error(event: Mapping[str, Any]) -> str:
    """The error's name, never its cause; the event's type where it has none."""
    details = [value for key, value in event.items() if key.endswith("EventDetails")]
    names = [one["error"] for one in details if one.get("error")]
    return str(names[0]) if names else str(event["type"])
