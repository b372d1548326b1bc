"""Customer managed keys: who must be allowed what.

"Data encryption for model evaluation jobs": the caller needs kms:DescribeKey, and kms:Decrypt and
kms:GenerateDataKey through S3; the role needs the last two. Identity policies and the key's own
policy both count, as MiniStack evaluates them. A bucket whose default is a customer key asks the
role for the same, whatever the job says.
"""

from __future__ import annotations

from typing import Any

from ministack.services import kms, s3

from embedded_aws.bedrock import output
from embedded_aws.bedrock.requested import dataset_configs
from embedded_aws.bedrock.service_role import ServiceRole
from embedded_aws.callers import Caller
from embedded_aws.errors import ServiceError, invalid

_READ, _WRITE = "kms:Decrypt", "kms:GenerateDataKey"


def arguments(request: dict[str, Any]) -> dict[str, str]:
    """How the job's objects are written: the arguments of PutObject."""
    key = request.get("customerEncryptionKeyId")
    return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key} if key else {}


def check(request: dict[str, Any], caller: Caller, role: ServiceRole) -> None:
    """Raise AccessDeniedException or ValidationException unless every key can be used."""
    identifier = request.get("customerEncryptionKeyId")
    bucket = output.Destination.of(request).bucket
    if identifier:
        arn = _usable(identifier)
        caller.require("kms:DescribeKey", arn)
        for action in (_READ, _WRITE):
            caller.require(action, arn, _through_s3(role.region, bucket))
        _require(role, arn, bucket, "AccessDeniedException", _READ, _WRITE)
    _check_bucket(role, bucket, _READ, _WRITE)
    for config in dataset_configs(request):
        source, _ = output.split_uri(config["dataset"]["datasetLocation"]["s3Uri"])
        _check_bucket(role, source, _READ)


def _usable(identifier: str) -> str:
    """The ARN of an enabled key; by its ARN, its id or an alias."""
    record = kms._resolve_key(identifier)
    if record is None:
        raise invalid("The provided customerEncryptionKeyId does not exist.")
    if record["KeyState"] != "Enabled":
        raise invalid(f"The provided customerEncryptionKeyId is {record['KeyState']}.")
    return str(record["Arn"])


def _check_bucket(role: ServiceRole, bucket: str, *actions: str) -> None:
    header = "x-amz-server-side-encryption-aws-kms-key-id"
    default = s3._bucket_default_sse_headers(bucket).get(header, "")
    record = None if "alias/aws/" in default else kms._resolve_key(default)
    if record is not None:
        _require(role, str(record["Arn"]), bucket, "ValidationException", *actions)


def _require(role: ServiceRole, key: str, bucket: str, code: str, *actions: str) -> None:
    for action in actions:
        if not role.allows(action, key, _through_s3(role.region, bucket)):
            raise ServiceError(
                code, f"The role {role.arn} is not authorized to perform {action} on {key}"
            )


def _through_s3(region: str, bucket: str) -> dict[str, Any]:
    return {
        "kms:ViaService": f"s3.{region}.amazonaws.com",
        "kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{bucket}",
    }
