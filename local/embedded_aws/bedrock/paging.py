"""Pages of a listing, and the tokens between them."""

from __future__ import annotations

import base64
import json
from typing import Any

from embedded_aws.bedrock.errors import invalid


def page(items: list[Any], request: dict[str, Any], size: int) -> tuple[list[Any], str | None]:
    """One page and the token of the next. Pages are small, whatever ``maxResults`` says."""
    start = _position(request)
    end = start + min(size, request.get("maxResults", size))
    return items[start:end], _token(end, request) if end < len(items) else None


def _filters(request: dict[str, Any]) -> str:
    parts = {name: str(value) for name, value in request.items() if name != "nextToken"}
    return json.dumps(parts, sort_keys=True)


def _token(position: int, request: dict[str, Any]) -> str:
    text = json.dumps([position, _filters(request)])
    return base64.urlsafe_b64encode(text.encode()).decode()


def _position(request: dict[str, Any]) -> int:
    """Where the page starts; a token only continues the very request that it came from."""
    token = request.get("nextToken")
    if token is None:
        return 0
    try:
        position, filters = json.loads(base64.urlsafe_b64decode(token))
    except ValueError:
        raise invalid("The provided nextToken is invalid.") from None
    if filters != _filters(request):
        raise invalid("The provided nextToken belongs to another request.")
    return int(position)
