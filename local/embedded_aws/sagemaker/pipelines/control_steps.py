"""Steps that train nothing: Callback, Condition and Fail, as a definition has them.

Sources: SageMaker's pipeline definition JSON schema, and what the SageMaker Python SDK writes for
CallbackStep, ConditionStep and FailStep.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

CALLBACK, CONDITION, FAIL = "Callback", "Condition", "Fail"
CALLBACK_MEMBERS = {"SqsQueueUrl", "OutputParameters"}
_OUTPUT_TYPES = ("String", "Integer", "Float", "Boolean")
_MOST_OUTPUTS = 50
_LONGEST_URL = 256
_LONGEST_MESSAGE = 3072
_BRANCHES = {"IfSteps": True, "ElseSteps": False}
_CONDITIONS = {
    "Equals": {"LeftValue", "RightValue"},
    "In": {"QueryValue", "Values"},
    "Not": {"Expression"},
    "Or": {"Conditions"},
}


class ControlError(Exception):
    """What is wrong with such a step."""


class Placed(NamedTuple):
    """A step of a definition, and the outcome of a condition that it is for, if any."""

    entry: Any
    branch: tuple[str, bool] | None


def flattened(steps: list[Any], branch: tuple[str, bool] | None = None) -> Iterator[Placed]:
    """The steps with those inside conditions, each once."""
    for entry in steps:
        yield Placed(entry, branch)
        if not isinstance(entry, dict) or entry.get("Type") != CONDITION:
            continue
        inside = entry.get("Arguments", {})
        for name, outcome in _BRANCHES.items():
            nested = inside.get(name, []) if isinstance(inside, dict) else []
            if not isinstance(nested, list):
                raise ControlError(f"{name} must be a list of steps")
            yield from flattened(nested, (str(entry.get("Name")), outcome))


def own_arguments(entry: dict[str, Any]) -> Any:
    """A step's arguments without the steps inside of it."""
    arguments = entry.get("Arguments")
    if entry.get("Type") != CONDITION or not isinstance(arguments, dict):
        return arguments
    return {name: value for name, value in arguments.items() if name not in _BRANCHES}


def outputs(entry: dict[str, Any]) -> tuple[str, ...]:
    """The names of the outputs that a Callback step declares; raises ControlError."""
    if entry.get("Type") != CALLBACK:
        return ()
    listed = entry.get("OutputParameters", [])
    if not isinstance(listed, list) or len(listed) > _MOST_OUTPUTS:
        raise ControlError(f"OutputParameters must be a list of at most {_MOST_OUTPUTS}")
    for one in listed:
        if not isinstance(one, dict) or set(one) != {"OutputName", "OutputType"}:
            raise ControlError("an output has exactly OutputName and OutputType")
        if one["OutputType"] not in _OUTPUT_TYPES:
            raise ControlError(f"OutputType must be one of {_OUTPUT_TYPES}")
    return tuple(str(one["OutputName"]) for one in listed)


def check(kind: str, arguments: dict[str, Any], queue_url: Any) -> None:
    """Raise ControlError unless the resolved step has the shape of its kind."""
    if kind == CALLBACK:
        if not isinstance(queue_url, str) or not queue_url.startswith("https://"):
            raise ControlError("SqsQueueUrl must be the URL of a queue")
        if len(queue_url) > _LONGEST_URL:
            raise ControlError(f"SqsQueueUrl must have at most {_LONGEST_URL} characters")
    elif kind == CONDITION:
        if set(arguments) != {"Conditions"}:
            raise ControlError("a Condition step has Conditions, IfSteps and ElseSteps")
        _check_conditions(arguments["Conditions"])
    else:
        message = arguments.get("ErrorMessage")
        if set(arguments) != {"ErrorMessage"} or not isinstance(message, str):
            raise ControlError("a Fail step has an ErrorMessage, a string")
        if len(message) > _LONGEST_MESSAGE:
            raise ControlError(f"ErrorMessage must have at most {_LONGEST_MESSAGE} characters")


def _check_conditions(conditions: Any) -> None:
    if not isinstance(conditions, list) or not conditions:
        raise ControlError("Conditions must be a list of at least one condition")
    for one in conditions:
        kind = one.get("Type") if isinstance(one, dict) else None
        if kind not in _CONDITIONS:
            raise ControlError(f"this stand-in knows the conditions {sorted(_CONDITIONS)}")
        if set(one) != {"Type", *_CONDITIONS[kind]}:
            raise ControlError(f"a condition {kind} has {sorted(_CONDITIONS[kind])}")
        if kind in ("Not", "Or"):
            _check_conditions([one["Expression"]] if kind == "Not" else one["Conditions"])


def holds(condition: dict[str, Any]) -> bool:
    """Whether a condition of resolved values is met."""
    match condition["Type"]:
        case "Equals":
            return bool(condition["LeftValue"] == condition["RightValue"])
        case "In":
            return condition["QueryValue"] in condition["Values"]
        case "Not":
            return not holds(condition["Expression"])
    return any(holds(one) for one in condition["Conditions"])
