"""A function's second worker imports nothing again.

Most of a cold start is importing boto3 and the like, a second of CPU time for each function and
each worker. Here workers note what they imported of their code and layers, except for the handler's
own package; a fork server of the same code and layers imports that once, and further workers are
forked from it. The handler's package is imported by each worker, in its own environment. The first
worker of some code and layers starts as ever; so does each one where there is no Linux, since a
fork without exec is not safe everywhere.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from tempfile import gettempdir
from types import SimpleNamespace
from typing import Any

from ministack.core import lambda_runtime

from embedded_aws.forked import ForkServer
from embedded_aws.patches.check import require, require_source

_NAME = "forked_workers"
_NOTE = "_EMBEDDED_AWS_IMPORTS"
_READY = '_real_stdout.write(json.dumps({"status": "ready", "cold": True}) + "\\n")'
_LAYERS = "_LAMBDA_LAYERS_DIRS"
_NOTING = """
def _note_imports(module):
    import json, os, sys
    path = os.environ.pop("NOTE", None)
    if path is None or os.path.exists(path):
        return
    own = (module.partition(".")[0], "__main__")
    names = [name for name in list(sys.modules) if name.partition(".")[0] not in own]
    staging = f"{path}.{os.getpid()}"
    with open(staging, "w") as file:
        json.dump(names, file)
    os.replace(staging, path)

""".replace("NOTE", _NOTE)


class _Servers:
    """The fork servers, by the folders that their workers import from."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._servers: dict[tuple[str, ...], ForkServer | None] = {}

    def start(self, command: Sequence[str], **options: Any) -> Any:
        """As ``subprocess.Popen``: forked where a server is there for it."""
        if len(command) != 2 or Path(command[1]).name != "_worker.py":  # noqa: PLR2004
            return subprocess.Popen(command, **options)
        environment, code = options["env"], os.path.realpath(options["cwd"])
        folders = [*filter(None, environment.get(_LAYERS, "").split(os.pathsep))]
        sources = (code, *map(os.path.realpath, folders))
        notes = _folder(sources)
        note = str(notes / f"{environment['AWS_LAMBDA_FUNCTION_NAME']}.json")
        environment = {**environment, _NOTE: note}
        server = self._server(sources, notes)
        if server is None:
            return subprocess.Popen(command, **{**options, "env": environment})
        return server.start(command[1], options["cwd"], environment)

    def _server(self, sources: tuple[str, ...], notes: Path) -> ForkServer | None:
        """None for the first worker of these folders."""
        with self._lock:
            if sources not in self._servers:
                self._servers[sources] = None
                return None
            found = self._servers[sources]
            if found is None:
                found = self._servers[sources] = ForkServer(notes, _import_path(sources))
            return found


def _folder(sources: tuple[str, ...]) -> Path:
    digest = hashlib.sha256("\0".join(sources).encode()).hexdigest()[:16]
    folder = Path(gettempdir(), "imports", digest)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _import_path(sources: tuple[str, ...]) -> list[str]:
    """In the order of the worker script, which puts each layer before what it had."""
    code, *layers = sources
    return [path for layer in reversed(layers) for path in (layer, f"{layer}/python")] + [code]


def apply() -> None:
    """Let the worker script note its imports, and start workers by way of the servers."""
    if sys.platform != "linux":
        return
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    require(script.count(_READY) == 1, _NAME, "the worker script tells otherwise that it is ready")
    require(lambda_runtime.subprocess is subprocess, _NAME, "the worker module has no subprocess")
    require_source(
        lambda_runtime.Worker._spawn,
        _NAME,
        "[binary, worker_path],\n            cwd=code_dir,",
        "env=spawn_env",
        'spawn_env["_LAMBDA_LAYERS_DIRS"] = os.pathsep.join(layers_dirs)',
    )
    noted = _READY.replace("_real", "_note_imports(module_name); _real", 1)
    lambda_runtime._PYTHON_WORKER_SCRIPT = _NOTING + script.replace(_READY, noted)
    lambda_runtime.subprocess = SimpleNamespace(**{**vars(subprocess), "Popen": _Servers().start})
