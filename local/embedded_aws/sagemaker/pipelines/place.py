"""Where a training job reads and writes in S3, always as its role."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from embedded_aws.bedrock.service_role import ServiceRole

_FORBIDDEN = 403


class S3Refused(Exception):
    """What S3 did not do for the role; the text is a failure reason."""


def split(uri: str) -> tuple[str, str]:
    """Bucket and key of an S3 URI, both as written."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


class Place:
    """S3 as one role sees it. ``key`` is the KMS key that objects are written with."""

    def __init__(self, role: ServiceRole, client: Any, key: str | None) -> None:
        self._role = role
        self._s3 = client
        self._encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key} if key else {}

    def read(self, uri: str) -> bytes:
        """One object, whose key is taken as written."""
        bucket, key = split(uri)
        body = self._call("s3:GetObject", bucket, key, self._s3.get_object, Key=key)["Body"]
        return bytes(body.read())

    def read_below(self, uri: str) -> list[bytes]:
        """Every object whose key starts so (S3DataType S3Prefix), folders' own objects left out."""
        bucket, prefix = split(uri)
        keys: list[str] = []
        more: dict[str, str] = {}
        while True:
            listed = self._call(
                "s3:ListBucket", bucket, "", self._s3.list_objects_v2, Prefix=prefix, **more
            )
            keys += [entry["Key"] for entry in listed.get("Contents", [])]
            if not listed.get("IsTruncated"):
                break
            more = {"ContinuationToken": listed["NextContinuationToken"]}
        found = [key for key in keys if not key.endswith("/")]
        if not found:
            raise S3Refused(f'No S3 objects found under prefix "{uri}" given in input data source')
        return [self.read(f"s3://{bucket}/{key}") for key in found]

    def write(self, output: str, way: str, body: bytes) -> str:
        """Put an object below an output path, which may end with a slash or not; its URI."""
        bucket, prefix = split(output)
        key = "/".join(part for part in (prefix.strip("/"), way) if part)
        self._call(
            "s3:PutObject", bucket, key, self._s3.put_object, Key=key, Body=body, **self._encryption
        )
        return f"s3://{bucket}/{key}"

    def check_output(self, output: str) -> None:
        """Try the output's bucket: its location, and its listing below the path."""
        bucket, prefix = split(output)
        self._call("s3:GetBucketLocation", bucket, "", self._s3.get_bucket_location)
        self._call("s3:ListBucket", bucket, "", self._s3.list_objects_v2, Prefix=prefix, MaxKeys=1)

    def _call(self, action: str, bucket: str, key: str, call: Any, **arguments: Any) -> Any:
        try:
            return call(Bucket=bucket, **arguments)
        except ClientError as error:
            resource = f"arn:aws:s3:::{bucket}/{key}" if key else f"arn:aws:s3:::{bucket}"
            code = error.response["Error"]["Code"]
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == _FORBIDDEN:
                raise S3Refused(
                    f"AccessDenied: the role {self._role.arn} is not authorized to perform "
                    f"{action} on {resource}"
                ) from None
            raise S3Refused(f"{resource} cannot be used: {code}") from None
