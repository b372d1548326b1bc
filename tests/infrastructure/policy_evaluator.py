"""What IAM would say to one request, by the policies of a template: for tests only.

Only what the template uses: Allow and Deny, wildcards in actions and resources, and the condition
operators below. Anything else in a statement is an error here, not a silent `no`. Source: IAM user
guide, "Policy evaluation logic" and "IAM JSON policy elements: Condition operators".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from template_reader import as_list

Context = Mapping[str, str]
_KNOWN = {"Sid", "Effect", "Action", "Resource", "Principal", "Condition"}


def allowed(
    statements: Iterable[Mapping[str, Any]], action: str, resource: str, **context: str
) -> bool:
    """Context keys are written with `__` for `:`, such as `kms__ViaService`."""
    given = {key.replace("__", ":"): value for key, value in context.items()}
    effects = {
        statement["Effect"]
        for statement in statements
        if applies(statement, action, resource, given)
    }
    return effects == {"Allow"}


def applies(statement: Mapping[str, Any], action: str, resource: str, context: Context) -> bool:
    assert set(statement) <= _KNOWN, set(statement) - _KNOWN
    return (
        any(_like(action.lower(), pattern.lower()) for pattern in as_list(statement["Action"]))
        and any(_like(resource, pattern) for pattern in as_list(statement.get("Resource", "*")))
        and all(
            _holds(operator, key, as_list(values), context)
            for operator, tests in statement.get("Condition", {}).items()
            for key, values in tests.items()
        )
    )


def _holds(operator: str, key: str, values: list[Any], context: Context) -> bool:
    """A key that the request does not have meets no condition."""
    found = {name.lower(): value for name, value in context.items()}.get(key.lower())
    if found is None:
        return False
    match operator:
        case "StringEquals" | "Bool":
            return found in values
        case "StringLike":
            return any(_like(found, value) for value in values)
        case "ArnEquals" | "ArnLike":
            return any(_arn_like(found, value) for value in values)
        case "NumericLessThan":
            return any(float(found) < float(value) for value in values)
    raise AssertionError(f"the evaluator does not know {operator}")


def _like(value: str, pattern: str) -> bool:
    """`*` and `?` are wildcards; brackets are not."""
    return fnmatchcase(value, re.sub(r"\[", "[[]", pattern))


def _arn_like(value: str, pattern: str) -> bool:
    """Each of the six parts of an ARN by itself: no wildcard reaches over a colon."""
    parts, patterns = value.split(":", 5), pattern.split(":", 5)
    return len(parts) == len(patterns) and all(map(_like, parts, patterns))
