"""A real HTTP server that speaks the chat completions API, and misbehaves as it is told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATH = "/v1/chat/completions"


@dataclass
class Reply:
    """What the server answers with: a status, the model's text, and what else may go wrong."""

    text: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None  # instead of a sound answer with the text
    delay: float = 0.0


@dataclass
class Asked:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def question(self) -> str:
        """What the user's message says."""
        return str(self.body["messages"][-1]["content"])


def says(answer: object, explanation: str = "Because.") -> Reply:
    """A well-formed reply."""
    return Reply(json.dumps({"explanation": explanation, "answer": answer}))


class JudgeServer:
    """The server. ``queue`` is answered first, then ``then`` answers every question."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.queue: list[Reply] = []
        self.then: Callable[[Asked], Reply] = lambda _: says("correct")
        self.at_once = self._running = 0
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.host = f"127.0.0.1:{self._server.server_address[1]}"
        self.url = f"http://{self.host}/v1"

    def reset(self) -> None:
        """As after the start."""
        self.asked, self.queue, self.at_once = [], [], 0
        self.then = lambda _: says("correct")

    def close(self) -> None:
        """Free the port."""
        self._server.shutdown()
        self._server.server_close()

    def reply(self, asked: Asked) -> Reply:
        """The next reply."""
        with self._lock:
            self._running += 1
            self.at_once = max(self.at_once, self._running)
            self.asked.append(asked)
            chosen = self.queue.pop(0) if self.queue else None
        reply = chosen or self.then(asked)
        time.sleep(reply.delay)
        with self._lock:
            self._running -= 1
        return reply

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                body = json.loads(self.rfile.read(length))
                headers = {name.lower(): value for name, value in self.headers.items()}
                reply = server.reply(Asked(self.path, headers, body))
                message = {"role": "assistant", "content": reply.text}
                sound = {"object": "chat.completion", "choices": [{"index": 0, "message": message}]}
                data = json.dumps(sound).encode() if reply.body is None else reply.body
                self.send_response(reply.status)
                for name, value in {"content-length": str(len(data)), **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

            def handle(self) -> None:
                try:
                    super().handle()
                except OSError:
                    """The client went away, as some tests want it to."""

        return Handler
