"""Where suites and datasets lie: a key in the deployed bucket, or an s3:// URI in another."""

from __future__ import annotations

import re
from typing import NamedTuple

from modeleval.artifacts import RUNS
from modeleval.errors import DatasetNotFound, Refused, one_line
from modeleval.objects import ObjectDenied, ObjectMissing, Objects, SourceObject
from modeleval.settings import Settings

_URI = re.compile(r"^s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(?P<key>.+)$")


class Location(NamedTuple):
    bucket: str
    key: str
    owner: str | None

    @property
    def uri(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


def locate(
    text: str,
    *,
    own_bucket: str,
    settings: Settings,
    field: str,
    error: type[Refused] = DatasetNotFound,
) -> Location:
    """The bucket and key that a suite's text means; raises `error` if it may not be read."""
    match = _URI.match(text)
    if match is None:
        if "://" in text or text.startswith(("arn:", "/")):
            raise error(
                f"{one_line(text)} is neither a key in the deployed bucket nor an s3:// URI",
                where=field,
                action=f"Write a key such as datasets/answers.jsonl, or s3://{own_bucket}/<key>.",
            )
        return _own(text, own_bucket, field, error)
    if match["bucket"] == own_bucket:
        return _own(match["key"], own_bucket, field, error)
    allowed = settings.bucket(match["bucket"])
    if allowed is None:
        raise error(
            f"The bucket {match['bucket']} is not one that the settings allow",
            where=field,
            action="Copy the file to the deployed bucket, or add the bucket to datasetBuckets in "
            "cdk.json and deploy.",
        )
    return Location(allowed.name, match["key"], allowed.account)


def _own(key: str, bucket: str, field: str, error: type[Refused]) -> Location:
    if key.startswith(RUNS):
        raise error(
            f"{one_line(key)} is among the runs' own files",
            where=field,
            action="Keep datasets and suites elsewhere, such as below datasets/.",
        )
    return Location(bucket, key, None)


def open_location(
    objects: Objects,
    place: Location,
    *,
    field: str,
    error: type[Refused] = DatasetNotFound,
    etag: str | None = None,
) -> SourceObject:
    """Open what lies there; raises `error`, or ObjectChanged if it is not what `etag` names."""
    try:
        return objects.open(place.key, bucket=place.bucket, owner=place.owner, etag=etag)
    except ObjectMissing:
        raise error(
            f"There is nothing at {one_line(place.uri)}",
            where=field,
            action=f"Upload it: aws s3 cp <file> {one_line(place.uri)}",
        ) from None
    except ObjectDenied:
        raise error(
            f"{one_line(place.uri)} may not be read",
            where=field,
            action="Check the bucket's policy, its owner and its key in the settings' "
            "datasetBuckets.",
        ) from None
