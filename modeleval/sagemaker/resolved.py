"""A model as it was found: described once, kept with the run, read by every evaluation."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from pydantic import ConfigDict

from modeleval.documents import Document


class ModelSource(StrEnum):
    """Where a model was found."""

    PACKAGE = "modelPackage"
    JUMPSTART = "jumpStart"
    BEDROCK = "bedrock"


class ResolvedModel(Document):
    """A model that can be evaluated.

    asked: as it was named. identifier: the package's ARN, the JumpStart id or the Bedrock id.
    group, group_arn, version, approval_status: of a versioned package. created_at: of a package
    or hub content, ISO 8601 in UTC with milliseconds. base_model_*: the model of the public hub
    that a package was fine-tuned from; of a JumpStart model the model itself. artifact_uri: where
    the weights of a package lie, if it says so.
    """

    # The program writes it, by the fields' names, and reads it back from JSON.
    model_config = ConfigDict(validate_by_name=True)

    asked: str
    source: ModelSource
    identifier: str
    group: str | None = None
    group_arn: str | None = None
    version: int | None = None
    approval_status: str | None = None
    created_at: str | None = None
    base_model_name: str | None = None
    base_model_version: str | None = None
    base_model_arn: str | None = None
    artifact_uri: str | None = None

    @property
    def is_nova(self) -> bool:
        """Whether SageMaker evaluates it as a Nova model: by its base model's name."""
        return "nova" in (self.base_model_name or "").lower()

    @property
    def name(self) -> str:
        """The group's name, an unversioned package's own, the JumpStart id or the Bedrock id."""
        if self.source is not ModelSource.PACKAGE:
            return self.identifier
        return self.group or self.identifier.rsplit("/", 1)[-1]

    @property
    def version_text(self) -> str:
        """`3` of a package, `1.33.0` of a JumpStart model; else the name, which tells it apart."""
        if self.version is not None:
            return str(self.version)
        if self.source is ModelSource.JUMPSTART and self.base_model_version:
            return self.base_model_version
        return self.name

    @property
    def subject(self) -> str:
        """Whose responses are judged, in words: `support-llama/3`, or the id."""
        if self.source is not ModelSource.PACKAGE:
            return self.identifier
        return self.name if self.version is None else f"{self.name}/{self.version}"


def timestamp(moment: datetime | None) -> str | None:
    """A moment as ISO 8601 in UTC with milliseconds and a `Z`; naive ones are taken for UTC."""
    if moment is None:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    text = aware.astimezone(UTC).isoformat(timespec="milliseconds")
    return f"{text.removesuffix('+00:00')}Z"


def artifact_uris(package: dict[str, Any]) -> list[str]:
    """Every place in S3 that a package's containers name, the weights of the first one first."""
    containers = package.get("InferenceSpecification", {}).get("Containers", [])
    found = [uri for container in containers for uri in _container_uris(container)]
    return list(dict.fromkeys(filter(None, found)))


def _container_uris(container: dict[str, Any]) -> list[str | None]:
    sources = [container.get("ModelDataSource") or {}]
    sources += container.get("AdditionalModelDataSources") or []
    located = [(source.get("S3DataSource") or {}).get("S3Uri") for source in sources]
    return [located[0], container.get("ModelDataUrl"), *located[1:]]
