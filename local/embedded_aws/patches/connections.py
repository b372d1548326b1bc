"""The front can cut a connection, as a broken network does.

ASGI has no way to end a connection without an answer, so hypercorn's connection object notes its
transport where the request that it serves can find it. hypercorn comes with MiniStack's own pin.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from contextvars import ContextVar

from hypercorn.asyncio import run as hypercorn_run
from hypercorn.asyncio.tcp_server import TCPServer

from embedded_aws.patches.check import require, require_source

_NAME = "connections"
_transport: ContextVar[asyncio.WriteTransport] = ContextVar("transport")


class _Connection(TCPServer):  # type: ignore[misc] # no stubs
    async def run(self) -> None:
        """Serve the connection; every task of its requests inherits the note."""
        _transport.set(self.writer.transport)
        with suppress(TimeoutError):  # of TLS's farewell, to a client that is gone
            await super().run()


def apply() -> None:
    """Serve connections with the class that notes its transport."""
    require(hypercorn_run.TCPServer is TCPServer, _NAME, "hypercorn has no TCPServer to replace")
    require_source(hypercorn_run.worker_serve, _NAME, "await TCPServer(app, loop, config")
    hypercorn_run.TCPServer = _Connection


def cut() -> None:
    """End the connection of the request that is being served, unsent answers included."""
    _transport.get().abort()
