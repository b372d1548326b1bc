"""Scenarios and scripted targets, for the tests of collecting."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from modeleval.collecting.protocol import Answer, Asked, Step, TargetBusy, TurnFailed, Usage
from modeleval.collecting.scenarios import Scenario

ONE_REQUEST = Usage(requests=1, input_tokens=10, output_tokens=5)


def scenario(name: str = "one", turns: int = 1, **more: Any) -> Scenario:
    asked = [f"{name} asks {number}" for number in range(1, turns + 1)]
    return Scenario.model_validate({"id": name, "category": "c", "turns": asked} | more)


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": [{"text": text}]}


def assistant(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": [{"text": text}]}


def calls(tool: str, number: int) -> dict[str, Any]:
    use = {"toolUse": {"toolUseId": f"t{number}", "name": tool, "input": {}}}
    return {"role": "assistant", "content": [{"text": "<thinking>a tool</thinking>"}, use]}


def results(number: int) -> dict[str, Any]:
    result = {"toolResult": {"toolUseId": f"t{number}", "content": [{"text": "4"}]}}
    return {"role": "user", "content": [result]}


class Scripted:
    """Answers by script, and remembers each step that it took.

    script: by (scenario, turn), what the turn does before it answers: "busy", "tool", or a reason
    to fail with. A turn without a script answers at once. answers: by (scenario, turn).
    """

    def __init__(
        self,
        script: Mapping[tuple[str, int], list[str]] | None = None,
        answers: Mapping[tuple[str, int], Answer] | None = None,
    ) -> None:
        self._script = {key: list(words) for key, words in (script or {}).items()}
        self._answers = dict(answers or {})
        self._lock = threading.Lock()
        self.asked: list[Asked] = []
        self.answered: list[tuple[str, int, str]] = []

    def step(self, asked: Asked) -> Step:
        place = (asked.scenario, asked.turn)
        with self._lock:
            self.asked.append(asked)
            if asked.messages[-1]["role"] == "assistant":
                self.answered.append((*place, f"results {len(asked.messages)}"))
                usage = Usage(tool_calls=1)
                return Step([results(asked.rounds)], usage=usage, used={"add": 1})
            word = self._next(place)
            if word == "busy":
                raise TargetBusy("throttled")
            self.answered.append((*place, f"request {len(asked.messages)}"))
            if word == "tool":
                return Step([calls("add", asked.rounds)], usage=ONE_REQUEST)
            if word is not None:
                raise TurnFailed(word, ONE_REQUEST)
            answer = self._answers.get(place, Answer(f"{place[0]} hears {place[1]}"))
            return Step([assistant(answer.text)], answer, ONE_REQUEST)

    def _next(self, place: tuple[str, int]) -> str | None:
        words = self._script.get(place)
        return words.pop(0) if words else None


class Kept:
    """A store in memory; `crash_after` saves, it raises Crash instead of going on."""

    def __init__(self, crash_after: int | None = None) -> None:
        self.states: dict[int, bytes] = {}
        self.saves = 0
        self.crash_after = crash_after
        self._lock = threading.Lock()

    def load(self, position: int) -> bytes | None:
        return self.states.get(position)

    def save(self, position: int, data: bytes) -> None:
        with self._lock:
            self.states[position] = data
            self.saves += 1
            if self.crash_after is not None and self.saves >= self.crash_after:
                self.crash_after = None
                raise Crash


class Crash(Exception):
    """The process ends here."""
