"""Reading trust and key policies: does a statement let a service in, for these jobs?

Only what such policies need is understood; a condition that is not is taken as not met, so that a
policy that is right in another way is a problem to look at, never a silent yes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, NamedTuple
from urllib.parse import unquote

Statement = Mapping[str, Any]

_OPERATOR = re.compile(r"(?:StringEquals|StringLike|ArnEquals|ArnLike)(?:IfExists)?", re.IGNORECASE)
_ACCOUNT = "aws:sourceaccount"


class Caller(NamedTuple):
    """Who asks: a service, for a resource of an account. `context` has lower-case keys."""

    service: str
    context: Mapping[str, str]


def calling(service: str, account: str, source_arn: str) -> Caller:
    return Caller(service, {_ACCOUNT: account, "aws:sourcearn": source_arn})


def statements(policy: Mapping[str, Any] | str) -> list[Statement]:
    """The statements of a policy: a document, or its text (IAM's may be URL-encoded)."""
    document = json.loads(unquote(policy)) if isinstance(policy, str) else policy
    return [*_several(document.get("Statement", []))]


def lets_in(policy: Sequence[Statement], caller: Caller, *actions: str) -> str:
    """Empty if the policy allows the caller all of the actions; else what is wrong with it."""
    asked = [one for one in policy if _about(one, caller.service, actions)]
    if any(one.get("Effect") == "Deny" and _conditions_met(one, caller) for one in asked):
        return f"a statement denies {caller.service}"
    allowing = [one for one in asked if one.get("Effect") == "Allow"]
    if not allowing:
        return f"no statement lets {caller.service} in"
    met = [one for one in allowing if _conditions_met(one, caller)]
    if not met:
        return f"{caller.service} is let in under conditions that its jobs do not meet"
    missing = [action for action in actions if not any(_names(one, action) for one in met)]
    return f"{caller.service} is not allowed {', '.join(missing)}" if missing else ""


def names_account(policy: Sequence[Statement], caller: Caller, action: str) -> bool:
    """Whether a statement that lets the caller in has a condition on aws:SourceAccount."""
    return any(
        one.get("Effect") == "Allow"
        and _about(one, caller.service, (action,))
        and _conditions_met(one, caller)
        and any(key.lower() == _ACCOUNT for _, key, _ in _conditions(one))
        for one in policy
    )


def _about(statement: Statement, service: str, actions: Sequence[str]) -> bool:
    """Whether it speaks of the service and at least one of the actions."""
    principal = statement.get("Principal", {})
    services = ["*"] if principal == "*" else [*_several(principal.get("Service", []))]
    return any(one in ("*", service) for one in services) and any(
        _names(statement, action) for action in actions
    )


def _names(statement: Statement, action: str) -> bool:
    patterns = (str(one).lower() for one in _several(statement.get("Action", [])))
    return any(fnmatchcase(action.lower(), pattern) for pattern in patterns)


def _conditions_met(statement: Statement, caller: Caller) -> bool:
    return all(
        _OPERATOR.fullmatch(operator) is not None
        and _meets(caller.context.get(key.lower()), operator, values)
        for operator, key, values in _conditions(statement)
    )


def _meets(given: str | None, operator: str, values: Sequence[str]) -> bool:
    if given is None:
        return operator.lower().endswith("ifexists")
    exact = operator.lower().startswith("stringequals")
    # What is given may itself stand for many (evaluation-job/*): a wider pattern covers it.
    return any(given == value if exact else fnmatchcase(given, value) for value in values)


def _conditions(statement: Statement) -> Iterator[tuple[str, str, list[str]]]:
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            yield operator, key, [str(one) for one in _several(values)]


def _several(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]
