"""One embedded AWS for all tests here, reset before each."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from standin_world import World

from demo.embedded import embedded_aws


@pytest.fixture(scope="session")
def shared(no_models_of_ones_own: None) -> Iterator[World]:
    """The embedded AWS that the tests share."""
    with embedded_aws(job_seconds=0.2, wait_scale=1.0) as aws:
        yield World(aws)


@pytest.fixture(scope="session", autouse=True)
def no_models_of_ones_own() -> Iterator[None]:
    """Real models in the shell's environment are not for these tests."""
    with pytest.MonkeyPatch.context() as patch:
        own = ("MODELEVAL_JUDGE_", "MODELEVAL_TARGET_")
        for name in [name for name in os.environ if name.startswith(own)]:
            patch.delenv(name)
        yield


@pytest.fixture
def world(shared: World) -> World:
    """The shared embedded AWS, its stand-ins as after the start."""
    shared.aws.control("POST", "reset")
    shared.aws.control("POST", "settings", {"transitionSeconds": 0.2})
    return shared
