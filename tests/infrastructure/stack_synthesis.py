"""Where the tests of the stack begin: the repository, its context, and how Node is started."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from template_reader import Template

ROOT = Path(__file__).resolve().parents[2]
STEPS = sorted(
    path.stem for path in (ROOT / "lambdas").glob("*.py") if "\ndef handler(" in path.read_text()
)

Synthesize = Callable[..., Template]
Templates = Callable[..., dict[str, Template]]


def context(**overrides: Any) -> dict[str, Any]:
    """The context of cdk.json, with what `-c name=value` would add."""
    stored: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text())["context"]
    return {**stored, **overrides}


def prepare_environment() -> None:
    """Before jsii starts Node: the one of this environment, without jsii's word about its age.

    And nothing of what the CDK command line would set: the template must not depend on the
    account of the person who tests.
    """
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    os.environ["JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION"] = "1"
    for name in ("CDK_DEFAULT_ACCOUNT", "CDK_DEFAULT_REGION", "CDK_CONTEXT_JSON", "CDK_OUTDIR"):
        os.environ.pop(name, None)
