"""What holds for all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

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


_TOGETHER = ("tests/faults/", "tests/infrastructure/")
"""Folders that one process tests: what they deploy or synthesize is not made in each process."""


class FoldersTogether(LoadFileScheduling):
    """Side by side are files, and whole folders whose fixtures are dear."""

    def _split_scope(self, nodeid: str) -> str:
        folder = next((one for one in _TOGETHER if nodeid.startswith(one)), None)
        return folder or str(super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)  # pytest may be told to do without xdist
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FoldersTogether:
    return FoldersTogether(config, log)
