"""The program from which workers of one function's code and layers are forked.

It imports what such workers were seen to import, so that the next one need not. What it is asked
comes as JSON messages over the socket that is its standard input, with file descriptors beside:

    {"start": {"script", "cwd", "environment"}} and the worker's three standard streams
    {"signal": number, "pid": pid}

and it answers ``{"started": pid}``, and ``{"ended": pid, "code": exit code}`` for each worker once.
It ends when the socket does; its workers end by the end of their own standard input.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import traceback
import types
from pathlib import Path
from typing import Any

_MESSAGE_BYTES = 1 << 20
_STREAMS = 3


def main() -> None:
    """``fork_server.py FOLDER PATH...``: where imports are noted, and where they are found."""
    folder, *paths = sys.argv[1:]
    own = list(sys.path[1:])
    sys.path[:] = [*paths, *own]
    connection = socket.socket(fileno=os.dup(0))
    Server(connection, Path(folder), own).serve()


class Server:
    """Forks workers, one after the other, and tells of their ends."""

    def __init__(self, connection: socket.socket, folder: Path, path: list[str]) -> None:
        self._connection = connection
        self._folder = folder
        self._path = path
        self._imported: set[str] = set()
        self._workers: set[int] = set()
        self._woken, self._waking = socket.socketpair()
        for end in (self._woken, self._waking):
            end.setblocking(False)

    def serve(self) -> None:
        """Do what is asked until nobody is there to ask."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waking.fileno())
        selector = selectors.DefaultSelector()
        selector.register(self._connection, selectors.EVENT_READ)
        selector.register(self._woken, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is self._woken:
                    self._woken.recv(_MESSAGE_BYTES)
                    self._tell_of_ends()
                elif not self._do_next():
                    return

    def _do_next(self) -> bool:
        message, streams, _, _ = socket.recv_fds(self._connection, _MESSAGE_BYTES, _STREAMS)
        if not message:
            return False
        asked = json.loads(message)
        if "start" in asked:
            self._import_what_was_seen()
            self._fork(asked["start"], streams)
        elif asked["pid"] in self._workers:
            os.kill(asked["pid"], asked["signal"])
        return True

    def _import_what_was_seen(self) -> None:
        for note in sorted(self._folder.glob("*.json")):
            if note.name in self._imported:
                continue
            self._imported.add(note.name)
            for name in json.loads(note.read_text(encoding="utf-8")):
                # A worker that needs it meets the same error and reports it.
                try:
                    importlib.import_module(name)
                except Exception:  # noqa: BLE001, S112
                    continue
            gc.collect()
            gc.freeze()

    def _fork(self, asked: dict[str, Any], streams: list[int]) -> None:
        pid = os.fork()
        if pid == 0:
            self._become(asked, streams)
        for stream in streams:
            os.close(stream)
        self._workers.add(pid)
        self._say({"started": pid})

    def _become(self, asked: dict[str, Any], streams: list[int]) -> None:
        """Be the worker, as a new interpreter would be; does not return."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for number, stream in enumerate(streams):
                os.dup2(stream, number)
            os.closerange(_STREAMS, _highest_descriptor() + 1)
            os.chdir(asked["cwd"])
            os.environ.clear()
            os.environ.update(asked["environment"])
            run(asked["script"], self._path)
            code = 0
        except BaseException:  # noqa: BLE001 - told on standard error, as an interpreter does
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)

    def _tell_of_ends(self) -> None:
        while self._workers:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            self._workers.discard(pid)
            self._say({"ended": pid, "code": os.waitstatus_to_exitcode(status)})

    def _say(self, message: dict[str, int]) -> None:
        self._connection.send(json.dumps(message).encode())


def _highest_descriptor() -> int:
    return max(int(entry.name) for entry in Path("/proc/self/fd").iterdir())


def run(script: str, path: list[str]) -> None:
    """Run a script as ``python script`` does."""
    sys.argv = [script]
    sys.path[:] = [str(Path(script).parent), *path]
    module = types.ModuleType("__main__")
    module.__file__ = script
    sys.modules["__main__"] = module
    text = Path(script).read_text(encoding="utf-8")
    exec(compile(text, script, "exec"), module.__dict__)  # noqa: S102 - the worker's own script


if __name__ == "__main__":
    main()
