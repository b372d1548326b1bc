"""Policy statements, each with a Sid: what the stack's roles may is a table that people read.

docs/permissions.md shows the table, tests/infrastructure/policy_table.py says how each is proved.
"""

from __future__ import annotations

import json
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

Statements = list[iam.PolicyStatement]


def allow(
    sid: str, actions: list[str], *resources: str, conditions: dict[str, object] | None = None
) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=sid, actions=actions, resources=list(resources), conditions=conditions
    )


def through(stack: Stack, service: str) -> dict[str, object]:
    """The condition that a key is used by a service for the caller, never by the caller itself."""
    endpoint = f"{service}.{stack.region}.{stack.url_suffix}"
    return {"StringEquals": {"kms:ViaService": endpoint}}


def send_traces(*, samples: bool = False) -> iam.PolicyStatement:
    """X-Ray: IAM knows no resource for these actions. `samples`: as Step Functions asks for."""
    sampling = ["xray:GetSamplingRules", "xray:GetSamplingTargets"] if samples else []
    return allow(
        "SendTraces", ["xray:PutTelemetryRecords", "xray:PutTraceSegments", *sampling], "*"
    )


def size_of(stack: Stack, statement: iam.PolicyStatement) -> int:
    """Characters of a statement, a little over what IAM counts: references count by their names."""
    document = as_text(stack.resolve(statement.to_statement_json()))
    return len(json.dumps(document, separators=(",", ":")))


def as_text(value: Any) -> Any:
    """A resolved value, its references as cdk-nag writes them: `<LogicalId.Attribute>`."""
    match value:
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(as_text(part) for part in parts)
        case dict():
            return {key: as_text(item) for key, item in value.items()}
        case list():
            return [as_text(item) for item in value]
    return value
