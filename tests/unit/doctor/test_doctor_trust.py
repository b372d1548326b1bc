"""The trust policies of the two roles, and the command that mends one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from doctor_world import ACCOUNT, JOBS, ROLES, World, mended

from modeleval.doctor.protocol import State
from modeleval.doctor.trust import Trust

BEDROCK, SAGEMAKER = "the role for Bedrock", "the role for SageMaker"
PIPELINES = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:*"


def trusting(service: str, **conditions: Any) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    return statement | ({"Condition": conditions} if conditions else {})


GOOD_BEDROCK = trusting(
    "bedrock",
    StringEquals={"aws:SourceAccount": ACCOUNT},
    ArnEquals={"aws:SourceArn": JOBS},
)
GOOD_SAGEMAKER = trusting(
    "sagemaker",
    StringEquals={"aws:SourceAccount": ACCOUNT},
    ArnLike={"aws:SourceArn": PIPELINES},
)


def role(world: World, name: str, *statements: dict[str, Any]) -> None:
    """IAM's next answer is this role."""
    policy = {"Version": "2012-10-17", "Statement": list(statements)}
    world.stub("iam").add_response(
        "get_role",
        {
            "Role": {
                "Path": "/",
                "RoleName": name,
                "RoleId": "AROAABCDEFGHIJKLMNOP",
                "Arn": ROLES + name,
                "CreateDate": datetime(2026, 1, 1, tzinfo=UTC),
                "AssumeRolePolicyDocument": json.dumps(policy),
            }
        },
        {"RoleName": name},
    )


def test_roles_as_the_stack_makes_them_are_right(world: World) -> None:
    role(world, "Bedrock", GOOD_BEDROCK)
    role(world, "SageMaker", GOOD_SAGEMAKER, GOOD_BEDROCK)
    assert [one.state for one in world.findings(Trust())] == [State.OK, State.OK]


def test_a_service_that_is_not_let_in_is_a_problem_with_the_command_that_lets_it_in(
    world: World,
) -> None:
    role(world, "Bedrock", trusting("ec2"))
    role(world, "SageMaker", GOOD_SAGEMAKER)
    bedrock, sagemaker = world.findings(Trust())
    assert "no statement lets bedrock.amazonaws.com in" in bedrock.why
    assert bedrock.fix.startswith("aws iam update-assume-role-policy --role-name Bedrock ")
    assert "sagemaker" not in sagemaker.why
    assert "no statement lets bedrock.amazonaws.com in" in sagemaker.why
    # What the commands write is right, and keeps what was there.
    kept = [mended(one, "--policy-document")["Statement"] for one in (bedrock, sagemaker)]
    assert trusting("ec2") in kept[0]
    assert GOOD_SAGEMAKER in kept[1]
    role(world, "Bedrock", *kept[0])
    role(world, "SageMaker", *kept[1])
    assert {one.state for one in world.findings(Trust())} == {State.OK}


@pytest.mark.parametrize(
    ("conditions", "why"),
    [
        ({}, "without a condition on aws:SourceAccount"),
        ({"ArnEquals": {"aws:SourceArn": JOBS}}, "without a condition on aws:SourceAccount"),
        ({"StringEquals": {"aws:SourceAccount": "999999999999"}}, "that its jobs do not meet"),
        (
            {
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
                "ArnEquals": {"aws:SourceArn": JOBS.replace("us-east-1", "eu-west-1")},
            },
            "that its jobs do not meet",
        ),
    ],
)
def test_a_condition_that_bedrock_misses_or_does_not_meet_is_a_problem(
    world: World, conditions: dict[str, Any], why: str
) -> None:
    role(world, "Bedrock", trusting("bedrock", **conditions))
    role(world, "SageMaker", GOOD_SAGEMAKER, GOOD_BEDROCK)
    bedrock, sagemaker = world.findings(Trust())
    assert why in bedrock.why
    assert sagemaker.state is State.OK


def test_a_role_of_another_account_is_a_problem_that_needs_no_question(world: World) -> None:
    world.bedrock_role = "arn:aws:iam::999999999999:role/Theirs"
    role(world, "SageMaker", GOOD_SAGEMAKER, GOOD_BEDROCK)
    found = world.finding(Trust(), BEDROCK)
    assert "is not of account 111122223333" in found.why
    assert "bedrockRoleArn" in found.fix


def test_a_role_that_is_gone_is_a_problem_and_one_that_is_hidden_is_not_known(
    world: World,
) -> None:
    world.stub("iam").add_client_error("get_role", "NoSuchEntity")
    world.stub("iam").add_client_error("get_role", "AccessDenied", "not yours")
    gone, hidden = world.findings(Trust())
    assert (gone.state, hidden.state) == (State.PROBLEM, State.UNKNOWN)
    assert "there is no role" in gone.why
    assert hidden.what == SAGEMAKER
    assert hidden.why == "GetRole: AccessDenied: not yours"
    assert "Allow iam:GetRole to the credentials" in hidden.fix
