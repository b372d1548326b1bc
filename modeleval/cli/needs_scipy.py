"""Modules that need scipy, which is an extra: imported when a command is called that uses them."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from modeleval.errors import StatisticsMissing

_NEEDED = ("scipy", "numpy")


def import_statistics(module: str, *, what: str) -> ModuleType:
    """The module; raises StatisticsMissing, which says that `what` needs scipy."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _NEEDED:
            raise
        raise StatisticsMissing(
            f"{what} needs scipy, which is not installed",
            action="Install the extra: pip install 'modeleval[cli,statistics]', or in this "
            "folder `make setup`.",
        ) from None
