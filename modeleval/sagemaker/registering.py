"""Registering scorers and datasets as content of the account's private hub.

The calls are those of the SageMaker Python SDK (`sagemaker.ai_registry`): DescribeHub, CreateHub,
DescribeHubContent for the latest version, ImportHubContent of the next whole number. Unlike there,
the same content is registered once, a new hub is waited for, and each version is awaited by its own
number.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from modeleval.aws import error_code
from modeleval.errors import RegistrationFailed
from modeleval.sagemaker.allowed import allowed
from modeleval.sagemaker.hub_content import Content, checked_name, hub_display_name, hub_name

SCHEMA_VERSION = "2.0.0"
FIRST_VERSION = "1.0.0"

_POLL_SECONDS = 5
_POLLS = 120
_TRIES = 3
_UNDER_WAY = frozenset({"Importing", "PendingImport"})


class Registered(NamedTuple):
    """Registered content. `new` is false if the latest version already was the same."""

    arn: str
    version: str
    new: bool


class Registry:
    """The private hub of an account and Region. `sleep` takes seconds."""

    def __init__(
        self, client: Any, *, account: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        region = client.meta.region_name
        self._client = client
        self._sleep = sleep
        self._hub = hub_name(region, account)
        self._display_name = hub_display_name(region, account)
        self._place = f"hub {self._display_name} ({self._hub})"

    def register(self, content: Content) -> Registered:
        """Register content and wait until it is Available; raises RegistrationFailed."""
        checked_name(content.name)
        self._ensure_hub()
        for _ in range(_TRIES):
            latest = self._describe(content)
            if latest is not None and _same(latest, content):
                return self._await(content, latest["HubContentVersion"], new=False)
            version = _next_version(latest)
            if self._import(content, version):
                return self._await(content, version, new=True)
        raise RegistrationFailed(
            "Others keep registering versions of it at the same time",
            where=f"{content.content_type} {content.name}",
            action="Register it again when they are done.",
        )

    def _ensure_hub(self) -> None:
        status = self._hub_status()
        if status is None:
            self._create_hub()
        for _ in range(_POLLS):
            status = self._hub_status()
            if status in ("InService", "Updating", "UpdateFailed"):
                return
            if status not in (None, "Creating"):
                break
            self._sleep(_POLL_SECONDS)
        raise RegistrationFailed(
            f"The private hub is {status or 'not there'}",
            where=self._place,
            action="Look at it in the SageMaker console; delete it if it could not be created.",
        )

    def _hub_status(self) -> str | None:
        try:
            with allowed("sagemaker:DescribeHub", self._place, "SageMaker"):
                return str(self._client.describe_hub(HubName=self._hub)["HubStatus"])
        except ClientError as error:
            if error_code(error) != "ResourceNotFound":
                raise
        return None

    def _create_hub(self) -> None:
        """Somebody else may make it at the same moment: then there is one, and that is enough."""
        try:
            with allowed("sagemaker:CreateHub", self._place, "SageMaker"):
                self._client.create_hub(
                    HubName=self._hub,
                    HubDisplayName=self._display_name,
                    HubDescription="AI Registry Hub",
                )
        except ClientError as error:
            if error_code(error) != "ResourceInUse":
                raise

    def _describe(self, content: Content, version: str | None = None) -> Mapping[str, Any] | None:
        asked = {"HubContentVersion": version} if version else {}
        try:
            with allowed("sagemaker:DescribeHubContent", self._place, "SageMaker"):
                answer: Mapping[str, Any] = self._client.describe_hub_content(
                    HubName=self._hub,
                    HubContentType=content.content_type,
                    HubContentName=content.name,
                    **asked,
                )
                return answer
        except ClientError as error:
            if error_code(error) != "ResourceNotFound":
                raise
        return None

    def _import(self, content: Content, version: str) -> bool:
        """False if that version was taken meanwhile."""
        try:
            with allowed("sagemaker:ImportHubContent", self._place, "SageMaker"):
                self._client.import_hub_content(
                    HubName=self._hub,
                    HubContentType=content.content_type,
                    HubContentName=content.name,
                    HubContentVersion=version,
                    DocumentSchemaVersion=SCHEMA_VERSION,
                    HubContentDocument=content.document,
                    HubContentSearchKeywords=list(content.keywords),
                )
        except ClientError as error:
            if error_code(error) != "ResourceInUse":
                raise
            return False
        return True

    def _await(self, content: Content, version: str, *, new: bool) -> Registered:
        """Imports are not seen at once: content that is not there yet is waited for, too."""
        status, reason = "not there", ""
        for _ in range(_POLLS):
            found = self._describe(content, version)
            if found is not None:
                status, reason = found["HubContentStatus"], found.get("FailureReason", "")
                if status == "Available":
                    return Registered(found["HubContentArn"], version, new)
                if status not in _UNDER_WAY:
                    break
            self._sleep(_POLL_SECONDS)
        raise RegistrationFailed(
            f"The {content.content_type} {content.name} {version} is {status}"
            + (f": {reason[:300]}" if reason else ""),
            where=self._place,
            action="Register it again: what failed is followed by a new version.",
        )


def _next_version(latest: Mapping[str, Any] | None) -> str:
    """The next whole number: 1.0.0, 2.0.0, ..."""
    if latest is None:
        return FIRST_VERSION
    return f"{int(latest['HubContentVersion'].split('.')[0]) + 1}.0.0"


def _same(latest: Mapping[str, Any], content: Content) -> bool:
    """Whether the latest version says the same, and is there or about to be."""
    if latest["HubContentStatus"] not in {"Available", *_UNDER_WAY}:
        return False
    try:
        document = json.loads(latest["HubContentDocument"])
    except ValueError:
        return False
    keywords = set(latest.get("HubContentSearchKeywords", ()))
    return bool(document == json.loads(content.document)) and keywords == set(content.keywords)
