"""Two stacks in one account, and destroy then deploy: no name is fixed, so none is taken."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest
from stack_synthesis import Templates
from template_reader import Template

INNER_NAMES = {"AttributeName", "IndexName", "MetricName", "PolicyName"}
"""Names inside a table or a role, or AWS's own: they mean nothing outside of it."""


@pytest.fixture(scope="module")
def both(templates: Templates) -> list[Template]:
    return list(templates("modeleval", "modeleval-two").values())


def literal_names(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every property that ends in Name and is a text: where it stands, and the text."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from literal_names(item, f"{path}[{number}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "Dimensions":
                continue  # of a metric, with AWS's own names
            if key.endswith("Name") and isinstance(item, str) and key not in INNER_NAMES:
                yield f"{path}.{key}", item
            else:
                yield from literal_names(item, f"{path}.{key}")


def names_of(template: Template) -> dict[str, str]:
    return {
        place: name
        for logical_id, resource in template.resources.items()
        for place, name in literal_names(resource.get("Properties", {}), logical_id)
    }


@pytest.mark.parametrize(
    "kind",
    [
        ("AWS::S3::Bucket", "BucketName"),
        ("AWS::DynamoDB::Table", "TableName"),
        ("AWS::IAM::Role", "RoleName"),
        ("AWS::Lambda::Function", "FunctionName"),
        ("AWS::Lambda::LayerVersion", "LayerName"),
        ("AWS::StepFunctions::StateMachine", "StateMachineName"),
        ("AWS::Logs::LogGroup", "LogGroupName"),
        ("AWS::Events::Rule", "Name"),
        ("AWS::Scheduler::Schedule", "Name"),
    ],
    ids=lambda kind: kind[0].rpartition("::")[2],
)
def test_cloudformation_generates_the_names(template: Template, kind: tuple[str, str]) -> None:
    resources = template.of_type(kind[0])
    assert resources
    assert [name for name, found in resources.items() if kind[1] in found["Properties"]] == []


def test_no_name_is_written_in_the_template(template: Template) -> None:
    assert names_of(template) == {}


def test_two_stacks_of_one_app_have_no_name_in_common(both: list[Template]) -> None:
    first, second = (set(names_of(template).values()) for template in both)
    assert first & second == set()


def test_nothing_is_exported(both: list[Template]) -> None:
    """An export's name is unique in account and Region, and nobody imports any."""
    for template in both:
        assert [o for o in template.document["Outputs"].values() if "Export" in o] == []


def test_two_stacks_differ_in_their_name_only(both: list[Template]) -> None:
    """Nothing else tells them apart, so nothing else can be a name that both would take."""
    first, second = both
    assert {r["Type"] for r in first.resources.values()} == {
        r["Type"] for r in second.resources.values()
    }
    stacks = [
        {f["Environment"]["Variables"]["STACK_NAME"] for f in template.functions.values()}
        for template in both
    ]
    assert stacks == [{"modeleval"}, {"modeleval-two"}]


def test_no_policy_reaches_the_other_stack_by_a_name(both: list[Template]) -> None:
    """`modeleval-*` would be the executions of `modeleval-two`."""
    named = [
        {
            resource
            for _, statement in template.policies()
            for resource in statement.resources
            if "modeleval" in resource
        }
        for template in both
    ]
    pipelines = "arn:${AWS::Partition}:sagemaker:${AWS::Region}:${AWS::AccountId}:pipeline/"
    assert [len(resources) for resources in named] == [6, 6]
    assert all(resource.startswith(pipelines) for resource in named[0] | named[1])
    for patterns, others in (named, reversed(named)):
        assert not any(fnmatchcase(other, one) for one in patterns for other in others)
