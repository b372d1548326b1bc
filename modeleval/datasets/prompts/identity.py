"""Which prompt is which: digests of what a model is asked, in the dataset and in the output.

The service writes the prompt into its output in a form of its own, so the digest is taken of the
conversation (roles and contents), which every dataset format and every form of output can be
brought to.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from modeleval.digests import text_digest
from modeleval.literals import MAX_CHARACTERS, read_literal

Message: TypeAlias = tuple[str, str]
"""Role and content."""

USER, ASSISTANT, SYSTEM = "user", "assistant", "system"
_ROLES = {
    "human": USER,
    "bot": ASSISTANT,
    "gpt": ASSISTANT,
    "model": ASSISTANT,
    "developer": SYSTEM,
}


class MatchKeys(NamedTuple):
    """How a prompt of the output may be known in the index, most exact first.

    conversations: digests of whole conversations. user: digest of the last user content alone.
    """

    conversations: tuple[str, ...]
    user: str


def conversation_digest(messages: Sequence[Message]) -> str:
    """Digest of a conversation, 32 hex digits; an empty system message is the same as none."""
    parts = ((role_of(role), content) for role, content in messages)
    said = [part for part in parts if part[0] != SYSTEM or part[1].strip()]
    return text_digest("conversation", *(text for message in said for text in message))


def user_digest(messages: Sequence[Message]) -> str:
    """Digest of what the user said last, alone, 32 hex digits."""
    said = (content for role, content in reversed(messages) if role_of(role) == USER)
    return text_digest("user", next(said, ""))


def role_of(role: str) -> str:
    """A role as the digests have it: without case, and by one name of several."""
    plain = role.strip().lower()
    return _ROLES.get(plain, plain)


def parse_prompt(text: str) -> list[Message]:
    """The conversation that a prompt of the output holds.

    The text is a Python `repr` or JSON of a list of messages, or is itself what a user said.
    Never raises.
    """
    stripped = text.strip()
    for value in (_json(stripped), read_literal(stripped)):
        messages = _messages(value)
        if messages:
            return messages
    return [(USER, text)]


def match_keys(prompt: str) -> MatchKeys:
    """The keys of a prompt of the output: as it reads, without the answer at its end, as text."""
    messages = parse_prompt(prompt)
    readings = (messages, without_answer(messages), [(USER, prompt)])
    digests = dict.fromkeys(conversation_digest(reading) for reading in readings)
    return MatchKeys(tuple(digests), user_digest(messages))


def without_answer(messages: Sequence[Message]) -> list[Message]:
    """The conversation up to the last message that is not the assistant's."""
    asked = list(messages)
    while asked and role_of(asked[-1][0]) == ASSISTANT:
        asked.pop()
    return asked


def _json(text: str) -> object:
    if text[:1] not in ("[", "{") or len(text) > MAX_CHARACTERS:
        return None
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value


def _messages(value: object) -> list[Message] | None:
    """The messages in a value; None unless all of it is messages."""
    if isinstance(value, dict):
        value = value.get("messages", [value])
    if not isinstance(value, list) or not value:
        return None
    messages = []
    for item in value:
        role = item.get("role") if isinstance(item, dict) else None
        content = _content(item.get("content")) if isinstance(role, str) else None
        if not isinstance(role, str) or content is None:
            return None
        messages.append((role_of(role), content))
    return messages


def _content(value: object) -> str | None:
    """A content's text; of a list of parts, the texts one after another."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list):
        return None
    return "".join(_texts(value))


def _texts(parts: Iterable[object]) -> Iterable[str]:
    for part in parts:
        text = part.get("text") if isinstance(part, dict) else part
        if isinstance(text, str):
            yield text
