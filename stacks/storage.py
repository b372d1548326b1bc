"""The bucket and the table: where everything that a team wants to keep lies."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from modeleval.artifacts import RUNS
from modeleval.settings import Settings
from modeleval.store import keys
from stacks.acknowledged import acknowledge
from stacks.customer_key import CustomerKey

CONSOLE_CORS = s3.CorsRule(
    allowed_methods=[s3.HttpMethods.GET],
    allowed_origins=["https://mturk-console-template-preview-hooks.s3.amazonaws.com"],
)
"""What the Bedrock console needs for jobs with human workers (user guide, model-evaluation-
security-cors)."""


class Storage(Construct):
    """Names are generated: two stacks never meet, and destroy then deploy works."""

    def __init__(
        self, scope: Construct, construct_id: str, *, key: CustomerKey, settings: Settings
    ) -> None:
        super().__init__(scope, construct_id)
        self.key = key
        removal = RemovalPolicy.DESTROY if settings.remove_data_on_destroy else RemovalPolicy.RETAIN
        self.bucket = self._bucket(removal, settings)
        self.table = self._table(removal)

    def _bucket(self, removal: RemovalPolicy, settings: Settings) -> s3.Bucket:
        customer_key = self.key.key is not None
        bucket = s3.Bucket(
            self,
            "Bucket",
            encryption=s3.BucketEncryption.KMS if customer_key else s3.BucketEncryption.S3_MANAGED,
            encryption_key=self.key.key,
            bucket_key_enabled=customer_key or None,
            cors=[CONSOLE_CORS] if settings.console_cors else None,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            versioned=True,
            removal_policy=removal,
            # The embedded AWS cannot run the function that empties the bucket.
            auto_delete_objects=settings.remove_data_on_destroy and settings.architecture != "host",
            lifecycle_rules=_lifecycle(Duration.days(settings.retention_days)),
        )
        _deny(bucket, "DenyPlainHttp", {"Bool": {"aws:SecureTransport": "false"}})
        _deny(bucket, "DenyOldTls", {"NumericLessThan": {"s3:TlsVersion": 1.2}})
        acknowledge(
            bucket,
            "AwsSolutions-S1",
            "Who read which object is for CloudTrail's data events, which a team turns on for its "
            "whole account; server access logs are delivered at best.",
        )
        return bucket

    def _table(self, removal: RemovalPolicy) -> dynamodb.Table:
        customer_key = self.key.key is not None
        table = dynamodb.Table(
            self,
            "Table",
            partition_key=_text(keys.PARTITION),
            sort_key=_text(keys.SORT),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED
            if customer_key
            else dynamodb.TableEncryption.AWS_MANAGED,
            encryption_key=self.key.key,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute=keys.EXPIRES,
            removal_policy=removal,
        )
        table.add_global_secondary_index(
            index_name=keys.LISTS_INDEX,
            partition_key=_text(keys.LISTS_PARTITION),
            sort_key=_text(keys.LISTS_SORT),
        )
        table.add_global_secondary_index(
            index_name=keys.OPEN_INDEX,
            partition_key=_text(keys.OPEN_PARTITION),
            sort_key=_text(keys.OPEN_SORT),
        )
        return table


def _lifecycle(kept: Duration) -> list[s3.LifecycleRule]:
    return [
        s3.LifecycleRule(
            id="runs",
            prefix=RUNS,
            expiration=kept,
            # What expires becomes noncurrent: without this it would be kept twice as long.
            noncurrent_version_expiration=Duration.days(1),
        ),
        s3.LifecycleRule(
            id="old-versions",
            noncurrent_version_expiration=kept,
            abort_incomplete_multipart_upload_after=Duration.days(7),
            expired_object_delete_marker=True,
        ),
    ]


def _deny(bucket: s3.Bucket, sid: str, condition: dict[str, object]) -> None:
    bucket.add_to_resource_policy(
        iam.PolicyStatement(
            sid=sid,
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            actions=["s3:*"],
            resources=[bucket.bucket_arn, bucket.arn_for_objects("*")],
            conditions=condition,
        )
    )


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
