"""A team's scorer functions: who may look at them, who may invoke them, and the others may not."""

from __future__ import annotations

from stack_synthesis import Synthesize
from template_reader import Template
from variants import EVERYTHING

ACTIONS = {
    "lambda:InvokeFunction": "FunctionsCheckJobRole",
    "lambda:GetFunctionConfiguration": "FunctionsPlanJobsRole",
}


def holders(template: Template, action: str) -> dict[str, frozenset[str]]:
    """The roles of functions and services that hold an action, and on what."""
    found: dict[str, frozenset[str]] = {}
    for role, statement in template.policies():
        if action in statement.actions and role.startswith(("Functions", "SageMaker", "Bedrock")):
            found[role] = found.get(role, frozenset()) | frozenset(statement.resources)
    return found


def test_only_the_step_that_asks_invokes_the_settings_scorers(synthesize: Synthesize) -> None:
    template = synthesize(**EVERYTHING)
    scorers = frozenset(EVERYTHING["lambdaScorerArns"])
    targets = frozenset((*EVERYTHING["targetFunctionArns"], *EVERYTHING["toolFunctionArns"]))
    for action, role in ACTIONS.items():
        found = holders(template, action)
        assert scorers <= (mine := found.pop(role))
        assert mine - scorers <= targets  # PlanJobs looks at both
        assert set(found) <= {"SageMakerRole", "FunctionsCollectBatchRole"}
        assert not {arn for arns in found.values() for arn in arns} & scorers


def test_without_scorers_nobody_invokes_anything_and_checks_write_nothing(
    template: Template,
) -> None:
    assert [holders(template, action) for action in ACTIONS] == [{}, {}]
    assert "FunctionsCheckJobRole" not in holders(template, "s3:PutObject")
