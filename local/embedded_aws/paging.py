"""Pages of a listing, and the tokens between them."""

from __future__ import annotations

import base64
import json
from typing import Any

from embedded_aws.errors import invalid

BEDROCK = ("nextToken", "maxResults")
SAGEMAKER = ("NextToken", "MaxResults")


def page(
    items: list[Any],
    request: dict[str, Any],
    size: int,
    members: tuple[str, str] = BEDROCK,
) -> tuple[list[Any], str | None]:
    """One page and the token of the next. Pages are small, whatever the request's maximum says.

    ``members`` are the request's names of the token and of the maximum.
    """
    token, most = members
    start = _position(request, token)
    end = start + min(size, request.get(most, size))
    return items[start:end], _token(end, request, token) if end < len(items) else None


def _filters(request: dict[str, Any], token: str) -> str:
    parts = {name: str(value) for name, value in request.items() if name != token}
    return json.dumps(parts, sort_keys=True)


def _token(position: int, request: dict[str, Any], token: str) -> str:
    text = json.dumps([position, _filters(request, token)])
    return base64.urlsafe_b64encode(text.encode()).decode()


def _position(request: dict[str, Any], token: str) -> int:
    """Where the page starts; a token only continues the very request that it came from."""
    given = request.get(token)
    if given is None:
        return 0
    try:
        position, filters = json.loads(base64.urlsafe_b64decode(given))
    except ValueError:
        raise invalid(f"The provided {token} is invalid.") from None
    if filters != _filters(request, token):
        raise invalid(f"The provided {token} belongs to another request.")
    return int(position)
