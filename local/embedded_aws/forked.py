"""Processes that a fork server starts, used as those of ``subprocess.Popen`` are."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from embedded_aws import fork_server

_MESSAGE_BYTES = 1 << 20


class Forked:
    """A worker; what ``lambda_runtime`` needs of a Popen with text pipes."""

    def __init__(self, server: ForkServer, pid: int, pipes: Sequence[int]) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.stdin = os.fdopen(pipes[0], "w", buffering=1)
        self.stdout = os.fdopen(pipes[1])
        self.stderr = os.fdopen(pipes[2])
        self._server = server
        self._ended = threading.Event()

    def poll(self) -> int | None:
        """The exit code, or None."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; raises ``subprocess.TimeoutExpired``."""
        if not self._ended.wait(timeout):
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return self.returncode or 0

    def terminate(self) -> None:
        """Ask it to end."""
        self._server.signal(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self._server.signal(self.pid, signal.SIGKILL)

    def end(self, code: int) -> None:
        """Note its end."""
        self.returncode = code
        self._ended.set()


class ForkServer:
    """A running fork server. Its environment is this process's, and no function's."""

    def __init__(self, folder: Path, paths: Sequence[str]) -> None:
        self._connection, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, str(fork_server.__file__), str(folder), *paths],
                stdin=theirs,
                stdout=2,
            )
        self._starting = threading.Lock()
        self._started: queue.Queue[Forked | None] = queue.Queue()
        self._pipes: list[int] = []
        self._workers: dict[int, Forked] = {}
        threading.Thread(target=self._listen, daemon=True, name="fork-server").start()

    def start(self, script: str, cwd: str, environment: Mapping[str, str]) -> Forked:
        """Fork a worker that runs the script; raises OSError if the server is gone."""
        asked = {"script": script, "cwd": cwd, "environment": dict(environment)}
        message = json.dumps({"start": asked}).encode()
        with self._starting:
            ours, theirs = _pipes()
            self._pipes = ours
            try:
                socket.send_fds(self._connection, [message], theirs)
                worker = self._started.get()
            except OSError:
                worker = None
            finally:
                for end in theirs:
                    os.close(end)
            if worker is None:
                for end in ours:
                    os.close(end)
                raise OSError("the fork server is gone")
            return worker

    def signal(self, pid: int, number: int) -> None:
        """Send a signal to a worker, if it has not ended."""
        with contextlib.suppress(OSError):
            self._connection.send(json.dumps({"signal": number, "pid": pid}).encode())

    def _listen(self) -> None:
        while message := self._receive():
            told = json.loads(message)
            if "started" in told:
                worker = Forked(self, told["started"], self._pipes)
                self._workers[worker.pid] = worker
                self._started.put(worker)
            else:
                self._workers.pop(told["ended"]).end(told["code"])
        for worker in self._workers.values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker.pid, signal.SIGKILL)
            worker.end(-signal.SIGKILL)
        self._started.put(None)

    def _receive(self) -> bytes:
        try:
            return self._connection.recv(_MESSAGE_BYTES)
        except OSError:
            return b""


def _pipes() -> tuple[list[int], list[int]]:
    """Three pipes: our ends, and the worker's as its standard input, output and error."""
    (their_in, our_in), (our_out, their_out), (our_error, their_error) = (
        os.pipe() for _ in range(3)
    )
    return [our_in, our_out, our_error], [their_in, their_out, their_error]
