"""One embedded AWS whose functions hardly wait between their tries, and one deployed stack."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fault_world import FaultWorld, deployed_stack


@pytest.fixture(scope="session")
def faults(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultWorld]:
    """The deployed stack."""
    with deployed_stack(tmp_path_factory.mktemp("assembly")) as world:
        yield world
