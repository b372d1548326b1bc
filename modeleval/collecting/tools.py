"""The tools of a model: executed by functions, or answered from what the scenario recorded."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from modeleval.collecting.document import Tool
from modeleval.collecting.functions import AnswerTooLong, FunctionFailed, Functions
from modeleval.collecting.json_values import NotJson, read_json
from modeleval.collecting.protocol import Asked, Step, TurnFailed, Usage

MOST_INPUT_BYTES = 256 * 1024
MOST_RESULT_BYTES = 64 * 1024

_UNKNOWN = "There is no tool of that name."
_FAILED = "The tool failed."
_TIMED_OUT = "The tool did not answer in time."
_INPUT_TOO_LONG = "The tool's input is too long."
_RESULT_TOO_LONG = "The tool's result is too long."


class _ToolError(Exception):
    """Why a call has no result, in words that the model may read: nothing of the function's own."""


class _Round(NamedTuple):
    """until: on the clock, when no further function is invoked. used: recorded results, counted."""

    asked: Asked
    until: float
    used: dict[str, int]


class Tools:
    """Answers a model's calls. Used by several threads at once."""

    def __init__(
        self,
        tools: Sequence[Tool],
        functions: Functions | None,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """functions: None if every tool is recorded. seconds: after so many of a round, no further
        function is invoked."""
        self._tools = {tool.name: tool for tool in tools}
        self._functions = functions
        self._seconds = seconds
        self._clock = clock

    def answer(self, asked: Asked, calls: Sequence[Mapping[str, Any]]) -> Step:
        """One round: every call, in its order, answered in one message of the user's.

        A call that fails is told to the model as an error, and counted like any other. If a
        function has no room the whole round is tried again, its first calls too. Raises TurnFailed
        if a recorded tool has no result left, TargetBusy, TargetRefused.
        """
        this = _Round(asked, self._clock() + self._seconds, dict(asked.used))
        blocks = [self._block(this, call) for call in calls]
        gave = {name: count - asked.used.get(name, 0) for name, count in this.used.items()}
        return Step(
            [{"role": "user", "content": blocks}],
            usage=Usage(tool_calls=len(calls)),
            rounds=1,
            used={name: count for name, count in gave.items() if count},
        )

    def _block(self, this: _Round, call: Mapping[str, Any]) -> dict[str, Any]:
        result: dict[str, Any] = {"toolUseId": call["toolUseId"]}
        try:
            result["content"] = [_content(self._result(this, call))]
        except _ToolError as error:
            result |= {"content": [{"text": str(error)}], "status": "error"}
        return {"toolResult": result}

    def _result(self, this: _Round, call: Mapping[str, Any]) -> Any:
        tool = self._tools.get(call["name"])
        if tool is None:
            raise _ToolError(_UNKNOWN)
        if tool.function is None or self._functions is None:
            return _recorded(this.asked, tool.name, this.used)
        if len(msgspec.json.encode(call["input"])) > MOST_INPUT_BYTES:
            raise _ToolError(_INPUT_TOO_LONG)
        if self._clock() >= this.until:
            raise _ToolError(_TIMED_OUT)
        return _executed(self._functions, tool.function, _payload(this.asked, call))


def _payload(asked: Asked, call: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode(
        {
            "tool": call["name"],
            "toolUseId": call["toolUseId"],
            "input": call["input"],
            "scenario": asked.scenario,
            "turn": asked.turn,
            "context": asked.context,
        }
    )


def _executed(functions: Functions, arn: str, payload: bytes) -> Any:
    try:
        return read_json(functions.invoke(arn, payload, most=MOST_RESULT_BYTES))
    except AnswerTooLong:
        raise _ToolError(_RESULT_TOO_LONG) from None
    except FunctionFailed as failed:
        raise _ToolError(_TIMED_OUT if failed.timed_out else _FAILED) from None
    except NotJson:
        raise _ToolError(_FAILED) from None
    except TurnFailed as failed:
        raise _ToolError(_TIMED_OUT if failed.reason == "timeout" else _FAILED) from None


def _recorded(asked: Asked, name: str, used: dict[str, int]) -> Any:
    """The next recorded result. One alone is always the answer."""
    results = asked.tool_results.get(name, ())
    given = used.get(name, 0)
    if len(results) == 1:
        given = 0
    if given >= len(results):
        raise TurnFailed("toolNotRecorded")
    used[name] = used.get(name, 0) + 1
    found = results[given]
    if len(msgspec.json.encode(found)) > MOST_RESULT_BYTES:
        raise _ToolError(_RESULT_TOO_LONG)
    return found


def _content(result: Any) -> dict[str, Any]:
    """A result as a block: Converse takes objects and texts that are not blank."""
    if isinstance(result, str) and result.strip():
        return {"text": result}
    return {"json": result if isinstance(result, dict) else {"result": result}}
