"""The stack, synthesized in this process, once per set of settings."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from stack_synthesis import Synthesize, Templates, context, prepare_environment
from template_reader import Template


@pytest.fixture(scope="session", autouse=True)
def _environment() -> None:
    prepare_environment()


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where apps that are built one after the other put what they synthesize.

    The CDK copies the packaged code and layers, 200 MB, into each folder it has not seen yet.
    """
    return tmp_path_factory.mktemp("cdk")


@pytest.fixture(scope="session")
def templates(assembly: Path) -> Templates:
    """Templates of stacks that live in one app, by the stacks' names."""
    from aws_cdk import App, assertions  # noqa: PLC0415 - starts Node

    import app as cdk_app  # noqa: PLC0415

    @cache
    def made(names: tuple[str, ...], overrides: str) -> dict[str, Template]:
        app = App(context=context(**json.loads(overrides)), outdir=str(assembly))
        stacks = {name: cdk_app.build(app, stack_name=name) for name in names}
        # `from_stack` refuses a template whose resources depend on each other in a circle.
        return {
            name: Template(dict(assertions.Template.from_stack(stack).to_json()))
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
