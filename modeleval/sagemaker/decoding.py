"""JSON that Python programs wrote: NaN may stand in it, and numbers may be anything."""

from __future__ import annotations

import json
import math
from typing import TypeVar

import msgspec

T = TypeVar("T")


def decode(data: bytes, kind: type[T]) -> T | None:
    """The document as a `kind`; None if it is not JSON or not of that form.

    Python's json writes NaN bare, which is not JSON: such files are read a second time.
    """
    try:
        return msgspec.json.decode(data, type=kind)
    except (ValueError, RecursionError):
        pass
    try:
        return msgspec.convert(json.loads(data), kind)
    except (ValueError, RecursionError):
        return None


def finite(value: object) -> float | None:
    """A finite number; None for anything else, booleans and texts included."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def count(value: object) -> int | None:
    """A number of things, also where it was written 10.0."""
    number = finite(value)
    return None if number is None else int(number)
