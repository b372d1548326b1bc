"""The S3 objects of the deployed bucket, and reading from the allowed others."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, cast

from botocore.exceptions import ClientError

from modeleval.artifacts import kept_key
from modeleval.aws import error_code, transient_errors
from modeleval.errors import ModelevalError, TransientServiceError

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from mypy_boto3_s3 import S3Client

CHUNK = 1 << 18
_SPOOL = 8 << 20
_MISSING = frozenset({"NoSuchKey", "NoSuchBucket", "404"})
_CHANGED = frozenset({"PreconditionFailed", "412"})
_DENIED = frozenset({"AccessDenied", "403"})


class ObjectMissing(ModelevalError):
    """Nothing there. Where it matters the caller says what it was meant to be."""

    def __init__(self, key: str) -> None:
        super().__init__(
            "There is no such object", where=key, action="It may have expired, or been deleted."
        )


class ObjectDenied(ModelevalError):
    """There or not: this role may not read it."""

    def __init__(self, key: str) -> None:
        super().__init__(
            "The object may not be read", where=key, action="Check the role's and bucket's policy."
        )


class ObjectChanged(ModelevalError):
    """Somebody wrote the object since it was first read."""

    def __init__(self, key: str, *, since: str = "since the run began") -> None:
        super().__init__(f"The object was changed {since}", where=key, action="Start again.")


_GONE = (ObjectMissing, ObjectDenied)
"""To a role that may not list, what is missing is answered as forbidden."""
_NAMED = ((_MISSING, ObjectMissing), (_DENIED, ObjectDenied), (_CHANGED, ObjectChanged))


class SourceObject(NamedTuple):
    """An object being read: its bytes in chunks, which version they are, their ETag and number."""

    chunks: Iterator[bytes]
    version_id: str | None
    etag: str
    size: int


class Objects:
    """Reads and writes objects; `bucket` is the stack's own."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self.bucket = bucket

    def open(
        self,
        key: str,
        *,
        bucket: str | None = None,
        owner: str | None = None,
        etag: str | None = None,
    ) -> SourceObject:
        """Stream an object. `owner` is the account that must own the bucket.

        With `etag`, only if its content is still that: else ObjectChanged. Raises ObjectMissing or
        ObjectDenied.
        """
        extra: dict[str, Any] = {"ExpectedBucketOwner": owner} if owner else {}
        if etag:
            extra["IfMatch"] = etag
        found = self._get(key, bucket or self.bucket, extra)
        return SourceObject(
            _chunks(found["Body"]), found.get("VersionId"), found["ETag"], found["ContentLength"]
        )

    def _get(self, key: str, bucket: str, extra: Mapping[str, Any]) -> Any:
        with transient_errors("S3"), _named(key):
            return self._client.get_object(Bucket=bucket, Key=key, **extra)

    def read(self, key: str) -> bytes:
        """A whole small object; raises ObjectMissing."""
        return b"".join(self.open(key).chunks)

    def lines(self, key: str) -> Iterator[bytes]:
        """The non-empty lines of an object, streamed; raises ObjectMissing or ObjectDenied."""
        body = self._get(key, self.bucket, {})["Body"]
        with transient_errors("S3"):
            yield from (line for line in body.iter_lines(CHUNK) if line.strip())

    def exists(self, key: str) -> bool:
        """Whether there is an object of the stack's own bucket with this key."""
        return next(self.keys(key), None) == key

    def write_json(self, key: str, document: object) -> None:
        self.write(key, json.dumps(document, indent=1, allow_nan=False).encode())

    def write_new_json(self, key: str, document: object) -> bool:
        """Write a document unless the key is taken; whether it was free."""
        data = json.dumps(document, indent=1, allow_nan=False).encode()
        with transient_errors("S3"):
            try:
                self._client.put_object(Bucket=self.bucket, Key=key, Body=data, IfNoneMatch="*")
            except ClientError as error:
                if error_code(error) in _CHANGED:
                    return False
                raise
        return True

    def write(self, key: str, data: bytes, *, content_type: str | None = None) -> None:
        """`content_type`: what a browser is to take it for, where people open it in one."""
        extra: dict[str, Any] = {"ContentType": content_type} if content_type else {}
        with transient_errors("S3"):
            self._client.put_object(Bucket=self.bucket, Key=key, Body=data, **extra)

    def copy(self, key: str, to: str) -> None:
        """Copy an object within the stack's own bucket; raises ObjectMissing or ObjectDenied."""
        source: Any = {"Bucket": self.bucket, "Key": key}
        with transient_errors("S3"), _named(key):
            self._client.copy_object(Bucket=self.bucket, Key=to, CopySource=source)

    @contextmanager
    def writer(self, key: str) -> Iterator[BinaryIO]:
        """A file whose content becomes the object when the block ends without an error.

        Held in memory up to 8 MiB, on the local disk above that.
        """
        with SpooledTemporaryFile(max_size=_SPOOL) as file:
            yield cast("BinaryIO", file)
            file.seek(0)
            with transient_errors("S3"):
                self._client.upload_fileobj(cast("BinaryIO", file), self.bucket, key)

    def keys(self, prefix: str) -> Iterator[str]:
        """Every key below a prefix, page by page."""
        with transient_errors("S3"):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=prefix
            )
            for page in pages:
                for item in page.get("Contents", []):
                    yield item["Key"]

    def delete_all(self, prefix: str) -> int:
        """Delete every version and delete marker below a prefix; how many there were."""
        count = 0
        pages = self._client.get_paginator("list_object_versions").paginate(
            Bucket=self.bucket, Prefix=prefix
        )
        for page in pages:
            found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            doomed = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in found]
            if doomed:
                answer = self._client.delete_objects(
                    Bucket=self.bucket,
                    Delete=cast("Any", {"Objects": doomed, "Quiet": True}),
                )
                _check_deleted(answer.get("Errors", []))
            count += len(doomed)
        return count


class RunFiles:
    """The files of runs, or what was kept of them after they expired."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def read(self, key: str) -> bytes:
        """A whole small object; raises ObjectMissing."""
        for place in (key, kept_key(key)):
            with suppress(*_GONE):
                return self._objects.read(place)
        raise ObjectMissing(key)

    def lines(self, key: str) -> Iterator[bytes]:
        """The non-empty lines of an object, streamed; raises ObjectMissing."""
        for place in (key, kept_key(key)):
            found = self._objects.lines(place)
            with suppress(*_GONE):
                first = next(found, None)
                break
        else:
            raise ObjectMissing(key)
        if first is not None:
            yield first
            yield from found


@contextmanager
def _named(key: str) -> Iterator[None]:
    """S3's refusals of one object, by our names."""
    try:
        yield
    except ClientError as error:
        for codes, named in _NAMED:
            if error_code(error) in codes:
                raise named(key) from None
        raise


def _chunks(body: StreamingBody) -> Iterator[bytes]:
    """A connection may be lost in the middle of an object, too."""
    with transient_errors("S3"):
        yield from body.iter_chunks(CHUNK)


def _check_deleted(errors: Sequence[Mapping[str, Any]]) -> None:
    """S3 answers 200 even where it kept an object."""
    if errors:
        codes = ", ".join(sorted({str(error.get("Code", "Unknown")) for error in errors}))
        raise TransientServiceError(
            f"S3 kept {len(errors)} object versions that it was to delete: {codes}",
            action="Delete again what is left.",
        )
