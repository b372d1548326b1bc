"""Reading a CloudFormation template: its resources, its policies, and references as text.

A reference is rendered as `${LogicalId.Attribute}`, the hash at the end of the id left out, so that
a test can say `${StorageBucket.Arn}/runs/*`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

_HASH = re.compile(r"(?<=.)[0-9A-F]{8}$")


class Statement(NamedTuple):
    """One policy statement, references rendered."""

    sid: str | None
    effect: str
    actions: frozenset[str]
    resources: frozenset[str]
    conditions: dict[str, Any]


class Template:
    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.resources: dict[str, dict[str, Any]] = document["Resources"]

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Resources of a type such as `AWS::S3::Bucket`, by logical id without its hash."""
        return {
            bare(name): resource
            for name, resource in self.resources.items()
            if resource["Type"] == kind
        }

    def only(self, kind: str) -> dict[str, Any]:
        """The one resource of its type."""
        (resource,) = self.of_type(kind).values()
        return resource

    @property
    def functions(self) -> dict[str, dict[str, Any]]:
        """Properties of the functions, by their names, such as `PrepareRun`."""
        return {
            name.removeprefix("Functions"): function["Properties"]
            for name, function in self.of_type("AWS::Lambda::Function").items()
        }

    @property
    def machines(self) -> dict[str, dict[str, Any]]:
        """Properties of the state machines: `Job` and `Run`."""
        return {
            name.removeprefix("Workflow"): machine["Properties"]
            for name, machine in self.of_type("AWS::StepFunctions::StateMachine").items()
        }

    def trust(self, role: str) -> list[dict[str, Any]]:
        """The statements of a role's trust policy."""
        properties = self.of_type("AWS::IAM::Role")[role]["Properties"]
        statements: list[dict[str, Any]] = rendered(properties["AssumeRolePolicyDocument"])[
            "Statement"
        ]
        return statements

    def statements(self, role: str) -> list[Statement]:
        """Everything that a role's policies say."""
        properties = self.of_type("AWS::IAM::Role")[role]["Properties"]
        assert "ManagedPolicyArns" not in properties, f"{role} has managed policies"
        assert "Policies" not in properties, f"{role} has policies of its own"
        return [
            statement_of(statement)
            for policy in self.of_type("AWS::IAM::Policy").values()
            if f"${{{role}}}" in rendered(policy["Properties"]["Roles"])
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        ]

    def policies(self) -> Iterator[tuple[str, Statement]]:
        """Every statement of every role, with the role's name."""
        for role in self.of_type("AWS::IAM::Role"):
            for statement in self.statements(role):
                yield role, statement


def statement_of(statement: dict[str, Any]) -> Statement:
    plain = rendered(statement)
    return Statement(
        sid=plain.get("Sid"),
        effect=plain["Effect"],
        actions=frozenset(as_list(plain["Action"])),
        resources=frozenset(as_list(plain.get("Resource", []))),
        conditions=plain.get("Condition", {}),
    )


def definition(machine: dict[str, Any]) -> dict[str, Any]:
    """A state machine's definition, its `${placeholders}` as they stand."""
    document: dict[str, Any] = json.loads(rendered(machine["DefinitionString"]))
    return document


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def bare(logical_id: str) -> str:
    return _HASH.sub("", logical_id)


def rendered(value: Any) -> Any:
    """A copy in which Ref, Fn::GetAtt, Fn::Join and Fn::Sub are texts."""
    if isinstance(value, list):
        return [rendered(item) for item in value]
    if isinstance(value, dict):
        reference = _reference(value)
        return (
            {key: rendered(item) for key, item in value.items()} if reference is None else reference
        )
    return value


def _reference(value: dict[str, Any]) -> str | None:
    match value:
        case {"Ref": str(name)}:
            return f"${{{bare(name)}}}"
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"${{{bare(name)}.{attribute}}}"
        case {"Fn::Join": [str(separator), list(parts)]}:
            return separator.join(rendered(part) for part in parts)
        case {"Fn::Sub": str(text)}:
            return text
    return None
