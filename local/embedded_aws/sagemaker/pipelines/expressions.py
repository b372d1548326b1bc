"""The functions of a pipeline definition: ``Get`` and ``Std:Join``, found and resolved."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

_EXECUTION = ("PipelineExecutionId", "PipelineExecutionArn", "PipelineName", "PipelineArn")
_STEP = re.compile(r"Steps\.([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_.\[\]'-]+)")
_PARAMETER = re.compile(r"Parameters\.([A-Za-z0-9_-]{1,256})")


class ExpressionError(Exception):
    """What is wrong with an expression."""


def paths(value: Any) -> Iterator[str]:
    """Every path that a value Gets; raises ExpressionError on what is no function."""
    if isinstance(value, list):
        for item in value:
            yield from paths(item)
    elif isinstance(value, dict):
        function = _function(value)
        if function == "Get":
            yield value["Get"]
        else:
            for item in value.values():
                yield from paths(item)


def step_of(path: str) -> tuple[str, str] | None:
    """The step that a path names, and the way inside of it; None for a path of another kind."""
    found = _STEP.fullmatch(path)
    return (found.group(1), found.group(2)) if found else None


def parameter_of(path: str) -> str | None:
    """The parameter that a path names."""
    found = _PARAMETER.fullmatch(path)
    return found.group(1) if found else None


def is_known(path: str) -> bool:
    """Whether a path is of a known kind."""
    start, _, rest = path.partition(".")
    if start == "Execution":
        return rest in _EXECUTION
    return step_of(path) is not None or parameter_of(path) is not None


def resolve(value: Any, lookup: Callable[[str], Any]) -> Any:
    """The value with every function replaced by its result; ``lookup`` answers the paths."""
    if isinstance(value, list):
        return [resolve(item, lookup) for item in value]
    if not isinstance(value, dict):
        return value
    function = _function(value)
    if function == "Get":
        return lookup(value["Get"])
    if function == "Std:Join":
        join = value["Std:Join"]
        parts = [resolve(item, lookup) for item in join["Values"]]
        return str(join["On"]).join(_text(part) for part in parts)
    return {key: resolve(item, lookup) for key, item in value.items()}


def within(value: Any, way: str) -> Any:
    """The member of a value that a dotted way leads to; raises ExpressionError without one."""
    for name in way.split("."):
        if not isinstance(value, dict) or name not in value:
            raise ExpressionError(f"the property '{way}' does not exist")
        value = value[name]
    return value


def _text(part: Any) -> str:
    if isinstance(part, bool) or not isinstance(part, (str, int, float)):
        raise ExpressionError("Std:Join takes strings and numbers only")
    return str(part)


def _function(value: dict[str, Any]) -> str | None:
    """The function that an object is; None for an ordinary object."""
    names = [name for name in value if name == "Get" or name.startswith("Std:")]
    if not names:
        return None
    if len(value) != 1:
        raise ExpressionError(f"'{names[0]}' must be the only member of its object")
    if names[0] == "Get":
        if not isinstance(value["Get"], str):
            raise ExpressionError("'Get' takes a string")
    elif names[0] == "Std:Join":
        _check_join(value["Std:Join"])
    else:
        raise ExpressionError(f"the function '{names[0]}' is not known")
    return names[0]


def _check_join(join: Any) -> None:
    if not isinstance(join, dict) or set(join) != {"On", "Values"}:
        raise ExpressionError("'Std:Join' takes exactly On and Values")
    if not isinstance(join["On"], str) or not isinstance(join["Values"], list):
        raise ExpressionError("'Std:Join' takes a string On and a list Values")
