"""What the List operations have in common: filters and order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any


def chosen(
    items: Iterable[Any],
    request: dict[str, Any],
    orders: Mapping[str, Callable[[Any], Any]],
) -> list[Any]:
    """The items (with ``name``, ``created`` and ``arn``) that a request asks for, in its order.

    NameContains ignores the case. Without SortBy the order is that of creation; ``orders`` has the
    other values of SortBy. SortOrder is Ascending unless the request says otherwise.
    """
    part = request.get("NameContains", "").lower()
    after = _first(request, "CreationTimeAfter", "CreatedAfter")
    before = _first(request, "CreationTimeBefore", "CreatedBefore")
    found = [
        item
        for item in items
        if part in item.name.lower()
        and (after is None or item.created > after)
        and (before is None or item.created < before)
    ]
    found.sort(key=lambda item: (item.created, item.arn))
    key = orders.get(request.get("SortBy", ""))
    if key is not None:
        found.sort(key=key)
    if request.get("SortOrder", "Ascending") == "Descending":
        found.reverse()
    return found


def _first(request: dict[str, Any], *names: str) -> Any:
    return next((request[name] for name in names if name in request), None)
