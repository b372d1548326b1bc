"""The CDK app: reads the settings from cdk.json, builds the stack. No AWS call at synth."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from aws_cdk import App, Environment

from modeleval.errors import ModelevalError, SettingsInvalid
from modeleval.settings import CONTEXT_KEY, Settings, settings_from_context
from stacks.evaluation_stack import EvaluationStack
from stacks.suites import read_suites

ROOT = Path(__file__).parent
_STACK_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}")


def build(app: App, *, stack_name: str | None = None) -> EvaluationStack:
    """Add one modeleval stack to the app. Raises SettingsInvalid or SuiteInvalid."""
    overrides = {
        name: app.node.try_get_context(name)
        for name in (field.alias for field in Settings.model_fields.values())
        if name is not None
    }
    settings = settings_from_context(app.node.try_get_context(CONTEXT_KEY), overrides)
    folder = _suites_folder(app.node.try_get_context("suitesFolder"))
    return EvaluationStack(
        app,
        _stack_name(stack_name or app.node.try_get_context("stackName") or "modeleval"),
        settings=settings,
        suites=read_suites(folder),
        suites_folder=folder,
        env=Environment(
            account=os.environ.get("CDK_DEFAULT_ACCOUNT"),
            region=os.environ.get("CDK_DEFAULT_REGION"),
        ),
    )


def _suites_folder(asked: object) -> Path:
    folder = ROOT / str(asked or "suites")
    if not folder.is_dir():
        raise SettingsInvalid(
            "There is no such folder",
            where="context.suitesFolder",
            action="Name the folder that holds the suites to deploy, or leave it out for suites/.",
        )
    return folder


def _stack_name(name: object) -> str:
    if isinstance(name, str) and _STACK_NAME.fullmatch(name):
        return name
    raise SettingsInvalid(
        "stackName is not a name that CloudFormation takes",
        where="context.stackName",
        action="Use up to 128 letters, digits and hyphens, a letter first.",
    )


def main() -> None:
    app = App()
    try:
        build(app)
    except ModelevalError as error:
        sys.exit(f"{type(error).__name__}: {error}")
    app.synth()


if __name__ == "__main__":
    main()
