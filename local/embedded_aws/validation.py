"""Checks a request against botocore's service model, the constraints botocore ignores included.

botocore itself checks types, required members and minimum lengths; the service also checks
patterns, enums, maximum lengths and ranges. Values are never echoed: they may be prompts.
"""

from __future__ import annotations

import functools
import re
import sys
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from embedded_aws.errors import invalid

_TYPES: dict[str, tuple[type, ...]] = {
    "structure": (dict,),
    "list": (list,),
    "map": (dict,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "timestamp": (datetime,),
    "blob": (str,),  # base64, as JSON has it
}

# "General" is what the user guide has for judge jobs; the service model's enum lacks it.
_ALSO_ACCEPTED = {"EvaluationTaskType": {"General"}}


def validate(shape: Shape, value: Any) -> None:
    """Raise a ValidationException that lists every violation, in the words AWS uses."""
    errors = list(_violations(shape, value, ""))
    if errors:
        noun = "error" if len(errors) == 1 else "errors"
        raise invalid(f"{len(errors)} validation {noun} detected: {'; '.join(errors)}")


def _violations(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if getattr(shape, "is_document_type", False):
        return  # any JSON
    if not _is_of(shape, value):
        yield _failed(path, f"Member must be of type {shape.type_name}")
    elif isinstance(shape, StructureShape):
        yield from _structure(shape, value, path)
    elif isinstance(shape, ListShape):
        yield from _bounds(shape, len(value), path, "length")
        for index, item in enumerate(value, start=1):
            yield from _violations(shape.member, item, f"{path}.{index}.member")
    elif isinstance(shape, StringShape):
        yield from _string(shape, value, path)
    elif isinstance(shape, MapShape):
        yield from _bounds(shape, len(value), path, "length")
        for name, item in value.items():
            yield from _violations(shape.key, name, _join(path, "key"))
            yield from _violations(shape.value, item, _join(path, "value"))
    elif shape.type_name in ("integer", "long", "float", "double"):
        yield from _bounds(shape, value, path, "value")


def _is_of(shape: Shape, value: Any) -> bool:
    """Whether the value has the shape's type; in Python, but not here, a bool is an int."""
    expected = _TYPES[shape.type_name]
    return isinstance(value, expected) and (bool in expected or not isinstance(value, bool))


def _structure(shape: StructureShape, value: dict[str, Any], path: str) -> Iterator[str]:
    for name in sorted(set(value) - set(shape.members)):
        yield _failed(_join(path, name[:64]), "Member must be known to the service")
    for name in shape.required_members:
        if value.get(name) is None:
            where = _join(path, name)
            yield f"Value null at '{where}' failed to satisfy constraint: Member must not be null"
    present = {name: item for name, item in value.items() if item is not None}
    if shape.is_tagged_union and len(present) != 1:
        yield _failed(path, f"Union must have exactly one member, one of {list(shape.members)}")
    for name, item in present.items():
        if name in shape.members:
            yield from _violations(shape.members[name], item, _join(path, name))


def _string(shape: StringShape, value: str, path: str) -> Iterator[str]:
    yield from _bounds(shape, len(value), path, "length")
    accepted = set(shape.enum) | _ALSO_ACCEPTED.get(shape.name, set())
    if shape.enum and value not in accepted:
        yield _failed(path, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]")
    pattern = shape.metadata.get("pattern")
    if pattern and not _compiled(pattern).fullmatch(value):
        yield _failed(path, f"Member must satisfy regular expression pattern: {pattern}")


def _bounds(shape: Shape, number: float, path: str, what: str) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and number < low:
        yield _failed(path, f"Member must have {what} greater than or equal to {low}")
    if high is not None and number > high:
        yield _failed(path, f"Member must have {what} less than or equal to {high}")


def _failed(path: str, constraint: str) -> str:
    return f"Value at '{path}' failed to satisfy constraint: {constraint}"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of the service model, which is one of Java's.

    What Python's ``re`` lacks: Unicode categories, surrogate pairs for what is beyond the first
    65,536 characters, and a repeated ``$``.
    """
    text = re.sub(r"\$\{\d+,\d+\}", "$", pattern)
    text = text.replace(r"\uD800\uDC00-\uDBFF\uDFFF", "\U00010000-\U0010ffff")
    text = text.replace(r"\p{Alnum}", "a-zA-Z0-9")
    return re.compile(re.sub(r"\\p\{([A-Z])\}", lambda found: _category(found[1]), text))


@functools.cache
def _category(letter: str) -> str:
    """The characters of a Unicode category (``L``: every ``L*``), as ranges within brackets."""
    ranges, start = [], None
    for code in range(sys.maxunicode + 2):
        inside = code <= sys.maxunicode and unicodedata.category(chr(code))[0] == letter
        if inside and start is None:
            start = code
        elif not inside and start is not None:
            ranges.append(f"\\U{start:08x}-\\U{code - 1:08x}")
            start = None
    return "".join(ranges)
