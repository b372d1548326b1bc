"""A conversation, step by step: each step can be kept, so that nothing is asked twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from modeleval.collecting.answered import (
    KeptCitation,
    KeptPassage,
    json_size,
    kept,
    stripped_messages,
    whole_json,
)
from modeleval.collecting.protocol import NO_USAGE, Asked, Message, Step, Target, TurnFailed, Usage
from modeleval.collecting.scenarios import Scenario

MOST_MESSAGE_BYTES = 200_000
AFTER_FAILURE = "afterFailure"
SERVICE_ERROR = "serviceError"


class Limits(NamedTuple):
    """max_tool_rounds: in one turn. text_needed: passages, or none, are no answer."""

    max_tool_rounds: int
    text_needed: bool = True


class TurnState(msgspec.Struct, omit_defaults=True, rename="camel"):
    """A turn that is over: its answer without thinking, or why there is none.

    thinking: blocks that were removed.
    """

    answer: str | None = None
    failed: str | None = None
    thinking: int = 0
    passages: tuple[KeptPassage, ...] = ()
    citations: tuple[KeptCitation, ...] = ()


class Conversation(msgspec.Struct, omit_defaults=True, rename="camel", kw_only=True):
    """How far a scenario's conversation is.

    messages: of all turns so far; none once the conversation is over. begun: how many of them were
    there when the running turn began. rounds: of tools, in the running turn. used: recorded
    results, by tool. tries: of the next step, that found the target busy.
    """

    scenario: str
    turns: tuple[TurnState, ...] = ()
    messages: list[Message] = []
    begun: int = 0
    rounds: int = 0
    used: dict[str, int] = {}
    tries: int = 0
    requests: int = 0
    tool_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    def to_bytes(self) -> bytes:
        return msgspec.json.encode(self)

    @classmethod
    def from_bytes(cls, data: bytes) -> Conversation:
        """What `to_bytes` wrote; raises msgspec.DecodeError for anything else."""
        return _decode(data)

    @property
    def usage(self) -> Usage:
        return Usage(self.requests, self.tool_calls, self.input_tokens, self.output_tokens)

    def is_over(self, scenario: Scenario) -> bool:
        return len(self.turns) >= len(scenario.turns)

    @property
    def asks(self) -> bool:
        """Whether the next step is a request of the target; else it runs the model's tools."""
        return not self.messages or not self._waits_for_tools

    @property
    def _waits_for_tools(self) -> bool:
        return len(self.messages) > self.begun and self.messages[-1]["role"] == "assistant"


_decode = msgspec.json.Decoder(Conversation).decode


def begin(scenario: Scenario) -> Conversation:
    """A conversation before its first step."""
    return Conversation(scenario=scenario.id)


def advance(
    state: Conversation, scenario: Scenario, target: Target, limits: Limits
) -> Conversation:
    """The conversation after exactly one more step.

    Raises TargetBusy and TargetRefused as the target does; the state is not changed by that.
    """
    opened = _opened(state, scenario)
    try:
        _within_limits(opened, limits)
        step = target.step(_asked(opened, scenario))
    except TurnFailed as failure:
        return fail(_counted(opened, failure.usage), scenario, failure.reason)
    return _after(opened, scenario, step, limits)


def fail(state: Conversation, scenario: Scenario, reason: str) -> Conversation:
    """The conversation whose running turn failed: its later turns are not asked."""
    left = len(scenario.turns) - len(state.turns) - 1
    turns = (TurnState(failed=reason), *[TurnState(failed=AFTER_FAILURE)] * left)
    return _closed(state, turns)


def _opened(state: Conversation, scenario: Scenario) -> Conversation:
    """The state with the running turn's user message."""
    if len(state.messages) > state.begun:
        return state
    user = scenario.turns[len(state.turns)].user
    message: Message = {"role": "user", "content": [{"text": user}]}
    return msgspec.structs.replace(state, messages=[*state.messages, message])


def _within_limits(state: Conversation, limits: Limits) -> None:
    if not state.asks and state.rounds >= limits.max_tool_rounds:
        raise TurnFailed("toolRoundLimit")
    if json_size(state.messages) > MOST_MESSAGE_BYTES:
        raise TurnFailed("conversationTooLong")


def _asked(state: Conversation, scenario: Scenario) -> Asked:
    return Asked(
        scenario=scenario.id,
        turn=len(state.turns) + 1,
        context=scenario.context,
        messages=state.messages,
        rounds=state.rounds,
        tool_results=scenario.tool_results,
        used=state.used,
    )


def _after(state: Conversation, scenario: Scenario, step: Step, limits: Limits) -> Conversation:
    state = _counted(state, step.usage)
    found = None
    try:
        messages = _checked(step, asked=state.asks)
        if step.answer is not None:
            found = kept(step.answer, text_needed=limits.text_needed)
    except TurnFailed as failure:
        return fail(state, scenario, failure.reason)
    used = dict(state.used)
    for tool, number in step.used.items():
        used[tool] = used.get(tool, 0) + number
    going = msgspec.structs.replace(
        state,
        messages=[*state.messages, *messages],
        rounds=state.rounds + (not state.asks),
        used=used,
        tries=0,
    )
    if found is None:
        return going
    turn = TurnState(
        answer=found.text,
        thinking=found.thinking,
        passages=found.passages,
        citations=found.citations,
    )
    over = len(going.turns) + 1 == len(scenario.turns)
    return _closed(going, (turn,), () if over else _finished(going, found.text))


def _finished(state: Conversation, answer: str) -> Sequence[Message]:
    before, running = state.messages[: state.begun], state.messages[state.begun :]
    return [*before, *stripped_messages(running, answer)]


def _closed(
    state: Conversation, turns: tuple[TurnState, ...], messages: Sequence[Message] = ()
) -> Conversation:
    """The state when those turns are over; what the next turn starts from."""
    return msgspec.structs.replace(
        state,
        turns=(*state.turns, *turns),
        messages=list(messages),
        begun=len(messages),
        rounds=0,
        tries=0,
    )


def _checked(step: Step, *, asked: bool) -> list[Message]:
    """The step's messages as JSON has them; raises TurnFailed where they lead nowhere."""
    messages: list[Message] = whole_json(list(step.messages))
    if step.answer is None:
        wanted = "assistant" if asked else "user"
        if not messages or messages[-1].get("role") != wanted:
            raise TurnFailed("invalidAnswer")
    return messages


def _counted(state: Conversation, usage: Usage) -> Conversation:
    if usage == NO_USAGE:
        return state
    requests, tool_calls, input_tokens, output_tokens = state.usage + usage
    return msgspec.structs.replace(
        state,
        requests=requests,
        tool_calls=tool_calls,
        input_tokens=input_tokens,
        output_tokens=output_tokens,
    )
