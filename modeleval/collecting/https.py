"""A POST over HTTPS to an address that was checked: no redirects, no proxies, nothing unpacked."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from http.client import HTTPConnection, HTTPMessage, HTTPResponse, IncompleteRead
from typing import NamedTuple
from urllib.parse import urlsplit

from modeleval.collecting.addresses import Address, Resolve, addresses_of
from modeleval.collecting.timed_socket import TimedSocket

PORT = 443
CONNECT_SECONDS = 5.0
MOST_HEADER_BYTES = 64 * 1024


class Received(NamedTuple):
    """What came back: `body` has one byte more than was asked for at most if it was longer."""

    status: int
    headers: HTTPMessage
    body: bytes


class Https:
    """Posts to one address, each time on a new connection. Used by several threads at once."""

    def __init__(
        self,
        url: str,
        *,
        seconds: float,
        most: int,
        allow_private: bool = False,
        resolve: Resolve = socket.getaddrinfo,
        context: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """seconds: for a whole request, looking the name up aside. most: bytes of a body."""
        parts = urlsplit(url)
        self._host = str(parts.hostname)
        self._port = parts.port or PORT
        self._path = parts.path or "/"
        self._seconds = seconds
        self._most = most
        self._allow_private = allow_private
        self._resolve = resolve
        self._context = context or ssl.create_default_context()
        self._clock = clock

    def post(self, body: bytes, headers: Mapping[str, str]) -> Received:
        """Raises AddressRefused, TimeoutError, TooMuch, OSError and http.client.HTTPException.

        ssl.SSLCertVerificationError is an OSError.
        """
        addresses = addresses_of(
            self._host, self._port, allow_private=self._allow_private, resolve=self._resolve
        )
        until = self._clock() + self._seconds
        with closing(self._connected(addresses, until)) as secured:
            connection = _Connection(self._host, self._port)
            connection.sock = TimedSocket(
                secured, until, self._most + MOST_HEADER_BYTES, self._clock
            )
            connection.request("POST", self._path, body, dict(headers))
            response = connection.getresponse()
            return Received(response.status, response.headers, self._body(response))

    def _body(self, response: HTTPResponse) -> bytes:
        """The body, or its begin if it is too long. Raises IncompleteRead if its end is missing."""
        body = response.read(self._most + 1)
        if response.length and len(body) <= self._most:
            raise IncompleteRead(b"", response.length)
        return body

    def _connected(self, addresses: list[Address], until: float) -> ssl.SSLSocket:
        """A TLS connection with the first of the addresses that answers."""
        last: OSError = OSError("no address")
        for address in addresses:
            left = min(until - self._clock(), CONNECT_SECONDS)
            if left <= 0:
                break
            try:
                plain = socket.create_connection((str(address), self._port), timeout=left)
            except OSError as error:
                last = ConnectionError(type(error).__name__)
                continue
            return self._secured(plain, until)
        raise last

    def _secured(self, plain: socket.socket, until: float) -> ssl.SSLSocket:
        try:
            plain.settimeout(max(until - self._clock(), 0.001))
            return self._context.wrap_socket(plain, server_hostname=self._host)
        except BaseException:
            plain.close()
            raise


class _Connection(HTTPConnection):
    """Sends on the connection that it is given, and makes none itself."""

    auto_open = 0
    default_port = PORT
