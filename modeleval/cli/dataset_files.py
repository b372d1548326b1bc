"""Datasets where a person has them: a local file, or an S3 object by their own credentials."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import boto3
from botocore.exceptions import ClientError

from modeleval.aws import CONFIG, error_code, transient_errors
from modeleval.errors import DatasetNotFound
from modeleval.objects import CHUNK, ObjectChanged

_URI = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(?P<key>.+)")
_MISSING = frozenset({"NoSuchKey", "NoSuchBucket", "404"})
_DENIED = frozenset({"AccessDenied", "403"})
_CHANGED = frozenset({"PreconditionFailed", "412"})


class DatasetFile(Protocol):
    """A file to be read: its name, its size in bytes, its bytes."""

    name: str
    size: int

    def chunks(self) -> Iterator[bytes]:
        """The whole file, piece by piece."""

    def read(self, start: int, length: int) -> bytes:
        """A range; less than `length` where the file ends."""


def dataset_file(source: str) -> DatasetFile:
    """The file that a path or an s3:// URI names; raises DatasetNotFound."""
    if source.startswith("s3://"):
        return _ObjectFile(source, boto3.client("s3", config=CONFIG))
    return _LocalFile(Path(source))


class _LocalFile:
    def __init__(self, path: Path) -> None:
        if not path.is_file():
            what = "This is a folder" if path.is_dir() else "There is no such file"
            raise DatasetNotFound(what, where=str(path), action="Name a JSON Lines file.")
        self._path = path
        self.name = str(path)
        self.size = path.stat().st_size

    def chunks(self) -> Iterator[bytes]:
        with self._open() as file:
            while chunk := file.read(CHUNK):
                yield chunk

    def read(self, start: int, length: int) -> bytes:
        with self._open() as file:
            file.seek(start)
            data: bytes = file.read(length)
            return data

    def _open(self) -> Any:
        try:
            return self._path.open("rb")
        except PermissionError:
            action = "Check the file's permissions."
            raise DatasetNotFound("This may not be read", where=self.name, action=action) from None


class _ObjectFile:
    """An object in one version: what is read later is what was there first, or ObjectChanged."""

    def __init__(self, uri: str, client: Any) -> None:
        match = _URI.fullmatch(uri)
        if match is None:
            action = "Write s3://<bucket>/<key>."
            raise DatasetNotFound("This is no S3 URI of a file", where=uri[:300], action=action)
        self._client = client
        self._place = {"Bucket": match["bucket"], "Key": match["key"]}
        self.name = uri
        with self._named():
            found = client.head_object(**self._place)
        self.size = int(found["ContentLength"])
        self._etag = found["ETag"]

    def chunks(self) -> Iterator[bytes]:
        with self._named():
            found = self._client.get_object(**self._place, IfMatch=self._etag)
            yield from found["Body"].iter_chunks(CHUNK)

    def read(self, start: int, length: int) -> bytes:
        wanted = f"bytes={start}-{start + length - 1}"
        with self._named():
            found = self._client.get_object(**self._place, IfMatch=self._etag, Range=wanted)
            data: bytes = found["Body"].read()
            return data

    @contextmanager
    def _named(self) -> Iterator[None]:
        with transient_errors("S3"):
            try:
                yield
            except ClientError as error:
                raise self._translated(error) from None

    def _translated(self, error: ClientError) -> Exception:
        code = error_code(error)
        if code in _MISSING:
            action = f"Upload it: aws s3 cp <file> {self.name}"
            return DatasetNotFound("There is nothing there", where=self.name, action=action)
        if code in _DENIED:
            action = "Ask for s3:GetObject on it; without s3:ListBucket, what is missing is denied."
            what = "These credentials may not read it"
            return DatasetNotFound(what, where=self.name, action=action)
        changed = code in _CHANGED
        return ObjectChanged(self.name, since="while it was read") if changed else error
