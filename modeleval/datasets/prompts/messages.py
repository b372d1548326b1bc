"""Conversations and texts in the fields of a line, read and checked; never quoted."""

from __future__ import annotations

import msgspec

from modeleval.datasets.fields import Fields, kind_of, text_field
from modeleval.datasets.findings import Place
from modeleval.datasets.prompts.identity import ASSISTANT, SYSTEM, USER, Message, role_of

ROLES = (SYSTEM, USER, ASSISTANT)
_NAMED_ROLES = "system, user or assistant"
_SHAPE = 'Write a list of {"role": "…", "content": "…"}'
_WRITE = "Write the text itself"
_list = msgspec.json.Decoder(list[msgspec.Raw])
_fields = msgspec.json.Decoder(Fields)


def read_messages(value: msgspec.Raw, path: str, place: Place) -> list[Message] | None:
    """The messages of a list; None if anything about it is wrong, and all of that is reported."""
    kind = kind_of(value)
    if kind != "an array":
        place.problem(path, f"is {kind}, and must be an array of messages", _SHAPE)
        return None
    items = _list.decode(value)
    if not items:
        place.problem(path, "holds no message", _SHAPE)
        return None
    messages = [_message(item, f"{path}[{number}]", place) for number, item in enumerate(items)]
    whole = [message for message in messages if message is not None]
    return whole if len(whole) == len(messages) else None


def text_or_messages(
    value: msgspec.Raw, path: str, place: Place, role: str
) -> list[Message] | None:
    """A text as one message of that role, or the messages of a list."""
    kind = kind_of(value)
    if kind == "an array":
        return read_messages(value, path, place)
    if kind != "a string":
        what = f"is {kind}, and must be a string or an array of messages"
        place.problem(path, what, _WRITE)
        return None
    return [(role, msgspec.json.decode(value, type=str))]


def check_asked(messages: list[Message], path: str, place: Place) -> None:
    """Report a conversation that asks nothing: it must end with what the user says."""
    if not messages or messages[-1][0] != USER:
        what = "does not end with a message of the user (before the answer, if there is one)"
        place.problem(path, what, "End it with what the model is to answer")
    elif not messages[-1][1].strip():
        what = "is empty" if len(messages) == 1 else "ends with an empty message of the user"
        place.problem(path, what, "Write the prompt, or remove the record")


def _message(item: msgspec.Raw, path: str, place: Place) -> Message | None:
    kind = kind_of(item)
    if kind != "an object":
        place.problem(path, f"is {kind}, and must be an object", _SHAPE)
        return None
    fields = _fields.decode(item)
    role = text_field(fields, "role", place, missing=f"Name it: {_NAMED_ROLES}", inside=f"{path}.")
    content = _content(fields, path, place)
    if role is not None and role not in ROLES:
        place.problem(f"{path}.role", f"is none of {_NAMED_ROLES}", f"Write {_meant(role)}")
        return None
    return None if role is None or content is None else (role, content)


def _content(fields: Fields, path: str, place: Place) -> str | None:
    parts = fields.get("content")
    if parts is not None and kind_of(parts) == "an array":
        what = "is an array of parts, and must be a string"
        place.problem(f"{path}.content", what, "Write the parts' text as one string")
        return None
    return text_field(fields, "content", place, missing=_WRITE, inside=f"{path}.")


def _meant(role: str) -> str:
    plain = role_of(role)  # what others call developer, human or bot
    return plain if plain in ROLES else f"one of {_NAMED_ROLES}, in lower case"
