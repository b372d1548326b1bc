"""A connection that ends at a point in time and after so many bytes, however they trickle in."""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable
from typing import Any


class TooMuch(Exception):
    """The other side sent more than it may."""


class TimedSocket:
    """What http.client needs of a socket. Raises TimeoutError once the time is over, TooMuch.

    Whoever opened the inner socket closes it: http.client would, before the body was read.
    """

    def __init__(
        self,
        inner: socket.socket,
        until: float,
        most: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """until: on the clock, in seconds. most: bytes that may come in."""
        self._inner = inner
        self._until = until
        self._left = most
        self._clock = clock

    def sendall(self, data: Any) -> None:
        view = memoryview(data).cast("B")
        while view:
            self._inner.settimeout(self.seconds_left())
            view = view[self._inner.send(view) :]

    def receive_into(self, buffer: Any) -> int:
        if self._left <= 0:
            raise TooMuch
        self._inner.settimeout(self.seconds_left())
        count = self._inner.recv_into(buffer, min(len(buffer), self._left))
        self._left -= count
        return count

    def makefile(self, *_: Any, **__: Any) -> io.BufferedReader:
        return io.BufferedReader(_Incoming(self))

    def seconds_left(self) -> float:
        left = self._until - self._clock()
        if left <= 0:
            raise TimeoutError
        return left

    def close(self) -> None:
        """Nothing."""


class _Incoming(io.RawIOBase):
    def __init__(self, connection: TimedSocket) -> None:
        super().__init__()
        self._connection = connection

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._connection.receive_into(buffer)
