"""What a target is to a conversation: it is asked step by step, and each step can be kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

Message = dict[str, Any]
"""A message as Converse has it: {"role": "user"|"assistant", "content": [block, …]}. Targets that
are no models get and give `text` blocks only. JSON-able."""


class Passage(NamedTuple):
    """A passage that an application retrieved; `name` and `metadata` where it has them."""

    text: str
    name: str | None = None
    metadata: Mapping[str, Any] | None = None


class Citation(NamedTuple):
    """A part of the answer (code points, end exclusive) and what it rests on."""

    start: int
    end: int
    passages: tuple[Passage, ...]


class Answer(NamedTuple):
    """What the target said in the end of a turn. `text` is as it came, thinking included.

    stop_reason: the model's own word, such as end_turn, max_tokens or guardrail_intervened.
    """

    text: str
    passages: tuple[Passage, ...] = ()
    citations: tuple[Citation, ...] = ()
    stop_reason: str | None = None


class Usage(NamedTuple):
    """What was asked: requests of the target, calls of tools, tokens as the service counts them."""

    requests: int = 0
    tool_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: object) -> Usage:
        if not isinstance(other, Usage):
            return NotImplemented
        return Usage(*(mine + more for mine, more in zip(self, other, strict=True)))


NO_USAGE = Usage()
ONE_REQUEST = Usage(requests=1)


class Asked(NamedTuple):
    """Where a conversation stands: the messages of all turns so far, the last of them this turn's.

    turn: from 1. rounds: of tools, in this turn. tool_results: what the scenario recorded, by tool,
    in the order in which they are to be given; `used`: how many of each were given before, in the
    whole conversation.
    """

    scenario: str
    turn: int
    context: Mapping[str, Any]
    messages: Sequence[Message]
    rounds: int
    tool_results: Mapping[str, Sequence[Any]]
    used: Mapping[str, int]


class Step(NamedTuple):
    """One step of a turn: messages to append, and the answer if the turn is over with it.

    rounds: of tools, that the step began. used: recorded results that it gave, by tool.
    """

    messages: Sequence[Message]
    answer: Answer | None = None
    usage: Usage = NO_USAGE
    rounds: int = 0
    used: Mapping[str, int] = {}


class TurnFailed(Exception):
    """The turn has no response; asking again would not help.

    reason: one camelCase word, told and counted, never text of the target: emptyAnswer,
    toolRoundLimit, toolFailed, toolNotRecorded, toolUnknown, timeout, refusedRequest,
    invalidAnswer, answerTooLong, conversationTooLong, serviceError.
    """

    def __init__(self, reason: str, usage: Usage = NO_USAGE) -> None:
        self.reason = reason
        self.usage = usage
        super().__init__(reason)


class TargetBusy(Exception):
    """Throttled, or the service's own fault: the same step is worth another try, later.

    after: the seconds that the target wants to be left alone, at most 60; None if it says nothing.
    """

    def __init__(self, reason: str, after: float | None = None) -> None:
        self.reason = reason
        self.after = after
        super().__init__(reason)


class Target(Protocol):
    """Who is asked. Used by several threads at once."""

    def step(self, asked: Asked) -> Step:
        """One request of the target, or one round of its tools.

        If the last message is the user's (or holds results of tools), the target is asked. If it is
        the assistant's and calls tools, they are executed. Raises TurnFailed or
        TargetBusy; TargetRefused (modeleval.errors) where no turn at all can be answered.
        """
        ...
