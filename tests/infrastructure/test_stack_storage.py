"""The bucket and the table: one property of theirs per test."""

from __future__ import annotations

from typing import Any

import pytest
from stack_synthesis import Synthesize
from template_reader import Template, rendered

from modeleval.doctor.cors import CONSOLE_RULE

RETENTION = 365


@pytest.fixture(scope="module")
def bucket(template: Template) -> dict[str, Any]:
    return dict(template.only("AWS::S3::Bucket")["Properties"])


@pytest.fixture(scope="module")
def table(template: Template) -> dict[str, Any]:
    return dict(template.only("AWS::DynamoDB::Table")["Properties"])


def rules(bucket: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {rule["Id"]: rule for rule in bucket["LifecycleConfiguration"]["Rules"]}


def test_bucket_blocks_all_public_access(bucket: dict[str, Any]) -> None:
    assert bucket["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }


def test_bucket_is_encrypted(bucket: dict[str, Any]) -> None:
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


def test_bucket_is_versioned(bucket: dict[str, Any]) -> None:
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}


def test_bucket_knows_no_acls(bucket: dict[str, Any]) -> None:
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}


@pytest.mark.parametrize(
    ("sid", "condition"),
    [
        ("DenyPlainHttp", {"Bool": {"aws:SecureTransport": "false"}}),
        ("DenyOldTls", {"NumericLessThan": {"s3:TlsVersion": 1.2}}),
    ],
)
def test_bucket_denies_requests(template: Template, sid: str, condition: dict[str, Any]) -> None:
    policy = rendered(template.only("AWS::S3::BucketPolicy")["Properties"])
    assert policy["Bucket"] == "${StorageBucket}"
    assert {
        "Sid": sid,
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "s3:*",
        "Resource": ["${StorageBucket.Arn}", "${StorageBucket.Arn}/*"],
        "Condition": condition,
    } in policy["PolicyDocument"]["Statement"]


def test_bucket_policy_allows_nobody(template: Template) -> None:
    policy = template.only("AWS::S3::BucketPolicy")["Properties"]["PolicyDocument"]
    assert {statement["Effect"] for statement in policy["Statement"]} == {"Deny"}


def test_runs_expire_after_the_retention(bucket: dict[str, Any]) -> None:
    rule = rules(bucket)["runs"]
    assert (rule["Prefix"], rule["ExpirationInDays"]) == ("runs/", RETENTION)


def test_expired_runs_are_not_kept_a_second_time_as_noncurrent_versions(
    bucket: dict[str, Any],
) -> None:
    assert rules(bucket)["runs"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}


def test_noncurrent_versions_of_everything_expire_after_the_retention(
    bucket: dict[str, Any],
) -> None:
    rule = rules(bucket)["old-versions"]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": RETENTION}
    assert "Prefix" not in rule


def test_datasets_do_not_expire(bucket: dict[str, Any]) -> None:
    """They are the team's own: only what the runs wrote goes."""
    assert [name for name, rule in rules(bucket).items() if "ExpirationInDays" in rule] == ["runs"]


def test_broken_uploads_and_empty_delete_markers_are_cleared(bucket: dict[str, Any]) -> None:
    rule = rules(bucket)["old-versions"]
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert rule["ExpiredObjectDeleteMarker"] is True


def test_all_lifecycle_rules_are_enabled(bucket: dict[str, Any]) -> None:
    assert {rule["Status"] for rule in rules(bucket).values()} == {"Enabled"}


def test_table_is_paid_per_request(table: dict[str, Any]) -> None:
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert "ProvisionedThroughput" not in table


def test_table_recovers_to_a_point_in_time(table: dict[str, Any]) -> None:
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_table_is_encrypted_with_a_key_that_the_account_sees(table: dict[str, Any]) -> None:
    assert table["SSESpecification"] == {"SSEEnabled": True}


def test_the_console_reads_nothing_by_default(bucket: dict[str, Any]) -> None:
    assert "CorsConfiguration" not in bucket


def test_the_console_gets_its_rule_and_no_other(synthesize: Synthesize) -> None:
    bucket = synthesize(consoleCors="true").only("AWS::S3::Bucket")["Properties"]
    origin = "https://mturk-console-template-preview-hooks.s3.amazonaws.com"
    rule = {"AllowedMethods": ["GET"], "AllowedOrigins": [origin]}
    assert bucket["CorsConfiguration"] == {"CorsRules": [rule]}
    assert rule == CONSOLE_RULE, "modeleval doctor looks for another"


@pytest.mark.parametrize("kind", ["AWS::S3::Bucket", "AWS::DynamoDB::Table"])
def test_data_outlives_the_stack(template: Template, kind: str) -> None:
    resource = template.only(kind)
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


@pytest.mark.parametrize("kind", ["AWS::S3::Bucket", "AWS::DynamoDB::Table"])
def test_data_goes_with_the_stack_if_the_settings_say_so(synthesize: Synthesize, kind: str) -> None:
    resource = synthesize(removeDataOnDestroy="true").only(kind)
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Delete", "Delete")


def test_a_bucket_that_goes_is_emptied_first(synthesize: Synthesize) -> None:
    assert synthesize(removeDataOnDestroy="true").only("Custom::S3AutoDeleteObjects")


def test_items_expire(table: dict[str, Any]) -> None:
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expiresAt", "Enabled": True}


def test_the_retention_of_the_settings_reaches_every_rule(synthesize: Synthesize) -> None:
    bucket = synthesize(retentionDays="30").only("AWS::S3::Bucket")["Properties"]
    assert rules(bucket)["runs"]["ExpirationInDays"] == 30
    assert rules(bucket)["old-versions"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
