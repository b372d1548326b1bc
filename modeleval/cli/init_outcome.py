"""What `modeleval init` leaves: the suite, a converted dataset, an upload, and what comes next."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import boto3
from botocore.exceptions import ClientError

from modeleval.aws import CONFIG, error_code, transient_errors
from modeleval.cli.dataset_output import replacing
from modeleval.cli.init_around import Here
from modeleval.errors import UploadRefused
from modeleval.init.protocol import Draft

_THERE = frozenset({"PreconditionFailed", "412", "ConditionalRequestConflict"})


class Outcome(NamedTuple):
    """uploaded: the dataset's URI. commands: what to call next, in order."""

    path: Path
    draft: Draft
    uploaded: str | None
    commands: list[str]

    def to_document(self, suite: Any) -> dict[str, Any]:
        """As `--json` prints it."""
        return {
            "path": str(self.path),
            "suite": suite,
            "region": self.draft.region,
            "model": self.draft.model,
            "dataset": self.draft.source,
            "uploaded": self.uploaded,
            "next": self.commands,
        }


def written(path: Path, text: str, draft: Draft, *, force: bool) -> Path | None:
    """Write the suite, and a converted dataset beside it; where that is. Both, or neither."""
    copy = path.parent / draft.converted.name if draft.converted else None
    with replacing(path, source="s3://", force=force) as suite:
        suite.file.write(text.encode())
        if copy is not None and draft.converted is not None:
            with replacing(copy, source="s3://", force=force) as data:
                data.file.write(draft.converted.read_bytes())
                data.keep()
        suite.keep()
    return copy


def upload(source: Path, bucket: str, key: str, *, force: bool) -> None:
    """Put a dataset into the stack's bucket; raises UploadRefused where one is there already."""
    client: Any = boto3.client("s3", config=CONFIG)
    condition = {} if force else {"IfNoneMatch": "*"}
    with transient_errors("S3"), source.open("rb") as file:
        try:
            client.put_object(Bucket=bucket, Key=key, Body=file, **condition)
        except ClientError as error:
            if error_code(error) not in _THERE:
                raise
            raise UploadRefused(
                "There is a dataset of that name already, and runs may use it",
                where=f"s3://{bucket}/{key}",
                action="The suite is written. Give the file another name and call init again, or "
                "replace what is there: --force.",
            ) from None


def next_commands(
    path: Path, draft: Draft, here: Here, beside: Sequence[str], uploaded: str | None
) -> list[str]:
    """Commands that can be pasted: the upload, plan, run; `beside` are options of both."""
    suffix = [*(["--model", draft.model] if draft.model else []), *beside]
    before = f"AWS_REGION={draft.region} " if draft.region != here.usual_region else ""
    commands = []
    if draft.is_local and uploaded is None:
        place = f"s3://{here.bucket or 'BUCKET'}/{draft.dataset}"
        commands.append(before + shlex.join(["aws", "s3", "cp", str(draft.source), place]))
    return commands + [
        before + shlex.join(["modeleval", command, str(path), *suffix])
        for command in ("plan", "run")
    ]
