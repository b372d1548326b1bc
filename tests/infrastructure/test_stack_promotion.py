"""Who may write to model packages: nobody, unless the settings name groups."""

from __future__ import annotations

from stack_synthesis import Synthesize
from template_reader import Template, rendered

UPDATE = "sagemaker:UpdateModelPackage"


def writers(template: Template) -> dict[str, list[str]]:
    """The roles that may update model packages, and which."""
    return {
        role: sorted(statement.resources)
        for role, statement in template.policies()
        if any(_covers(action) for action in statement.actions)
    }


def _covers(action: str) -> bool:
    """Also by a wildcard."""
    start, star, _ = action.partition("*")
    return UPDATE.startswith(start) if star else action == UPDATE


def test_without_the_setting_no_role_may_change_a_model_package(template: Template) -> None:
    assert writers(template) == {}


def test_with_it_two_roles_may_and_only_the_versions_of_the_groups(synthesize: Synthesize) -> None:
    start = "arn:${AWS::Partition}:sagemaker:${AWS::Region}:${AWS::AccountId}:model-package/"
    named = [f"{start}{group}/*" for group in ("Support-Llama", "chat", "support-llama")]
    assert writers(synthesize(approvalGroups=["Support-Llama", "chat"])) == {
        "FunctionsPromoteRunRole": named,
        "FunctionsDecideRunRole": named,
    }


def test_only_runs_expire_and_not_what_is_kept(template: Template) -> None:
    bucket = template.only("AWS::S3::Bucket")["Properties"]
    rules = bucket["LifecycleConfiguration"]["Rules"]
    assert [rule.get("Prefix") for rule in rules if "ExpirationInDays" in rule] == ["runs/"]


def test_the_command_line_finds_the_function_that_takes_decisions(template: Template) -> None:
    output = template.document["Outputs"]["DecideFunctionName"]["Value"]
    assert rendered(output) == "${FunctionsDecideRun}"
