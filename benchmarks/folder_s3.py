"""An S3 that is a folder, as far as reading and writing objects goes; it counts both."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, BinaryIO

from botocore.exceptions import ClientError
from botocore.response import StreamingBody


class FolderS3:
    """Objects of one bucket, as files below a folder; `gets` and `read` count objects and bytes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.gets = 0
        self.read = 0

    def get_object(self, *, Key: str, **_: Any) -> dict[str, Any]:  # noqa: N803 - boto3's
        path = self._folder / Key
        if not path.exists():
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        size = path.stat().st_size
        self.gets += 1
        self.read += size
        body = StreamingBody(path.open("rb"), size)
        return {"Body": body, "ETag": "etag", "ContentLength": size}

    def put_object(self, *, Key: str, Body: bytes, **_: Any) -> None:  # noqa: N803 - boto3's
        self._place(Key).write_bytes(Body)

    def upload_fileobj(self, file: BinaryIO, _: str, key: str) -> None:
        with self._place(key).open("wb") as place:
            shutil.copyfileobj(file, place)

    def _place(self, key: str) -> Path:
        path = self._folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        return path
