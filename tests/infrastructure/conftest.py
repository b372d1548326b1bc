"""The stack, synthesized in this process, once per set of settings."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Before jsii starts Node: the one of this environment, without jsii's word about its age.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
os.environ["JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION"] = "1"
# What the CDK command line would set: the template must not depend on the account of who tests.
for name in ("CDK_DEFAULT_ACCOUNT", "CDK_DEFAULT_REGION", "CDK_CONTEXT_JSON", "CDK_OUTDIR"):
    os.environ.pop(name, None)

from template_reader import Template  # noqa: E402

Synthesize = Callable[..., Template]
Templates = Callable[..., dict[str, Template]]


def context(**overrides: Any) -> dict[str, Any]:
    """The context of cdk.json, with what `-c name=value` would add."""
    stored: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text())["context"]
    return {**stored, **overrides}


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    """Templates of stacks that live in one app, by the stacks' names."""
    from aws_cdk import App, assertions  # noqa: PLC0415 - starts Node, seconds long

    import app as cdk_app  # noqa: PLC0415

    @cache
    def made(names: tuple[str, ...], overrides: str) -> dict[str, Template]:
        app = App(
            context=context(**json.loads(overrides)), outdir=str(tmp_path_factory.mktemp("cdk"))
        )
        stacks = {name: cdk_app.build(app, stack_name=name) for name in names}
        # `from_stack` refuses a template whose resources depend on each other in a circle.
        return {
            name: Template(assertions.Template.from_stack(stack).to_json())
            for name, stack in stacks.items()
        }

    def wanted(*names: str, **overrides: Any) -> dict[str, Template]:
        return made(names, json.dumps(overrides, sort_keys=True))

    return wanted


@pytest.fixture(scope="session")
def synthesize(templates: Templates) -> Synthesize:
    """The template of one stack, fields of its settings overridden as by `-c name=value`."""

    def wanted(**overrides: Any) -> Template:
        return templates("modeleval", **overrides)["modeleval"]

    return wanted


@pytest.fixture(scope="session")
def template(synthesize: Synthesize) -> Template:
    """What `cdk synth` gives for cdk.json as it stands."""
    return synthesize()
