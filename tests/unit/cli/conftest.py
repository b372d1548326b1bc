from __future__ import annotations

import pytest
from cli_world import CliWorld


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CliWorld:
    return CliWorld(monkeypatch, capsys)
