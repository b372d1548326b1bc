"""The CDK app: reads the settings from cdk.json, builds the stack. No AWS call at synth."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from aws_cdk import App, Environment

from modeleval.errors import ModelevalError
from modeleval.settings import CONTEXT_KEY, Settings, settings_from_context
from stacks.evaluation_stack import EvaluationStack
from stacks.suites import check_suites

ROOT = Path(__file__).parent


def build(app: App, *, stack_name: str | None = None) -> EvaluationStack:
    """Add one modeleval stack to the app. Raises SettingsInvalid or SuiteInvalid."""
    overrides = {
        name: app.node.try_get_context(name)
        for name in (field.alias for field in Settings.model_fields.values())
        if name is not None
    }
    settings = settings_from_context(app.node.try_get_context(CONTEXT_KEY), overrides)
    check_suites(ROOT / "suites")
    return EvaluationStack(
        app,
        stack_name or app.node.try_get_context("stackName") or "modeleval",
        settings=settings,
        env=Environment(
            account=os.environ.get("CDK_DEFAULT_ACCOUNT"),
            region=os.environ.get("CDK_DEFAULT_REGION"),
        ),
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
