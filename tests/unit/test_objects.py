from __future__ import annotations

import io
import json
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from botocore.response import StreamingBody
from botocore.stub import Stubber
from unit_documents import BUCKET

from modeleval.errors import TransientServiceError
from modeleval.objects import ObjectChanged, ObjectDenied, ObjectMissing, Objects

ETAG = '"0f1e"'


class RecordingClient:
    """An S3 client that keeps what is uploaded."""

    def __init__(self) -> None:
        self.uploaded: dict[tuple[str, str], bytes] = {}

    def upload_fileobj(self, file: Any, bucket: str, key: str) -> None:
        self.uploaded[bucket, key] = file.read()


class BrokenBody(io.BytesIO):
    """A body whose connection is lost after the first read."""

    def read(self, *_: object) -> bytes:
        if self.tell():
            raise ReadTimeoutError(endpoint_url="https://s3.example.org")
        self.seek(1)
        return b"a"


def body(data: bytes) -> StreamingBody:
    return StreamingBody(io.BytesIO(data), len(data))


def found(data: bytes, **fields: str) -> dict[str, Any]:
    return {"Body": body(data), "ETag": ETAG, "ContentLength": len(data)} | fields


def objects(s3: Stubber) -> Objects:
    return Objects(s3.client, BUCKET)


def test_an_object_is_read_with_the_version_that_was_read(s3: Stubber) -> None:
    s3.add_response("get_object", found(b"abc", VersionId="v7"), {"Bucket": BUCKET, "Key": "k"})
    source = objects(s3).open("k")
    assert (b"".join(source.chunks), *source[1:]) == (b"abc", "v7", ETAG, 3)


def test_a_bucket_without_versions_has_none(s3: Stubber) -> None:
    s3.add_response("get_object", found(b""))
    assert objects(s3).open("k").version_id is None


def test_another_bucket_is_read_only_from_its_owner(s3: Stubber) -> None:
    s3.add_response(
        "get_object",
        found(b"x"),
        {"Bucket": "team-data", "Key": "k", "ExpectedBucketOwner": "111122223333"},
    )
    objects(s3).open("k", bucket="team-data", owner="111122223333")


@pytest.mark.parametrize("code", ["NoSuchKey", "NoSuchBucket", "404"])
def test_what_is_not_there_is_missing(s3: Stubber, code: str) -> None:
    s3.add_client_error("get_object", code, http_status_code=404)
    with pytest.raises(ObjectMissing, match=r"no such object \(runs/x\)\. It may have expired"):
        objects(s3).read("runs/x")


@pytest.mark.parametrize("code", ["AccessDenied", "403"])
def test_what_may_not_be_read_is_denied(s3: Stubber, code: str) -> None:
    s3.add_client_error("get_object", code, http_status_code=403)
    with pytest.raises(ObjectDenied, match=r"may not be read \(runs/x\)\. Check the role's"):
        objects(s3).open("runs/x")


def test_a_content_that_was_seen_before_is_asked_for_by_its_etag(s3: Stubber) -> None:
    asked = {"Bucket": BUCKET, "Key": "k", "IfMatch": ETAG}
    s3.add_response("get_object", found(b"abc"), asked)
    assert b"".join(objects(s3).open("k", etag=ETAG).chunks) == b"abc"


@pytest.mark.parametrize("code", ["PreconditionFailed", "412"])
def test_another_content_than_was_seen_before_is_a_change(s3: Stubber, code: str) -> None:
    s3.add_client_error("get_object", code, http_status_code=412)
    with pytest.raises(ObjectChanged, match=r"\(data/x\)\. Start again"):
        objects(s3).open("data/x", etag=ETAG)


@pytest.mark.parametrize(
    ("code", "status"), [("SlowDown", 503), ("InternalError", 500), ("Throttling", 400)]
)
def test_throttling_and_the_services_faults_are_worth_another_try(
    s3: Stubber, code: str, status: int
) -> None:
    s3.add_client_error("get_object", code, http_status_code=status)
    with pytest.raises(TransientServiceError, match=f"S3 .*{code}"):
        objects(s3).open("k")


def test_any_other_error_is_passed_on(s3: Stubber) -> None:
    s3.add_client_error("get_object", "InvalidObjectState", http_status_code=403)
    with pytest.raises(ClientError, match="InvalidObjectState"):
        objects(s3).open("k")


def test_a_connection_lost_in_the_middle_of_an_object_is_worth_another_try(s3: Stubber) -> None:
    s3.add_response("get_object", found(b"") | {"Body": StreamingBody(BrokenBody(b"abc"), 3)})
    chunks = objects(s3).open("k").chunks
    assert next(chunks) == b"a"
    with pytest.raises(TransientServiceError, match="ReadTimeoutError"):
        next(chunks)


def test_lines_are_those_that_are_not_empty(s3: Stubber) -> None:
    s3.add_response("get_object", found(b"one\n\n  \ntwo\r\nthree"))
    assert list(objects(s3).lines("k")) == [b"one", b"two", b"three"]


def test_json_is_written_so_that_it_is_json(s3: Stubber) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        objects(s3).write_json("k", {"mean": float("nan")})


def test_a_document_is_written_as_it_is(s3: Stubber) -> None:
    document = {"b": 1, "a": ["ü", None]}
    text = json.dumps(document, indent=1).encode()
    s3.add_response("put_object", {}, {"Bucket": BUCKET, "Key": "k", "Body": text})
    objects(s3).write_json("k", document)
    assert json.loads(text) == document


def test_a_new_document_is_written_where_nothing_is(s3: Stubber) -> None:
    expected = {"Bucket": BUCKET, "Key": "k", "Body": b'{\n "a": 1\n}', "IfNoneMatch": "*"}
    s3.add_response("put_object", {}, expected)
    assert objects(s3).write_new_json("k", {"a": 1}) is True


def test_a_document_that_is_there_already_is_kept(s3: Stubber) -> None:
    s3.add_client_error("put_object", "PreconditionFailed", http_status_code=412)
    assert objects(s3).write_new_json("k", {}) is False


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("SlowDown", 503, TransientServiceError),
        ("ConditionalRequestConflict", 409, TransientServiceError),
        ("AccessDenied", 403, ClientError),
    ],
)
def test_a_document_that_could_not_be_written_is_not_taken_for_one_that_is_there(
    s3: Stubber, code: str, status: int, error: type[Exception]
) -> None:
    s3.add_client_error("put_object", code, http_status_code=status)
    with pytest.raises(error):
        objects(s3).write_new_json("k", {})


def test_a_writer_uploads_what_was_written_when_its_block_ends() -> None:
    client = RecordingClient()
    with Objects(client, BUCKET).writer("k") as file:
        file.write(b"one")
        file.write(b"two")
        assert client.uploaded == {}
    assert client.uploaded == {(BUCKET, "k"): b"onetwo"}


def test_a_writer_uploads_nothing_when_its_block_raises() -> None:
    client = RecordingClient()
    with suppress(KeyError), Objects(client, BUCKET).writer("k") as file:
        file.write(b"one")
        raise KeyError
    assert client.uploaded == {}


def test_keys_are_listed_over_all_pages(s3: Stubber) -> None:
    s3.add_response(
        "list_objects_v2",
        {"Contents": [{"Key": "p/1"}], "IsTruncated": True, "NextContinuationToken": "t"},
        {"Bucket": BUCKET, "Prefix": "p/"},
    )
    s3.add_response(
        "list_objects_v2",
        {"Contents": [{"Key": "p/2"}]},
        {"Bucket": BUCKET, "Prefix": "p/", "ContinuationToken": "t"},
    )
    assert list(objects(s3).keys("p/")) == ["p/1", "p/2"]


def test_an_empty_prefix_has_no_keys(s3: Stubber) -> None:
    s3.add_response("list_objects_v2", {})
    assert list(objects(s3).keys("p/")) == []


def test_deleting_deletes_every_version_and_marker_on_every_page(s3: Stubber) -> None:
    s3.add_response(
        "list_object_versions",
        {
            "Versions": [{"Key": "p/a", "VersionId": "1"}, {"Key": "p/a", "VersionId": "2"}],
            "DeleteMarkers": [{"Key": "p/b", "VersionId": "3"}],
            "IsTruncated": True,
            "NextKeyMarker": "p/b",
            "NextVersionIdMarker": "3",
        },
        {"Bucket": BUCKET, "Prefix": "p/"},
    )
    s3.add_response("delete_objects", {}, deletion(("p/a", "1"), ("p/a", "2"), ("p/b", "3")))
    s3.add_response(
        "list_object_versions",
        {"Versions": [{"Key": "p/c", "VersionId": "4"}]},
        {"Bucket": BUCKET, "Prefix": "p/", "KeyMarker": "p/b", "VersionIdMarker": "3"},
    )
    s3.add_response("delete_objects", {}, deletion(("p/c", "4")))
    assert objects(s3).delete_all("p/") == 4


def test_deleting_nothing_asks_for_nothing(s3: Stubber) -> None:
    s3.add_response("list_object_versions", {})
    assert objects(s3).delete_all("p/") == 0


def test_an_object_that_s3_kept_is_not_counted_as_deleted(s3: Stubber) -> None:
    s3.add_response("list_object_versions", {"Versions": [{"Key": "p/a", "VersionId": "1"}]})
    kept = {"Key": "p/a", "VersionId": "1", "Code": "InternalError", "Message": "Try again"}
    s3.add_response("delete_objects", {"Errors": [kept]})
    with pytest.raises(TransientServiceError, match=r"kept 1 object versions.*InternalError"):
        objects(s3).delete_all("p/")


def deletion(*versions: tuple[str, str]) -> dict[str, Any]:
    doomed = [{"Key": key, "VersionId": version} for key, version in versions]
    return {"Bucket": BUCKET, "Delete": {"Objects": doomed, "Quiet": True}}
