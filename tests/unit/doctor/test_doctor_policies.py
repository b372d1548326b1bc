"""Whether a policy lets a service in: what is understood, and that the rest is no yes."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from doctor_world import ACCOUNT, JOBS

from modeleval.doctor.policies import calling, lets_in, names_account, statements

CALLER = calling("bedrock.amazonaws.com", ACCOUNT, JOBS)
ASSUME = "sts:AssumeRole"


def statement(**changes: Any) -> dict[str, Any]:
    fields = {
        "Effect": "Allow",
        "Principal": {"Service": "bedrock.amazonaws.com"},
        "Action": ASSUME,
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    }
    return {key: value for key, value in (fields | changes).items() if value is not None}


ALLOWS = [
    statement(),
    statement(Condition=None),
    statement(Action="sts:*"),
    statement(Action=["sts:TagSession", "STS:assumerole"]),
    statement(Principal={"Service": ["sagemaker.amazonaws.com", "bedrock.amazonaws.com"]}),
    statement(Principal="*"),
    statement(Condition={"StringEquals": {"AWS:SOURCEACCOUNT": ["999999999999", ACCOUNT]}}),
    statement(Condition={"ArnEquals": {"aws:SourceArn": JOBS}}),
    statement(Condition={"ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:*:{ACCOUNT}:*"}}),
    statement(Condition={"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}),
]
REFUSES = [
    (statement(Principal={"Service": "ec2.amazonaws.com"}), "no statement lets"),
    (statement(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}), "no statement lets"),
    (statement(Action="sts:TagSession"), "no statement lets"),
    (statement(Effect="Deny"), "a statement denies"),
    (statement(Condition={"StringEquals": {"aws:SourceAccount": "999999999999"}}), "conditions"),
    (statement(Condition={"StringEquals": {"aws:SourceArn": JOBS[:-1] + "abc"}}), "conditions"),
    (statement(Condition={"ArnLike": {"aws:SourceArn": "arn:aws:sagemaker:*"}}), "conditions"),
    (statement(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}), "conditions"),
    # Not understood, so not taken as met.
    (statement(Condition={"DateLessThan": {"aws:CurrentTime": "2020-01-01"}}), "conditions"),
    (statement(Condition={"StringNotEquals": {"aws:SourceAccount": ACCOUNT}}), "conditions"),
]


@pytest.mark.parametrize("one", ALLOWS, ids=range(len(ALLOWS)))
def test_a_statement_that_lets_the_service_in_does(one: dict[str, Any]) -> None:
    assert lets_in([one], CALLER, ASSUME) == ""


@pytest.mark.parametrize(("one", "why"), REFUSES, ids=range(len(REFUSES)))
def test_any_other_does_not_and_why_is_said(one: dict[str, Any], why: str) -> None:
    assert why in lets_in([one], CALLER, ASSUME)


def test_one_of_several_statements_is_enough_and_a_denial_is_stronger() -> None:
    assert lets_in([REFUSES[0][0], statement()], CALLER, ASSUME) == ""
    assert "denies" in lets_in([statement(), statement(Effect="Deny")], CALLER, ASSUME)
    other = statement(Effect="Deny", Condition={"StringEquals": {"aws:SourceAccount": "9"}})
    assert lets_in([statement(), other], CALLER, ASSUME) == ""


def test_every_action_must_be_allowed() -> None:
    use = [statement(Action=["kms:Decrypt", "kms:Describe*"])]
    assert lets_in(use, CALLER, "kms:Decrypt", "kms:DescribeKey") == ""
    assert lets_in(use, CALLER, "kms:Decrypt", "kms:GenerateDataKey") == (
        "bedrock.amazonaws.com is not allowed kms:GenerateDataKey"
    )


def test_the_account_must_be_named_in_a_statement_that_counts() -> None:
    assert names_account([statement()], CALLER, ASSUME)
    assert not names_account([statement(Condition=None)], CALLER, ASSUME)
    assert not names_account([statement(Effect="Deny")], CALLER, ASSUME)
    wrong = statement(Condition={"StringEquals": {"aws:SourceAccount": "999999999999"}})
    assert not names_account([wrong, statement(Condition=None)], CALLER, ASSUME)


@pytest.mark.parametrize(
    "encode", [json.dumps, lambda one: quote(json.dumps(one)), lambda one: one]
)
def test_a_policy_is_read_in_each_form_that_iam_gives_it(encode: Any) -> None:
    assert statements(encode({"Statement": statement()})) == [statement()]
    assert statements(encode({"Statement": [statement()]})) == [statement()]
    assert statements(encode({})) == []
