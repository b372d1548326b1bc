"""Where a conversation stands, as a model that answers it reads it; and how its tokens count."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from embedded_aws.bedrock.converse.rules import blocks

_TOKEN = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True)
class Turn:
    """The turn that is to be answered.

    text: what the user says. results: what the tools of this turn gave, the failed ones left out.
    rounds: of tools, in this turn. messages: of the whole conversation.
    """

    text: str
    results: tuple[str, ...]
    rounds: int
    messages: int


def read(messages: list[dict[str, Any]]) -> Turn:
    """The last turn: it begins with the last message of the user that holds no tool's result."""
    start = max(
        number
        for number, message in enumerate(messages)
        if message["role"] == "user" and not blocks([message], "toolResult")
    )
    results = [
        _as_text(block)
        for result in blocks(messages[start:], "toolResult")
        if result.get("status") != "error"
        for block in result["content"]
    ]
    rounds = sum(1 for message in messages[start:] if blocks([message], "toolUse"))
    return Turn(said(messages[start]), tuple(results), rounds, len(messages))


def said(message: dict[str, Any]) -> str:
    """The text of one message."""
    guards = blocks([message], "guardContent")
    guarded = [guard["text"]["text"] for guard in guards if "text" in guard]
    return "\n".join([*blocks([message], "text"), *guarded])


def spoken_of(request: Any) -> str:
    """The user's text of the turn, of a request that may be unsound: empty then."""
    try:
        return read(request["messages"]).text
    except (LookupError, TypeError, ValueError, AttributeError):
        return ""


def _as_text(block: dict[str, Any]) -> str:
    if "text" in block:
        return str(block["text"])
    return json.dumps(block["json"], ensure_ascii=False, separators=(", ", ": "))


def tokens(value: Any) -> int:
    """Words and signs in all the texts of a value: what counts as a token here."""
    if isinstance(value, str):
        return len(_TOKEN.findall(value))
    if isinstance(value, dict):
        return sum(tokens(item) for item in value.values())
    if isinstance(value, list):
        return sum(tokens(item) for item in value)
    return 1 if isinstance(value, (int, float)) else 0


def input_tokens(request: dict[str, Any]) -> int:
    """The tokens of what a model is given."""
    said = [message["content"] for message in request["messages"]]
    return sum(tokens(part) for part in (said, request.get("system"), request.get("toolConfig")))


def cut(text: str, most: int) -> str:
    """The text's beginning of at most so many tokens."""
    for number, found in enumerate(_TOKEN.finditer(text), start=1):
        if number == most:
            return text[: found.end()]
    return text
