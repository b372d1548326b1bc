"""Customer managed keys: the caller's, the role's and the key's own policy, and the buckets'."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from standin_world import BUCKET, World, statement

VIA_S3 = {"Condition": {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}}
USE = ["kms:Decrypt", "kms:GenerateDataKey"]


@pytest.fixture
def key(world: World) -> str:
    arn: str = world.aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    return arn


def creator(world: World, *more: dict[str, Any]) -> Any:
    return world.caller(
        [
            statement("bedrock:CreateEvaluationJob", "*"),
            statement("iam:PassRole", "*"),
            *more,
        ]
    )


def full(key: str) -> list[dict[str, Any]]:
    return [statement("kms:DescribeKey", key), statement(USE, key, **VIA_S3)]


def refused(client: Any, request: dict[str, Any], code: str = "AccessDeniedException") -> str:
    with pytest.raises(ClientError) as caught:
        client.create_evaluation_job(**request)
    assert caught.value.response["Error"]["Code"] == code
    return str(caught.value.response["Error"]["Message"])


@pytest.mark.parametrize("form", ["arn", "id", "alias"])
def test_caller_and_role_with_just_enough(world: World, key: str, form: str) -> None:
    identifier = {"arn": key, "id": key.rsplit("/", 1)[1], "alias": f"alias/{key[-12:]}"}[form]
    if form == "alias":
        world.aws.client("kms").create_alias(AliasName=identifier, TargetKeyId=key)
    role = world.role_with(statement(USE, key, **VIA_S3))
    caller = creator(world, *full(key))
    request = world.request(roleArn=role, customerEncryptionKeyId=identifier)
    job = world.wait(caller.create_evaluation_job(**request)["jobArn"], "Completed")
    assert job["customerEncryptionKeyId"] == identifier
    (result,) = [name for name in world.outputs(request["jobName"]) if name.endswith(".jsonl")]
    head = world.s3.head_object(Bucket=BUCKET, Key=f"out/runs/{request['jobName']}/{result}")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", identifier)


@pytest.mark.parametrize("missing", ["kms:DescribeKey", "kms:Decrypt", "kms:GenerateDataKey"])
def test_each_permission_of_the_caller(world: World, key: str, missing: str) -> None:
    left = [name for name in ("kms:DescribeKey", *USE) if name != missing]
    caller = creator(world, statement(left, key))
    role = world.role_with(statement(USE, key))
    request = world.request(roleArn=role, customerEncryptionKeyId=key)
    assert f"{missing} on resource: {key}" in refused(caller, request)
    assert world.aws.control("GET", "jobs") == {"jobs": []}


def test_through_another_service_is_not_enough(world: World, key: str) -> None:
    other = {"Condition": {"StringEquals": {"kms:ViaService": "sqs.us-east-1.amazonaws.com"}}}
    role = world.role_with(statement(USE, key))
    request = world.request(roleArn=role, customerEncryptionKeyId=key)
    caller = creator(world, statement("kms:DescribeKey", key), statement(USE, key, **other))
    assert "kms:Decrypt" in refused(caller, request)


@pytest.mark.parametrize("missing", USE)
def test_each_permission_of_the_role(world: World, key: str, missing: str) -> None:
    (left,) = [name for name in USE if name != missing]
    role = world.role_with(statement(left, key, **VIA_S3))
    request = world.request(roleArn=role, customerEncryptionKeyId=key)
    message = refused(world.bedrock, request)
    assert message == f"The role {role} is not authorized to perform {missing} on {key}"


def test_the_keys_own_policy_counts(world: World, key: str) -> None:
    root = f"arn:aws:iam::{world.aws.account}:user/somebody"
    policy = {
        "Version": "2012-10-17",
        "Statement": [statement("kms:*", "*", Principal={"AWS": root})],
    }
    kms = world.aws.client("kms")
    kms.put_key_policy(
        KeyId=key,
        PolicyName="default",
        Policy=json.dumps(policy),
        BypassPolicyLockoutSafetyCheck=True,
    )
    role = world.role_with(statement(USE, key))
    request = world.request(roleArn=role, customerEncryptionKeyId=key)
    assert "is not authorized to perform kms:Decrypt" in refused(world.bedrock, request)
    assert "kms:DescribeKey" in refused(creator(world, *full(key)), request)


def test_keys_that_cannot_be_used(world: World, key: str) -> None:
    gone = f"{key[:-4]}0000"
    request = world.request(customerEncryptionKeyId=gone)
    assert "does not exist" in refused(world.bedrock, request, "ValidationException")
    world.aws.client("kms").disable_key(KeyId=key)
    request = world.request(customerEncryptionKeyId=key)
    assert "is Disabled" in refused(world.bedrock, request, "ValidationException")


@pytest.fixture
def encrypted(world: World, key: str) -> Iterator[str]:
    rule = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    world.s3.put_bucket_encryption(
        Bucket=BUCKET,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": rule, "BucketKeyEnabled": True}]
        },
    )
    yield key
    world.s3.delete_bucket_encryption(Bucket=BUCKET)


@pytest.mark.parametrize("missing", USE)
def test_a_bucket_with_a_key_of_its_own(world: World, encrypted: str, missing: str) -> None:
    (left,) = [name for name in USE if name != missing]
    request = world.request(roleArn=world.role_with(statement(left, encrypted, **VIA_S3)))
    message = refused(world.bedrock, request, "ValidationException")
    assert f"{missing} on {encrypted}" in message
    role = world.role_with(statement(USE, encrypted, **VIA_S3))
    assert world.wait(world.create(roleArn=role))["status"] == "Completed"
