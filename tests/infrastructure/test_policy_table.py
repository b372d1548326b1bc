"""Every statement of every policy is in the table, and proved as the table says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from policy_evaluator import allowed, applies
from policy_page import PAGE, page
from policy_rows import ACCOUNT, REGION, Evaluated, Request, Row
from policy_table import RESOURCES, TABLE
from stack_synthesis import Synthesize
from template_reader import Template, as_list, bare, rendered
from variants import EVERYTHING

_PSEUDO = {"Partition": "aws", "Region": REGION, "AccountId": ACCOUNT, "URLSuffix": "amazonaws.com"}
ROWS = [(holder, sid, row) for holder, rows in TABLE.items() for sid, row in rows.items()]
TO_EVALUATE = [
    pytest.param(holder, sid, row.proof, id=f"{holder}-{sid}")
    for holder, sid, row in ROWS
    if isinstance(row.proof, Evaluated)
]
TRUSTED = {"sagemaker.amazonaws.com": "SageMaker", "bedrock.amazonaws.com": "Bedrock"}

Stated = list[tuple[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def everything(synthesize: Synthesize) -> Template:
    return synthesize(**EVERYTHING)


@pytest.fixture(scope="module")
def stated(everything: Template) -> Stated:
    """Every statement that any setting brings."""
    return list(policies(everything))


def located(value: Any) -> Any:
    """References as text, the pseudo parameters as one account and Region."""
    if isinstance(value, dict):
        return {located(key): located(item) for key, item in value.items()}
    if isinstance(value, list):
        return [located(item) for item in value]
    if isinstance(value, str):
        return re.sub(r"\$\{AWS::(\w+)\}", lambda match: _PSEUDO[match[1]], value)
    return value


def policies(template: Template) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every statement, with the role or resource whose it is; trust as `Trust`."""
    for name, resource in template.resources.items():
        plain = located(rendered(resource.get("Properties", {})))
        match resource["Type"]:
            case "AWS::IAM::Policy":
                holders, document = plain["Roles"], plain["PolicyDocument"]
            case "AWS::S3::BucketPolicy":
                holders, document = [plain["Bucket"]], plain["PolicyDocument"]
            case "AWS::SQS::QueuePolicy":
                holders, document = plain["Queues"], plain["PolicyDocument"]
            case "AWS::SNS::TopicPolicy":
                holders, document = plain["Topics"], plain["PolicyDocument"]
            case "AWS::KMS::Key":
                holders, document = [f"${{{bare(name)}}}"], plain["KeyPolicy"]
            case "AWS::IAM::Role":
                assert not {"Policies", "ManagedPolicyArns"} & set(plain)
                holders, document = [f"${{{bare(name)}}}"], plain["AssumeRolePolicyDocument"]
                document = {"Statement": trust_of(document["Statement"])}
            case _:
                continue
        for holder in holders:
            for statement in document["Statement"]:
                yield holder[2:-1], statement


def trust_of(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A trust policy's statements have no Sid; where there are several, the service is in it."""
    if len(statements) == 1:
        return [{**statements[0], "Sid": "Trust"}]
    return [{**s, "Sid": f"Trust{TRUSTED[s['Principal']['Service']]}"} for s in statements]


def row_sid(statement: dict[str, Any]) -> str:
    sid: str = statement.get("Sid", "")
    return re.sub(r"\d+$", "#", sid)


def statements_of(stated: Stated, holder: str, sid: str) -> list[dict[str, Any]]:
    return [s for name, s in stated if name == holder and row_sid(s) == sid]


def test_every_statement_has_a_row(template: Template, stated: Stated) -> None:
    for source in (list(policies(template)), stated):
        assert [
            (holder, statement.get("Sid"), statement["Action"])
            for holder, statement in source
            if row_sid(statement) not in TABLE.get(holder, {})
        ] == []


def test_every_row_has_its_statement(stated: Stated) -> None:
    found = {(holder, row_sid(statement)) for holder, statement in stated}
    assert {(holder, sid) for holder, sid, _ in ROWS} == found


def test_every_row_has_the_actions_of_its_statement(stated: Stated) -> None:
    wrong = [
        (holder, sid, sorted(as_list(statement["Action"])))
        for holder, sid, row in ROWS
        for statement in statements_of(stated, holder, sid)
        if sorted(as_list(statement["Action"])) != sorted(row.actions.split())
    ]
    assert wrong == []


def test_no_sid_is_twice_in_a_policy(stated: Stated) -> None:
    found = [(holder, statement.get("Sid")) for holder, statement in stated]
    assert len(found) == len(set(found))


def test_no_trust_policy_but_sagemakers_has_a_second_statement(everything: Template) -> None:
    """SageMaker's judges hand the role on to Bedrock."""
    several = {
        role: [statement["Principal"] for statement in everything.trust(role)]
        for role in everything.of_type("AWS::IAM::Role")
        if len(everything.trust(role)) > 1
    }
    assert several == {"SageMakerRole": [{"Service": service} for service in TRUSTED]}


@pytest.mark.parametrize(("holder", "sid", "proof"), TO_EVALUATE)
def test_the_statement_gives_what_is_wanted_and_nothing_near(
    stated: Stated, holder: str, sid: str, proof: Evaluated
) -> None:
    """By the statement itself: that another one denied or allowed it would prove nothing."""
    statements = statements_of(stated, holder, sid)

    def given(request: Request) -> bool:
        context = {key.replace("__", ":"): value for key, value in request.context.items()}
        return any(applies(s, request.action, request.resource, context) for s in statements)

    assert [request for request in proof.wanted if not given(request)] == []
    assert [request for request in proof.near if given(request)] == []


@pytest.mark.parametrize(
    ("holder", "sid", "proof"),
    [param for param in TO_EVALUATE if param.values[0] not in RESOURCES],
)
def test_the_whole_policy_of_the_role_says_the_same(
    stated: Stated, holder: str, sid: str, proof: Evaluated
) -> None:
    """What is near must not be allowed by a sibling."""
    statements = [s for name, s in stated if name == holder and not s["Sid"].startswith("Trust")]
    for request in proof.wanted:
        assert allowed(statements, request.action, request.resource, **request.context), request
    for request in proof.near:
        assert not allowed(statements, request.action, request.resource, **request.context), request


def test_the_page_is_current() -> None:
    """After a change: `.venv/bin/python tests/infrastructure/policy_page.py`."""
    assert PAGE.read_text() == page(PAGE.read_text())


def test_every_row_says_what_it_is_for() -> None:
    assert all(isinstance(row, Row) and row.purpose for _, _, row in ROWS)
