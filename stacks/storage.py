"""The bucket and the table: where everything that a team wants to keep lies."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from constructs import Construct

from modeleval.artifacts import RUNS
from modeleval.settings import Settings
from modeleval.store import keys


class Storage(Construct):
    """Names are generated: two stacks never meet, and destroy then deploy works."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        removal = RemovalPolicy.DESTROY if settings.remove_data_on_destroy else RemovalPolicy.RETAIN
        kept = Duration.days(settings.retention_days)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=True,
            removal_policy=removal,
            # The embedded AWS cannot run the function that empties the bucket.
            auto_delete_objects=settings.remove_data_on_destroy and settings.architecture != "host",
            lifecycle_rules=[
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
            ],
        )
        self.table = dynamodb.Table(
            self,
            "Table",
            partition_key=_text(keys.PARTITION),
            sort_key=_text(keys.SORT),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.AWS_MANAGED,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute=keys.EXPIRES,
            removal_policy=removal,
        )
        self.table.add_global_secondary_index(
            index_name=keys.LISTS_INDEX,
            partition_key=_text(keys.LISTS_PARTITION),
            sort_key=_text(keys.LISTS_SORT),
        )
        self.table.add_global_secondary_index(
            index_name=keys.OPEN_INDEX,
            partition_key=_text(keys.OPEN_PARTITION),
            sort_key=_text(keys.OPEN_SORT),
        )


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
