"""Doing to a function's call what was asked for, between the caller and whoever answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from embedded_aws import connections, http, invocations, wire_errors
from embedded_aws.function_calls import LATE, Arrival, Disturbance, FunctionCall, FunctionCalls

Message = MutableMapping[str, Any]
Application = Callable[[http.Scope, http.Receive, http.Send], Awaitable[None]]
_LOOK_SECONDS = 0.05
_REFUSALS = {"throttle": wire_errors.throttled, "error": wire_errors.internal}


class Disturbing:
    """Hands on the requests of functions, noted and perhaps disturbed."""

    def __init__(self, calls: FunctionCalls, application: Application) -> None:
        self._calls = calls
        self._application = application

    async def serve(
        self, found: Arrival, scope: http.Scope, receive: http.Receive, send: http.Send
    ) -> None:
        """Answer one request."""
        call, disturbance = self._calls.arrive(found)
        if disturbance is None:
            await self._application(scope, receive, _noting(call, send))
        elif disturbance.how in _REFUSALS:
            await http.read(scope, receive)
            refusal = _REFUSALS[disturbance.how](found.service, found.protocol)
            await http.write(refusal, _noting(call, send))
        elif disturbance.how == "hold":
            while self._calls.wants(disturbance):
                await asyncio.sleep(_LOOK_SECONDS)
            await self._application(scope, receive, _noting(call, send))
        else:
            await self._application(scope, receive, _noting(call, _discard))
            await _spoil(disturbance, found, send)


async def _spoil(disturbance: Disturbance, found: Arrival, send: http.Send) -> None:
    """Let the answer come too late, or not at all."""
    if disturbance.how == "late":
        await http.write(http.Response(504, headers={LATE: "yes"}), send)
        return
    if disturbance.how == "kill":
        invocations.kill(found.request_id)
    connections.cut()


async def _discard(_: Message) -> None:
    """An answer that nobody gets."""


def _noting(call: FunctionCall, send: http.Send) -> http.Send:
    """Note the status on its way."""

    async def note(message: Message) -> None:
        if message["type"] == "http.response.start":
            call.status = message["status"]
        await send(message)

    return note
