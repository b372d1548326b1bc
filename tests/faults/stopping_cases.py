"""What is ended, in which state, and how it is told: the states, a case, what was found."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from demo.deployment import ROOT
from modeleval.store.items import Job, Run

_FILES = {"run": "evaluation_run", "job": "evaluation_job", "batch": "collecting_batch"}


class State(NamedTuple):
    """A state of a machine. outermost: the one of the machine itself that it is in, perhaps it."""

    name: str
    type: str
    outermost: str


def states(machine: str) -> dict[str, State]:
    """The states of a machine by name, those within others too."""
    text = (ROOT / "statemachine" / f"{_FILES[machine]}.asl.json").read_text(encoding="utf-8")
    found: dict[str, State] = {}

    def walk(part: Any, within: str | None) -> None:
        for name, state in part["States"].items():
            outermost = within or name
            found[name] = State(name, state["Type"], outermost)
            for inner in (*state.get("Branches", ()), state.get("ItemProcessor")):
                if inner:
                    walk(inner, outermost)

    walk(json.loads(text), None)
    return found


@dataclass(frozen=True)
class Case:
    """An execution of one of the machines that is ended while it is in a state.

    calls: of the state's function those that wait until the execution has been ended and cleaned up
    after; nothing for a state that is held by what its children do, or by a Wait. before: what is
    disturbed so that the run gets there. aborts: whose execution is ended, by default that one.
    """

    state: str
    machine: str = "run"
    suite: str = "judged"
    calls: Mapping[str, Any] | None = None
    before: Mapping[str, Any] | None = None
    fails: bool = False
    status: str = "ABORTED"
    aborts: str = ""
    job: int = 0
    first_collected: bool = False
    """The calls are held only once the responses are being collected."""

    @property
    def name(self) -> str:
        whose = f" of the {self.ended}" if self.ended != self.machine else ""
        at = f" at {self.calls['operation']}" if self.calls and "operation" in self.calls else ""
        number = f" {self.job}" if self.job else ""
        return f"{self.machine}{number} in {self.state}{at}: {self.status}{whose}"

    @property
    def while_jobs_run(self) -> bool:
        """Whether the services' jobs are held while it is brought into the state."""
        return self.suite == "judged" and (self.machine == "job" or self.state == "RunJob")

    @property
    def ended(self) -> str:
        """Whose execution is ended."""
        return self.aborts or self.machine


@dataclass
class Found:
    """What there was once the execution had ended and nothing was held any more."""

    status: str
    in_state: bool
    run: Run
    jobs: list[Job]
    live: list[str]
    """Jobs that a service still ran, of those that were to end."""


@dataclass
class Resumed:
    """What resuming the run came to."""

    status: str
    error: str | None
    asked: set[str]
    """The jobs that a service was asked for anew."""
    attempt: int
    scores: list[dict[str, Any]]
    left: tuple[str, ...]
    """What is still not done after the scores."""
