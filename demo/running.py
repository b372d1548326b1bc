"""Telling others that an embedded AWS runs: a file for shells, one for `modeleval --local`."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from demo.deployment import ROOT
from demo.embedded import EmbeddedAws

FOLDER = ROOT / ".demo"
SHELL_FILE = FOLDER / "env"
STATE_FILE = FOLDER / "embedded-aws.json"
_NAMES = ("AWS_", "NODE_", "NO_PROXY")


@contextmanager
def announced(aws: EmbeddedAws) -> Iterator[None]:
    """Write both files, readable by their owner alone; remove them at the end."""
    environment = {
        name: value for name, value in sorted(aws.environment().items()) if name.startswith(_NAMES)
    }
    state = {"environment": environment, "controlUrl": aws.control_url, "pid": os.getpid()}
    lines = [f"export {name}={shlex.quote(value)}" for name, value in environment.items()]
    FOLDER.mkdir(exist_ok=True)
    _write(SHELL_FILE, "\n".join(lines) + "\n")
    _write(STATE_FILE, json.dumps(state, indent=1) + "\n")
    try:
        yield
    finally:
        for file in (STATE_FILE, SHELL_FILE):
            file.unlink(missing_ok=True)


def _write(file: Path, text: str) -> None:
    """In one move: who sees the file sees all of it."""
    part = file.with_name(f"{file.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
        output.write(text)
    part.replace(file)
