"""The filter of a retrieval by the passages' metadata.

Limits: botocore's service model of `bedrock`, shape RetrievalFilter.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from modeleval.documents import closest

_COMPARISONS = (
    "equals",
    "notEquals",
    "greaterThan",
    "greaterThanOrEquals",
    "lessThan",
    "lessThanOrEquals",
    "in",
    "notIn",
    "startsWith",
    "listContains",
    "stringContains",
)
_GROUPS = ("andAll", "orAll")
_LONGEST_KEY = 100
_LEAST = 2
DEEPEST = 10


def check_filter(given: Mapping[str, object], depth: int = DEEPEST) -> None:
    """Raise ValueError unless it is one comparison, or two or more under andAll or orAll."""
    if depth == 0:
        raise ValueError(f"the filter is nested too deeply; at most {DEEPEST} levels")
    if len(given) != 1:
        raise ValueError("a filter has exactly one operator, such as equals, andAll or orAll")
    [(operator, operand)] = given.items()
    if operator in _GROUPS:
        if not isinstance(operand, list) or len(operand) < _LEAST:
            raise ValueError(f"{operator} takes a list of at least two filters")
        for one in operand:
            if not isinstance(one, Mapping):
                raise ValueError(f"{operator} takes a list of filters")
            check_filter(one, depth - 1)
    elif operator in _COMPARISONS:
        _check_comparison(operator, operand)
    else:
        near = closest(str(operator), [*_COMPARISONS, *_GROUPS])
        meant = f"; did you mean {near}?" if near else f"; one of {', '.join(_COMPARISONS)}"
        raise ValueError(f"no such operator{meant}")


def _check_comparison(operator: str, operand: object) -> None:
    if not isinstance(operand, Mapping) or set(operand) != {"key", "value"}:
        raise ValueError(f'{operator} takes {{"key": …, "value": …}}')
    key = operand["key"]
    if not isinstance(key, str) or not 0 < len(key) <= _LONGEST_KEY:
        raise ValueError(f"{operator}: a key is a text of 1 to {_LONGEST_KEY} characters")
    try:
        json.dumps(operand["value"], allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise ValueError(f"{operator}: the value is not JSON: no dates, no NaN") from None
