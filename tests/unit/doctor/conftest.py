from __future__ import annotations

from collections.abc import Iterator

import pytest
from doctor_world import World


@pytest.fixture
def world() -> Iterator[World]:
    one = World()
    yield one
    one.done()
