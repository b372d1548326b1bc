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

_FIRST = ("faults", "workflow", "infrastructure", "standins", "report", "unit")
"""Folders, the longest first: `make test` runs files side by side."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    items.sort(key=lambda item: _FIRST.index(item.path.relative_to(here).parts[0]))
