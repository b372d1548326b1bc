"""cdk.json sets every flag that the pinned aws-cdk-lib recommends, and nothing else of CDK's."""

from __future__ import annotations

import json
import tarfile
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from stack_synthesis import context

from modeleval.settings import CONTEXT_KEY


@pytest.fixture(scope="module")
def recommended() -> dict[str, Any]:
    (bundle,) = Path(str(files("aws_cdk") / "_jsii")).glob("aws-cdk-lib@*.jsii.tgz")
    with tarfile.open(bundle) as archive:
        file = archive.extractfile("package/recommended-feature-flags.json")
        assert file is not None
        found: dict[str, Any] = json.load(file)
    return found


def test_recommended_flags_are_set(recommended: dict[str, Any]) -> None:
    given = context()
    assert {name: given.get(name) for name in recommended} == recommended


def test_no_other_flag_is_set(recommended: dict[str, Any]) -> None:
    assert set(context()) - set(recommended) == {CONTEXT_KEY}
