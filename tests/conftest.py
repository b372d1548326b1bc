"""What holds for all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Machines are noisy: a slow example is no failure. Where CI is set, hypothesis's own profile for it
# holds, which also draws the same examples every time.
settings.register_profile("modeleval", deadline=None)
if not os.environ.get("CI"):
    settings.load_profile("modeleval")

_FIRST = ("workflow", "infrastructure", "standins", "unit")
"""Folders, the longest first: they run side by side."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share something dear stay in one process: a deployed stack, a started Node, an
    emulator."""
    here = Path(__file__).parent

    def folder(item: pytest.Item) -> str:
        return item.path.relative_to(here).parts[0]

    items.sort(key=lambda item: _FIRST.index(folder(item)))
    for item in items:
        group = item.path.stem if folder(item) in ("standins", "unit") else folder(item)
        item.add_marker(pytest.mark.xdist_group(group))
