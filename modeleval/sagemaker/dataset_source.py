"""The data of a dataset that is to be registered: a JSON Lines file, local or in S3.

Checked here is what the hub wants of any dataset: its ending, its size, and one JSON object per
line. Whether an evaluation can use its fields is for the run's plan to say, line by line.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from botocore.exceptions import ClientError

from modeleval.aws import error_code
from modeleval.errors import DatasetInvalid, DatasetNotFound
from modeleval.sagemaker.allowed import allowed

LARGEST_BYTES = 1 << 30
"""What the hub takes, as the SDK has it (DATASET_MAX_FILE_SIZE_BYTES)."""

_URI = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(?P<key>.+)")
_NAMED = 5
_CHUNK = 1 << 20
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Data(NamedTuple):
    """Where a dataset's file lies in S3, and whether modeleval put it there."""

    bucket: str
    key: str
    uploaded: bool


def data_in_s3(client: Any, uri: str) -> Data:
    """A file that is in S3 already; raises DatasetNotFound or DatasetInvalid."""
    match = _URI.fullmatch(uri)
    if match is None:
        raise DatasetNotFound(
            "This is no S3 URI of a file",
            where=uri[:300],
            action="Write s3://<bucket>/<key>.jsonl.",
        )
    _check_ending(uri)
    try:
        with allowed("s3:GetObject", uri, "S3"):
            found = client.get_object(Bucket=match["bucket"], Key=match["key"])
            _check_size(int(found["ContentLength"]), uri)
            _check_lines(found["Body"].iter_lines(_CHUNK), uri)
    except ClientError as error:
        if error_code(error) not in ("NoSuchKey", "NoSuchBucket", "404"):
            raise
        raise DatasetNotFound("There is nothing there", where=uri, action="Upload it.") from None
    return Data(match["bucket"], match["key"], uploaded=False)


def uploaded_data(client: Any, path: Path, *, name: str, bucket: str) -> Data:
    """A local file, checked and uploaded to datasets/<name>/<digest of the file>.jsonl.

    Raises DatasetNotFound or DatasetInvalid.
    """
    where = str(path)
    if not path.is_file():
        raise DatasetNotFound("There is no such file", where=where, action="Correct the path.")
    _check_ending(where)
    _check_size(path.stat().st_size, where)
    with path.open("rb") as file:
        _check_lines(file, where)
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    key = f"datasets/{name}/{digest}.jsonl"
    with allowed("s3:PutObject", f"s3://{bucket}/{key}", "S3"), path.open("rb") as file:
        client.upload_fileobj(file, bucket, key)
    return Data(bucket, key, uploaded=True)


def _check_ending(where: str) -> None:
    if not where.lower().endswith(".jsonl"):
        raise DatasetInvalid(
            "A registered dataset is a JSON Lines file",
            where=where,
            action="Write one JSON object per line, into a file whose name ends in .jsonl.",
        )


def _check_size(size: int, where: str) -> None:
    if size > LARGEST_BYTES:
        raise DatasetInvalid(
            f"The file has {size:,} bytes; a registered dataset has at most {LARGEST_BYTES:,}",
            where=where,
            action="Name it by its s3:// URI in the suite instead, or make it smaller.",
        )


def _check_lines(lines: Iterable[bytes], where: str) -> None:
    count, wrong = 0, []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        count += 1
        try:
            _object.decode(line)
        except (msgspec.DecodeError, RecursionError):
            wrong.append(number)
    if wrong:
        named = ", ".join(map(str, wrong[:_NAMED])) + (" and more" if len(wrong) > _NAMED else "")
        raise DatasetInvalid(
            f"{len(wrong)} of {count} lines are not JSON objects: {named}",
            where=where,
            action="Write one complete JSON object per line.",
        )
    if not count:
        raise DatasetInvalid("The file is empty", where=where, action="Write some records.")
