"""JSON from others, read strictly: no NaN, no halves of surrogate pairs, no bottomless nesting."""

from __future__ import annotations

from typing import Any

import msgspec

DEEPEST = 64


class NotJson(Exception):
    """It is no JSON, or nested more deeply than anything is that means something."""


def read_json(data: bytes) -> Any:
    """The value. Raises NotJson."""
    try:
        value = msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise NotJson from None
    check_depth(value)
    return value


def check_depth(value: Any) -> None:
    """Raises NotJson if more than DEEPEST lists and objects stand in each other."""
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return
    raise NotJson


def _inside(value: Any) -> list[Any]:
    """The lists and objects that stand in this one."""
    if not isinstance(value, dict | list):
        return []
    inner = value.values() if isinstance(value, dict) else value
    return [one for one in inner if isinstance(one, dict | list)]
