"""An HTTPS server of the tests' own, whose every byte a test decides, under a name that it has."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

HOST = "bot.example.com"
Handler = Callable[[ssl.SSLSocket, bytes], None]
"""Gets the connection and the whole request, and sends what it likes."""


class Certificate:
    """A certificate for HOST, which is its own authority."""

    def __init__(self, folder: Path) -> None:
        self.file, self.key = folder / "certificate.pem", folder / "key.pem"
        command = (
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
            f"-subj /CN={HOST} -addext subjectAltName=DNS:{HOST} "
            f"-out {self.file} -keyout {self.key}"
        )
        subprocess.run(command.split(), check=True, capture_output=True)

    @property
    def trusted(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.file))

    @property
    def served(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key)
        return context


class Server:
    """Listens on loopback; `requests` are those that it got, head and body apart."""

    def __init__(self, certificate: Certificate, handler: Handler) -> None:
        self._handler = handler
        self._context = certificate.served
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.requests: list[tuple[bytes, bytes]] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.port}/chat"

    def resolve(self, host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        assert host == HOST
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                plain, _ = self._listener.accept()
                with contextlib.suppress(OSError), plain:
                    self._answer(plain)

    def _answer(self, plain: socket.socket) -> None:
        plain.settimeout(10)
        with self._context.wrap_socket(plain, server_side=True) as connection:
            head, body = _request(connection)
            self.requests.append((head, body))
            self._handler(connection, body)


def _request(connection: ssl.SSLSocket) -> tuple[bytes, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next(int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length"))
    while len(body) < length:
        body += connection.recv(65536)
    return head, body


def http(
    body: bytes | str | dict[str, Any] = b"", status: str = "200 OK", **headers: str
) -> Handler:
    """A handler that answers so; underscores in headers are hyphens."""
    data = json.dumps(body).encode() if isinstance(body, dict) else body
    data = data.encode() if isinstance(data, str) else data
    given = {"Content-Length": str(len(data))} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return raw(f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + data)


def raw(data: bytes) -> Handler:
    return lambda connection, _: connection.sendall(data)


def hang(until: threading.Event) -> Handler:
    return lambda *_: (until.wait(10), None)[1]


def drip(begin: bytes, piece: bytes, until: threading.Event) -> Handler:
    """Sends a piece again and again, never long after the last one."""

    def send(connection: ssl.SSLSocket, _: bytes) -> None:
        connection.sendall(begin)
        while not until.wait(0.02):
            connection.sendall(piece)

    return send


@contextlib.contextmanager
def a_server(certificate: Certificate, handler: Handler) -> Iterator[Server]:
    server = Server(certificate, handler)
    yield server
    server.close()
