"""Values of a line's fields, described by type, length and digest; never quoted."""

from __future__ import annotations

import re
from typing import TypeAlias

import msgspec

from modeleval.datasets.findings import Place
from modeleval.digests import text_digest

Fields: TypeAlias = dict[str, msgspec.Raw]

_KINDS = {'"': "a string", "{": "an object", "[": "an array", "t": "a boolean", "f": "a boolean"}
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
_string = msgspec.json.Decoder(str)


def kind_of(value: bytes) -> str:
    """The JSON type of an encoded value (no space before it), with its article."""
    first = chr(memoryview(value)[0])
    if first == "n":
        return "null"
    return _KINDS.get(first, "a number")


def is_plain_name(name: str) -> bool:
    """Whether a field's name looks like one: others may be text that went astray."""
    return _PLAIN_NAME.fullmatch(name) is not None


def shown_name(name: str) -> str:
    """A field's name, or what it may be called where it does not look like a name."""
    return name if is_plain_name(name) else described(name)


def described(text: str) -> str:
    """A text that must not be quoted."""
    return f"{len(text):,} characters with digest {text_digest(text)[:12]}"


def text_field(
    fields: Fields, name: str, place: Place, *, missing: str | None = None, inside: str = ""
) -> str | None:
    """A field's text; None where it is absent, or not a string (which is then reported).

    missing: what to do if the field is absent; None if it may be. inside: the path of the object
    that holds it, with its dot.
    """
    value = fields.get(name)
    if value is None:
        if missing is not None:
            place.problem(inside + name, "is missing", missing)
        return None
    try:
        # Its escapes and its UTF-8 were checked with the line: only its type can be wrong.
        return _string.decode(value)
    except msgspec.ValidationError:
        kind = kind_of(value)
    action = "Make it a string"
    if kind == "null":
        action = missing or "Leave the field out, or make it a string"
    place.problem(inside + name, f"is {kind}, and must be a string", action)
    return None
