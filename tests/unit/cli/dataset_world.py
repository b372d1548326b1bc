"""Files on disk and objects in an S3 that keeps what was asked of it, for the dataset commands."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from botocore.response import StreamingBody


def jsonl(*records: Any) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in records)


def record(number: int = 0, /, **changes: Any) -> dict[str, Any]:
    answer = {"response": f"It is {number}.", "modelIdentifier": "bot-v1"}
    fields = {
        "prompt": f"What is {number}?",
        "referenceResponse": f"{number}",
        "category": "numbers",
        "modelResponses": [answer],
    } | changes
    return {name: value for name, value in fields.items() if value is not None}


class Folder:
    """A folder whose files the commands read and write."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, data: bytes) -> str:
        (self.path / name).write_bytes(data)
        return str(self.path / name)

    def put(self, name: str, *records: Any) -> str:
        return self.write(name, jsonl(*records))

    def lines(self, name: str) -> list[Any]:
        return [json.loads(line) for line in (self.path / name).read_bytes().splitlines()]

    @property
    def names(self) -> list[str]:
        return sorted(path.name for path in self.path.iterdir())


class RangedS3:
    """One bucket; each object has the ETag of its content, and conditions are kept."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], bytes] = {}
        self.denied: set[str] = set()
        self.asked: list[str] = []
        self.on_read: Any = lambda: None

    def head_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 - boto3's
        data = self._found(Bucket, Key, "HeadObject", ("403", "404"))
        return {"ContentLength": len(data), "ETag": self._etag(data)}

    def get_object(  # boto3's names
        self,
        *,
        Bucket: str,  # noqa: N803
        Key: str,  # noqa: N803
        IfMatch: str,  # noqa: N803
        Range: str = "",  # noqa: N803
    ) -> dict[str, Any]:
        self.on_read()
        self.asked.append(Range)
        data = self._found(Bucket, Key, "GetObject", ("AccessDenied", "NoSuchKey"))
        if self._etag(data) != IfMatch:
            raise _error("PreconditionFailed", "GetObject")
        if Range:
            start, end = (int(part) for part in Range.removeprefix("bytes=").split("-"))
            data = data[start : end + 1]
        return {"Body": StreamingBody(io.BytesIO(data), len(data))}

    def _found(self, bucket: str, key: str, operation: str, codes: tuple[str, str]) -> bytes:
        if key in self.denied:
            raise _error(codes[0], operation)
        if (bucket, key) not in self.objects:
            raise _error(codes[1], operation)
        return self.objects[bucket, key]

    @staticmethod
    def _etag(data: bytes) -> str:
        return f'"{hash(data)}"'


def _error(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, operation)
