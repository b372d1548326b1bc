"""The connections of the front, which can cut one, as a broken network does.

ASGI has no way to end a connection without an answer, so a connection notes its transport where
the request that it serves can find it.
"""

from __future__ import annotations

import asyncio
import socket
from contextvars import ContextVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_transport: ContextVar[asyncio.Transport] = ContextVar("transport")


class Connection(HttpToolsProtocol):
    """A connection; every task of its requests inherits the note."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Answer at once: an answer's head and body are two packets, and a client may confirm the
        first one only after 40 ms."""
        sock: socket.socket = transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Take what came, of one request or the next."""
        _transport.set(self.transport)
        super().data_received(data)


def cut() -> None:
    """End the connection of the request that is being served, unsent answers included."""
    _transport.get().abort()
