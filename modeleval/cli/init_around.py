"""The world that the questions of `modeleval init` ask: files, and a stack where one is reached."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from modeleval.aws import CONFIG, error_message
from modeleval.cli.dataset_files import DatasetFile, dataset_file
from modeleval.cli.stack import Deployment
from modeleval.errors import DatasetNotFound, ModelevalError
from modeleval.init.protocol import FoundModel
from modeleval.init.state import State
from modeleval.sagemaker.finding import FoundGroup, find
from modeleval.sagemaker.resolved import ResolvedModel
from modeleval.services import Services
from modeleval.settings import Settings


class Here:
    """This machine, and the stack of that name unless `offline`."""

    def __init__(self, stack: str, state: State, folder: Path, *, offline: bool) -> None:
        self.state = state
        self.settings: Settings | None = None
        self.bucket: str | None = None
        self.region: str | None = (
            os.environ.get("AWS_DEFAULT_REGION") or boto3.Session().region_name
        )
        self.usual_region = self.region
        self._stack, self._folder, self._offline = stack, folder, offline
        self._services: Services | None = None

    def connect(self, region: str) -> str | None:
        """Look for the stack in a Region, which this process uses from here on."""
        if self._offline:
            return "That is what --offline asks for."
        os.environ["AWS_DEFAULT_REGION"] = region
        try:
            services = Deployment(self._stack).services
            self.settings = services.settings
        except (BotoCoreError, ClientError, ModelevalError) as error:
            return str(error)
        self._services, self.bucket = services, services.objects.bucket
        return None

    def open(self, source: str) -> DatasetFile:
        if source.startswith("s3://") and self._offline:
            raise DatasetNotFound(
                "An object in S3 is not read offline",
                where=source[:300],
                action="Name a local file, or leave --offline out.",
            )
        try:
            return dataset_file(source)
        except BotoCoreError as error:
            what = f"It cannot be read: {str(error).rstrip('.')}"
        except ClientError as error:
            what = f"It cannot be read: {error_message(error)}"
        raise DatasetNotFound(what, where=source[:300], action="Name a local file instead.")

    def find_model(self, text: str) -> FoundModel:
        assert self._services is not None  # noqa: S101 - asked only where there are settings
        resolved = self._services.resolver.resolve(text, field="--model")
        return FoundModel(resolved, _groups(resolved))

    def scratch(self, name: str) -> Path:
        return self._folder / name


def _groups(resolved: ResolvedModel) -> list[FoundGroup]:
    """The group of a package, to be shown; nothing where it may not be listed."""
    if resolved.group_arn is None:
        return []
    client: Any = boto3.client("sagemaker", config=CONFIG)
    try:
        return find(resolved.identifier, client)
    except (ClientError, ModelevalError):
        return []  # the model was found, and that is what counts
