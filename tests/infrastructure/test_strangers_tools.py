"""What tools that know nothing of this project say of its template: nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs
from stack_synthesis import Synthesize, context
from variants import VARIANTS

from stacks import acknowledged

CDKS_OWN = "CustomS3AutoDeleteObjectsCustomResourceProvider"
"""CDK's function that empties a bucket before it goes is CDK's, redundant DependsOn included."""


def nag_findings(app: Any) -> list[tuple[str, str]]:
    from cdk_nag import AwsSolutionsChecks  # noqa: PLC0415 - starts Node

    report = AwsSolutionsChecks(app).validate_scope(app)
    return [
        (violation.rule_name, resource.construct_path)
        for violation in report.violations
        for resource in violation.violating_resources
    ]


def built(folder: Path, **overrides: Any) -> Any:
    from aws_cdk import App  # noqa: PLC0415 - starts Node

    import app as cdk_app  # noqa: PLC0415

    app = App(context=context(**overrides), outdir=str(folder))
    cdk_app.build(app, stack_name="modeleval")
    return app


@pytest.fixture(scope="module")
def variant(assembly: Path) -> Callable[[str], Any]:
    """The app of a variant, built once; to be looked at only."""
    return cache(lambda name: built(assembly, **VARIANTS[name]))


@pytest.mark.parametrize("name", VARIANTS)
def test_cdk_nag_finds_nothing(variant: Callable[[str], Any], name: str) -> None:
    """AWS Solutions. What is meant is acknowledged beside it: stacks/acknowledged.py."""
    assert nag_findings(variant(name)) == []


def test_every_acknowledged_wildcard_is_there(variant: Callable[[str], Any]) -> None:
    """A reason that explains nothing any more would excuse what is still to come."""
    given = {
        str(entry.data)
        for name in VARIANTS
        for construct in variant(name).node.find_all()
        for entry in construct.node.metadata
    }
    reasons = [*(why for _, why in acknowledged._BECAUSE), *acknowledged._OF_ANY.values()]
    assert [why for why in reasons if not any(why in found for found in given)] == []


def test_cdk_nag_would_find_what_is_not_acknowledged(assembly: Path) -> None:
    from aws_cdk import aws_iam as iam  # noqa: PLC0415 - starts Node

    app = built(assembly)
    stack = app.node.find_child("modeleval")
    iam.Policy(
        stack,
        "Wide",
        roles=[iam.Role(stack, "Other", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))],
        statements=[iam.PolicyStatement(actions=["s3:GetObject"], resources=["*"])],
    )
    assert nag_findings(app) == [
        ("AwsSolutions-IAM5[Resource::*]", "modeleval/Wide/Resource"),
    ]


@pytest.mark.parametrize("name", VARIANTS)
def test_cfn_lint_finds_nothing(synthesize: Synthesize, name: str) -> None:
    template = json.dumps(synthesize(**VARIANTS[name]).document)
    found = lint(template, config=ManualArgs(regions=["us-east-1", "eu-central-1"]))
    assert [
        (match.rule.id, match.message)
        for match in found
        if not (match.rule.id == "W3005" and CDKS_OWN in match.message)
    ] == []


def test_cfn_lint_would_find_a_mistake(synthesize: Synthesize) -> None:
    document = json.loads(json.dumps(synthesize().document))
    bucket = next(n for n, r in document["Resources"].items() if r["Type"] == "AWS::S3::Bucket")
    document["Resources"][bucket]["Properties"]["Versioned"] = True
    found = lint(json.dumps(document), config=ManualArgs(regions=["us-east-1"]))
    assert "E3002" in {match.rule.id for match in found}
