"""Who may ask people: nobody, until the settings name a workflow; then for that one alone."""

from __future__ import annotations

from stack_synthesis import Synthesize
from template_reader import Template
from variants import REGION

REVIEWERS = f"arn:aws:sagemaker:{REGION}:111122223333:flow-definition/reviewers"
LOOPS = "arn:${AWS::Partition}:sagemaker:${AWS::Region}:${AWS::AccountId}:human-loop/*"


def reach(template: Template) -> dict[str, dict[str, set[str]]]:
    """What each role may do with workflows and tasks, and on what."""
    found: dict[str, dict[str, set[str]]] = {}
    for role, statement in template.policies():
        for action in statement.actions:
            if "HumanLoop" in action or "FlowDefinition" in action:
                found.setdefault(role, {}).setdefault(action, set()).update(statement.resources)
    return found


def test_as_shipped_nobody_asks_people(template: Template) -> None:
    assert reach(template) == {}


def test_a_workflow_of_the_settings_is_all_that_is_reached(synthesize: Synthesize) -> None:
    look = {"sagemaker:DescribeFlowDefinition": {REVIEWERS}}
    found = reach(synthesize(flowDefinitionArns=[REVIEWERS]))
    assert {name: actions for name, actions in found.items() if "Bedrock" not in name} == {
        name: look for name in found if "Bedrock" not in name
    }
    assert {name for name in found if "Bedrock" not in name} == {
        "FunctionsPlanJobsRole",
        "FunctionsStartJobRole",
    }
    assert found["BedrockRole"] == {
        **look,
        "sagemaker:StartHumanLoop": {REVIEWERS},
        "sagemaker:DescribeHumanLoop": {LOOPS},
        "sagemaker:StopHumanLoop": {LOOPS},
        "sagemaker:DeleteHumanLoop": {LOOPS},
    }


def test_a_role_of_the_teams_is_left_as_it_is(synthesize: Synthesize) -> None:
    role = "arn:aws:iam::111122223333:role/teams/evaluations"
    found = reach(synthesize(flowDefinitionArns=[REVIEWERS], bedrockRoleArn=role))
    assert "BedrockRole" not in found
