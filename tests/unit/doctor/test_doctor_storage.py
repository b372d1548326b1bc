"""The customer key and the bucket's CORS rule."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from doctor_world import ACCOUNT, BUCKET, JOBS, World, mended
from unit_documents import settings

from modeleval.doctor.cors import Cors
from modeleval.doctor.key import CustomerKey
from modeleval.doctor.protocol import State

KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
USED = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]
STATEMENT = {
    "Effect": "Allow",
    "Principal": {"Service": "bedrock.amazonaws.com"},
    "Action": USED,
    "Resource": "*",
    # As the stack writes it, with the encryption context.
    "Condition": {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "StringLike": {"aws:SourceArn": JOBS, "kms:EncryptionContext:evaluationJobArn": JOBS},
    },
}
RULE = {
    "AllowedMethods": ["GET"],
    "AllowedOrigins": ["https://mturk-console-template-preview-hooks.s3.amazonaws.com"],
}


def key(world: World, statement: Any = STATEMENT, **metadata: Any) -> None:
    """KMS's next two answers are about this key."""
    world.settings = settings(customerKeyArn=KEY)
    described = {"KeyId": KEY, "KeyState": "Enabled", "KeyUsage": "ENCRYPT_DECRYPT"} | metadata
    world.stub("kms").add_response("describe_key", {"KeyMetadata": described}, {"KeyId": KEY})
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    world.stub("kms").add_response(
        "get_key_policy", {"Policy": policy}, {"KeyId": KEY, "PolicyName": "default"}
    )


def test_without_a_customer_key_nothing_is_asked(world: World) -> None:
    [found] = world.findings(CustomerKey())
    assert found.state is State.OK


def test_a_key_that_bedrock_may_use_is_right(world: World) -> None:
    key(world)
    assert [one.state for one in world.findings(CustomerKey())] == [State.OK, State.OK]


def resources(world: World, *kinds: str) -> None:
    """CloudFormation's next answer: resources of these kinds, the last of which is named KEY."""
    listed = [
        {
            "LogicalResourceId": f"R{number}",
            "PhysicalResourceId": KEY if number == len(kinds) - 1 else "other",
            "ResourceType": kind,
            "LastUpdatedTimestamp": datetime(2026, 1, 1, tzinfo=UTC),
            "ResourceStatus": "CREATE_COMPLETE",
        }
        for number, kind in enumerate(kinds)
    ]
    world.stub("cloudformation").add_response(
        "list_stack_resources", {"StackResourceSummaries": listed}, {"StackName": "modeleval"}
    )


def test_the_stacks_own_key_is_found_among_its_resources(world: World) -> None:
    key(world)
    world.settings = settings(customerKey=True)
    for _ in range(2):
        resources(world, "AWS::S3::Bucket", "AWS::KMS::Key")
    assert {one.state for one in world.findings(CustomerKey())} == {State.OK}


def test_a_stack_whose_key_is_gone_could_not_be_looked_at(world: World) -> None:
    world.settings = settings(customerKey=True)
    for _ in range(2):
        resources(world, "AWS::S3::Bucket")
    found = world.findings(CustomerKey())
    assert [(one.state, one.fix) for one in found] == [(State.UNKNOWN, "Deploy it again.")] * 2


@pytest.mark.parametrize(
    ("metadata", "fix"),
    [
        ({"KeyState": "Disabled"}, f"aws kms enable-key --key-id {KEY}"),
        ({"KeyState": "PendingDeletion"}, "aws kms cancel-key-deletion"),
        ({"KeyState": "Unavailable"}, "customerKeyArn"),
        ({"KeyUsage": "SIGN_VERIFY"}, "symmetric"),
        ({"KeySpec": "RSA_2048"}, "symmetric"),
    ],
)
def test_a_key_that_cannot_encrypt_is_a_problem(
    world: World, metadata: dict[str, Any], fix: str
) -> None:
    key(world, **metadata)
    found = world.finding(CustomerKey(), "its state")
    assert found.state is State.PROBLEM
    assert fix in found.fix


@pytest.mark.parametrize(
    "change",
    [
        {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}},
        {"Action": ["kms:Decrypt"]},
        {"Condition": {"StringEquals": {"aws:SourceAccount": "999999999999"}}},
    ],
    ids=["nobody", "too-little", "another-account"],
)
def test_a_key_policy_without_bedrock_is_mended_by_the_statement_that_is_shown(
    world: World, change: dict[str, Any]
) -> None:
    key(world, STATEMENT | change)
    found = world.finding(CustomerKey(), "its policy")
    assert found.state is State.PROBLEM
    shown = json.loads(found.fix.removeprefix("Add to the key's policy: "))
    key(world, shown)
    assert world.finding(CustomerKey(), "its policy").state is State.OK


def test_cors_is_not_looked_at_where_the_settings_do_not_ask_for_it(world: World) -> None:
    [found] = world.findings(Cors())
    assert (found.state, "not needed" in found.why) == (State.OK, True)


@pytest.mark.parametrize(
    ("rules", "state"),
    [
        ([RULE], State.OK),
        ([{"AllowedMethods": ["PUT", "GET"], "AllowedOrigins": RULE["AllowedOrigins"]}], State.OK),
        ([{"AllowedMethods": ["PUT"], "AllowedOrigins": RULE["AllowedOrigins"]}], State.PROBLEM),
        ([{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://other"]}], State.PROBLEM),
    ],
    ids=range(4),
)
def test_the_consoles_origin_must_be_able_to_read(
    world: World, rules: list[dict[str, Any]], state: State
) -> None:
    world.settings = settings(consoleCors=True)
    world.stub("s3").add_response("get_bucket_cors", {"CORSRules": rules}, {"Bucket": BUCKET})
    [found] = world.findings(Cors())
    assert found.state is state
    if state is State.PROBLEM:
        kept = mended(found, "--cors-configuration")["CORSRules"]
        assert kept == [*rules, RULE]


def test_a_bucket_without_any_rule_is_a_problem(world: World) -> None:
    world.settings = settings(consoleCors=True)
    world.stub("s3").add_client_error("get_bucket_cors", "NoSuchCORSConfiguration")
    [found] = world.findings(Cors())
    assert mended(found, "--cors-configuration") == {"CORSRules": [RULE]}
