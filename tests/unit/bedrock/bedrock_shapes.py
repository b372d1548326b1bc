"""What botocore knows and does not check: patterns, enums and lengths of a request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from botocore.model import Shape


def violations(value: Any, shape: Shape, path: str = "") -> Iterator[str]:
    """Every constraint of the service model that the value does not keep."""
    if getattr(shape, "is_document_type", False):
        return
    if shape.type_name in ("float", "integer"):
        yield from _number(value, shape, path)
        return
    yield from _size(value, shape, path)
    if shape.type_name == "structure":
        yield from _structure(value, shape, path)
    elif shape.type_name == "list":
        for number, item in enumerate(value):
            yield from violations(item, shape.member, f"{path}[{number}]")
    elif shape.type_name == "string":
        yield from _text(value, shape, path)
    else:
        yield f"{path}: no rule here for {shape.type_name}"


def _structure(value: dict[str, Any], shape: Any, path: str) -> Iterator[str]:
    for name in shape.required_members:
        if name not in value:
            yield f"{path}.{name}: missing"
    if getattr(shape, "is_tagged_union", False) and len(value) != 1:
        yield f"{path}: a union of {len(value)} members"
    for name, item in value.items():
        if name not in shape.members:
            yield f"{path}.{name}: unknown"
        else:
            yield from violations(item, shape.members[name], f"{path}.{name}")


def _number(value: Any, shape: Shape, path: str) -> Iterator[str]:
    kinds = {"float": float, "integer": int}
    if type(value) is not kinds[shape.type_name]:
        yield f"{path}: {type(value)} is no {shape.type_name}"
        return
    low, high = shape.metadata.get("min", value), shape.metadata.get("max", value)
    if not low <= value <= high:
        yield f"{path}: {value} is not within {low} to {high}"


def _size(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if shape.type_name == "structure":
        return
    low, high = shape.metadata.get("min", 0), shape.metadata.get("max", len(value))
    if not low <= len(value) <= high:
        yield f"{path}: length {len(value)} is not within {low} to {high}"


def _text(value: str, shape: Any, path: str) -> Iterator[str]:
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(pattern, value):
        yield f"{path}: does not match {pattern}"
    if shape.enum and value not in shape.enum:
        yield f"{path}: {value} is not one of {', '.join(shape.enum)}"
