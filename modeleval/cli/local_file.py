"""The embedded AWS that runs, if one does: what it wrote down when it was ready.

Nothing of it is imported: it is another program, in the same checkout, that leaves a file with the
environment that reaches it (`.demo/embedded-aws.json`, readable by its owner alone).
"""

from __future__ import annotations

import json
import os
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import modeleval
from modeleval.errors import LocalUnavailable

FILE = ".demo/embedded-aws.json"
_PARTS = ("demo/__main__.py", "local/pyproject.toml")
_SECONDS = 3.0
_HOST = "127.0.0.1"


class Running(NamedTuple):
    """An embedded AWS that answers: how to reach it, and the process that owns it."""

    environment: Mapping[str, str]
    control_url: str
    pid: int

    @property
    def endpoint(self) -> str:
        return self.environment["AWS_ENDPOINT_URL"]


def checkout() -> Path:
    """The folder of the source that this package is run from; raises LocalUnavailable."""
    folder = Path(modeleval.__file__).resolve().parents[1]
    if not all((folder / part).is_file() for part in _PARTS):
        raise LocalUnavailable(
            "The embedded AWS is in modeleval's source, and this is an installed package",
            action="Clone the repository, `make setup` there, and use its .venv/bin/modeleval.",
        )
    return folder


def running() -> Running | None:
    """The embedded AWS of this checkout, if one runs and answers.

    Raises LocalUnavailable where there can be none, or where the file says what it must not.
    """
    file = checkout() / FILE
    try:
        found = _read(file)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _strange(file) from None
    if urlsplit(found.endpoint).hostname != _HOST or urlsplit(found.control_url).hostname != _HOST:
        raise _strange(file)
    return found if _answers(found) else None


def use_local() -> None:
    """Point this process at the embedded AWS; raises LocalUnavailable if none runs."""
    found = running()
    if found is None:
        raise LocalUnavailable(
            "No embedded AWS runs in this checkout",
            where=str(checkout()),
            action="Start one with `modeleval local start`, or `make demo KEEP=1`.",
        )
    # A profile or a session token left over would be used beside what is set here.
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(found.environment)


def _read(file: Path) -> Running:
    document: dict[str, Any] = json.loads(file.read_text())
    environment = {str(name): str(value) for name, value in document["environment"].items()}
    found = Running(environment, str(document["controlUrl"]), int(document["pid"]))
    if not {"AWS_ENDPOINT_URL", "AWS_CA_BUNDLE"} <= set(environment):
        raise ValueError(str(file))
    return found


def _strange(file: Path) -> LocalUnavailable:
    return LocalUnavailable(
        "This is not what an embedded AWS writes of itself",
        where=str(file),
        action="Remove the file, and start one with `modeleval local start`.",
    )


def _answers(found: Running) -> bool:
    """Whether it is the one that wrote the file: its certificate was made for this start."""
    try:
        trust = ssl.create_default_context(cafile=found.environment["AWS_CA_BUNDLE"])
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust)
        )
        with opener.open(f"{found.control_url}/health", timeout=_SECONDS) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP's own number
    except (OSError, urllib.error.URLError):
        return False
