"""The little of HTTP that the front and the stand-ins need, over ASGI."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")


@dataclass(frozen=True)
class Signature:
    """Who signed a request, for which Region and service (the SigV4 credential scope)."""

    access_key: str
    region: str
    service: str


@dataclass(frozen=True)
class Request:
    """A request, its body read."""

    method: str
    path: str
    raw_path: str
    query: dict[str, list[str]]
    raw_headers: list[tuple[bytes, bytes]]
    body: bytes = b""
    client: str = "127.0.0.1"
    secure: bool = True


@dataclass(frozen=True)
class Response:
    """An answer; ``cut`` means that the connection breaks instead, after the work is done."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


def json_response(status: int, value: object, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer. ``headers`` are added to the content type."""
    body = json.dumps(value, separators=(",", ":")).encode()
    return Response(status, body, {"content-type": "application/json", **(headers or {})})


def signature(scope: Scope) -> Signature | None:
    """The credential scope of a header-signed request, or None (presigned ones are S3's)."""
    for name, value in scope["headers"]:
        if name.lower() == b"authorization":
            found = _CREDENTIAL.search(value.decode("latin-1"))
            return Signature(*found.groups()) if found else None
    return None


async def read(scope: Scope, receive: Receive) -> Request:
    """Read a whole request; raises ConnectionError if the client goes away first."""
    chunks = []
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError("the client went away")
        chunks.append(message.get("body", b""))
        more = message.get("more_body", False)
    raw = scope.get("raw_path") or quote(scope["path"]).encode()
    return Request(
        method=scope["method"],
        path=scope["path"],
        raw_path=raw.decode("latin-1"),
        query=parse_qs(scope.get("query_string", b"").decode(), keep_blank_values=True),
        raw_headers=list(scope["headers"]),
        body=b"".join(chunks),
        client=(scope.get("client") or ("127.0.0.1",))[0],
        secure=scope.get("scheme") == "https",
    )


async def write(response: Response, send: Send) -> None:
    """Send an answer."""
    headers = [(name.encode(), value.encode()) for name, value in response.headers.items()]
    headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
