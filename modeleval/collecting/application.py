"""The contract with an application, behind a function or an endpoint.

docs/collecting-applications.md describes it. Types are held strictly, unknown fields left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from modeleval.collecting.json_values import NotJson, check_depth
from modeleval.collecting.protocol import (
    ONE_REQUEST,
    Answer,
    Asked,
    Citation,
    Message,
    Passage,
    Step,
    TargetBusy,
    TurnFailed,
    Usage,
)

VERSION = 1
MOST_ANSWER_BYTES = 1024 * 1024
LONGEST_WAIT_SECONDS = 60.0

_Count = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]


class _Passage(msgspec.Struct):
    text: str
    name: str | None = None
    metadata: dict[str, Any] | None = None


class _Citation(msgspec.Struct):
    """passages: their places in the answer's own list (from 0), or passages themselves."""

    start: _Count
    end: _Count
    passages: list[_Count | _Passage]


class _Usage(msgspec.Struct, rename="camel"):
    input_tokens: _Count = 0
    output_tokens: _Count = 0


class _Said(msgspec.Struct, rename="camel"):
    text: str | None = None
    passages: list[_Passage] | None = None
    citations: list[_Citation] | None = None
    usage: _Usage | None = None
    retry_after_seconds: Annotated[float, msgspec.Meta(ge=0)] | None = None


_decode = msgspec.json.Decoder(_Said).decode


def request_of(asked: Asked, model: Mapping[str, str] | None) -> bytes:
    """The conversation as an application is told it; `model` is the run's."""
    request: dict[str, Any] = {
        "version": VERSION,
        "scenario": asked.scenario,
        "turn": asked.turn,
        "context": asked.context,
        "messages": [{"role": one["role"], "text": _text(one)} for one in asked.messages],
    }
    if model:
        request["model"] = dict(model)
    return msgspec.json.encode(request)


def step_of(data: bytes) -> Step:
    """What an application answered. Raises TurnFailed, and TargetBusy if it asks for a pause."""
    if len(data) > MOST_ANSWER_BYTES:
        raise TurnFailed("answerTooLong", ONE_REQUEST)
    try:
        said = _decode(data)
        answer = _answer(said)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, NotJson):
        raise TurnFailed("invalidAnswer", ONE_REQUEST) from None
    usage = said.usage or _Usage()
    return Step(
        [{"role": "assistant", "content": [{"text": answer.text}]}],
        answer,
        Usage(1, 0, usage.input_tokens, usage.output_tokens),
    )


def _answer(said: _Said) -> Answer:
    if said.retry_after_seconds is not None:
        raise TargetBusy("retryAfterSeconds", min(said.retry_after_seconds, LONGEST_WAIT_SECONDS))
    if said.text is None:
        raise NotJson
    passages = [_passage(one) for one in said.passages or ()]
    citations = [_citation(one, said.text, passages) for one in said.citations or ()]
    return Answer(said.text, tuple(passages), tuple(citations))


def _passage(given: _Passage) -> Passage:
    check_depth(given.metadata)
    return Passage(given.text, given.name, given.metadata)


def _citation(given: _Citation, text: str, passages: list[Passage]) -> Citation:
    """Raises NotJson if it points to what is not there."""
    if not given.start <= given.end <= len(text):
        raise NotJson
    cited = []
    for one in given.passages:
        if isinstance(one, int):
            if one >= len(passages):
                raise NotJson
            cited.append(passages[one])
        else:
            cited.append(_passage(one))
    return Citation(given.start, given.end, tuple(cited))


def _text(message: Message) -> str:
    return "\n".join(block["text"] for block in message["content"] if "text" in block)
