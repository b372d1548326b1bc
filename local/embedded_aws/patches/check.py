"""How a patch makes sure of the place it changes."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any


class PatchError(RuntimeError):
    """MiniStack is not what a patch was written for; says which patch, and what it missed."""


def require(condition: bool, patch: str, message: str) -> None:
    """Raise PatchError unless the condition holds."""
    if not condition:
        raise PatchError(f"patch {patch!r}: {message}; read the new MiniStack and adapt the patch")


def require_source(function: Callable[..., Any], patch: str, *fragments: str) -> None:
    """Raise PatchError unless the function's source still holds each fragment."""
    source = inspect.getsource(function)
    for fragment in fragments:
        require(fragment in source, patch, f"{function.__qualname__} lacks {fragment!r}")


def require_parameters(function: Callable[..., Any], patch: str, *names: str) -> None:
    """Raise PatchError unless the function takes exactly these parameters."""
    found = tuple(inspect.signature(function).parameters)
    require(found == names, patch, f"{function.__qualname__} takes {found}, not {names}")
