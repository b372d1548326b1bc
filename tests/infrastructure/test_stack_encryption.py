"""A customer key, made by the stack or brought; and a role that is brought."""

from __future__ import annotations

import pytest
from stack_synthesis import Synthesize
from template_reader import Template, rendered
from variants import BROUGHT, SAGEMAKERS_ROLE, TEAMS_KEY, TEAMS_ROLE

MADE = "${EncryptionKey.Arn}"


@pytest.fixture(scope="module")
def made(synthesize: Synthesize) -> Template:
    return synthesize(customerKey="true")


@pytest.fixture(scope="module")
def brought(synthesize: Synthesize) -> Template:
    return synthesize(**BROUGHT)


@pytest.fixture(params=["made", "brought"])
def encrypted(request: pytest.FixtureRequest) -> tuple[Template, str]:
    """A template, and the key that it uses."""
    template: Template = request.getfixturevalue(request.param)
    return template, MADE if request.param == "made" else TEAMS_KEY


def variables(template: Template, name: str) -> set[str]:
    return {
        rendered(function["Environment"]["Variables"][name])
        for function in template.functions.values()
    }


def test_there_is_no_key_by_default(template: Template) -> None:
    assert template.of_type("AWS::KMS::Key") == {}
    assert variables(template, "KMS_KEY_ARN") == {""}


def test_the_key_turns_and_is_kept_like_the_data(made: Template) -> None:
    key = made.only("AWS::KMS::Key")
    assert key["Properties"]["EnableKeyRotation"] is True
    assert (key["DeletionPolicy"], key["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_the_key_goes_with_the_data_if_the_settings_say_so(synthesize: Synthesize) -> None:
    gone = synthesize(customerKey="true", removeDataOnDestroy="true").only("AWS::KMS::Key")
    assert gone["DeletionPolicy"] == "Delete"


def test_a_key_that_is_brought_is_not_made(brought: Template) -> None:
    assert brought.of_type("AWS::KMS::Key") == {}


def test_the_key_encrypts_bucket_table_and_logs(encrypted: tuple[Template, str]) -> None:
    template, key = encrypted
    bucket = rendered(template.only("AWS::S3::Bucket")["Properties"])
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule == {
        "BucketKeyEnabled": True,
        "ServerSideEncryptionByDefault": {"KMSMasterKeyID": key, "SSEAlgorithm": "aws:kms"},
    }
    table = rendered(template.only("AWS::DynamoDB::Table")["Properties"])
    assert table["SSESpecification"] == {
        "KMSMasterKeyId": key,
        "SSEEnabled": True,
        "SSEType": "KMS",
    }
    groups = template.of_type("AWS::Logs::LogGroup").values()
    assert {rendered(group["Properties"]["KmsKeyId"]) for group in groups} == {key}


def test_functions_are_told_the_key(encrypted: tuple[Template, str]) -> None:
    template, key = encrypted
    assert variables(template, "KMS_KEY_ARN") == {key}


def test_who_starts_jobs_may_use_the_key_as_aws_asks(encrypted: tuple[Template, str]) -> None:
    """User guide, model-evaluation-security-data: DescribeKey, GenerateDataKey, Decrypt."""
    template, key = encrypted
    held = {
        action
        for statement in template.statements("FunctionsStartJobRole")
        if statement.sid in ("UseTheKeyForObjects", "DescribeTheKey")
        for action in statement.actions
        if statement.resources == {key}
    }
    assert held == {"kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"}


def test_keys_are_used_through_services_only(encrypted: tuple[Template, str]) -> None:
    template, _ = encrypted
    for role, statement in template.policies():
        if any(action.startswith("kms:") for action in statement.actions):
            via = statement.conditions.get("StringEquals", {}).get("kms:ViaService", "")
            assert via or statement.actions == {"kms:DescribeKey"}, (role, statement)


def test_every_role_that_reaches_data_reaches_the_key(encrypted: tuple[Template, str]) -> None:
    template, key = encrypted
    for name in template.functions:
        statements = template.statements(f"Functions{name}Role")
        actions = {action for statement in statements for action in statement.actions}
        sids = {statement.sid for statement in statements if key in statement.resources}
        objects = bool(actions & {"s3:GetObject", "s3:PutObject"}) or name == "StartJob"
        assert ("UseTheKeyForObjects" in sids) == objects
        assert "UseTheKeyForItems" in sids


def test_the_keys_policy_lets_bedrock_encrypt_evaluation_jobs(made: Template) -> None:
    """User guide, model-evaluation-security-kms."""
    jobs = "arn:${AWS::Partition}:bedrock:${AWS::Region}:${AWS::AccountId}:evaluation-job/*"
    policy = rendered(made.only("AWS::KMS::Key")["Properties"]["KeyPolicy"])
    assert {
        "Sid": "EncryptEvaluationJobs",
        "Effect": "Allow",
        "Principal": {"Service": "bedrock.amazonaws.com"},
        "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"],
        "Resource": "*",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"},
            "StringLike": {
                "aws:SourceArn": jobs,
                "kms:EncryptionContext:evaluationJobArn": jobs,
            },
        },
    } in policy["Statement"]


def test_a_role_that_is_brought_is_passed_and_none_is_made(brought: Template) -> None:
    for service, arn in (("Bedrock", TEAMS_ROLE), ("SageMaker", SAGEMAKERS_ROLE)):
        assert f"{service}Role" not in brought.of_type("AWS::IAM::Role")
        assert variables(brought, f"{service.upper()}_ROLE_ARN") == {arn}
        assert rendered(brought.document["Outputs"][f"{service}RoleArn"]["Value"]) == arn
        [passing] = [
            (role, statement.resources)
            for role, statement in brought.policies()
            if statement.sid == f"PassThe{service}Role"
        ]
        assert passing == ("FunctionsStartJobRole", {arn})
