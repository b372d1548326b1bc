"""Lineage artifacts: their state, and the operations on them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from embedded_aws import paging
from embedded_aws.callers import Caller
from embedded_aws.fresh import new_identifier, now
from embedded_aws.sagemaker import listing
from embedded_aws.sagemaker.errors import missing
from embedded_aws.sagemaker.naming import identity, own, tagged

if TYPE_CHECKING:
    from embedded_aws.sagemaker.service import SageMaker

_SUMMARY = ("ArtifactName", "Source", "ArtifactType")
_SHOWN = (*_SUMMARY, "Properties", "MetadataProperties")


@dataclass
class Artifact:
    """An artifact and the request that made it."""

    arn: str
    request: dict[str, Any]
    created_by: dict[str, Any]
    created: datetime = field(default_factory=now)

    @property
    def name(self) -> str:
        """Its name, if it has one."""
        return str(self.request.get("ArtifactName", ""))


class Artifacts:
    """All artifacts, by ARN."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._artifacts: dict[str, Artifact] = {}

    def add(self, artifact: Artifact) -> None:
        """Keep one more."""
        with self._lock:
            self._artifacts[artifact.arn] = artifact

    def all(self) -> list[Artifact]:
        """Every artifact, the oldest first."""
        with self._lock:
            return list(self._artifacts.values())

    def get(self, arn: str) -> Artifact:
        """The artifact with this ARN; raises ResourceNotFound."""
        with self._lock:
            if arn not in self._artifacts:
                raise missing(f"Artifact {arn} does not exist.")
            return self._artifacts[arn]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._artifacts.clear()


def operations(service: SageMaker) -> dict[str, Callable[[Caller, dict[str, Any]], dict[str, Any]]]:
    """The operations, by name."""

    def create(caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        arn = caller.arn_of(f"artifact/{new_identifier(32)}")
        service.require(caller, "sagemaker:CreateArtifact", arn)
        service.tags.add(arn, tagged(service, caller, arn, request))
        service.lineage.add(Artifact(arn, request, identity(caller)))
        return {"ArtifactArn": arn}

    def describe(caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        arn = request["ArtifactArn"]
        service.require(caller, "sagemaker:DescribeArtifact", arn)
        own(caller, "sagemaker:DescribeArtifact", arn)
        artifact = service.lineage.get(arn)
        shown = {name: artifact.request[name] for name in _SHOWN if name in artifact.request}
        by = {"CreatedBy": artifact.created_by, "LastModifiedBy": artifact.created_by}
        return {**shown, **_times(artifact), **by}

    def listed(caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        service.require(caller, "sagemaker:ListArtifacts", "*")
        here = caller.arn_of("artifact/")
        known = [
            artifact
            for artifact in service.lineage.all()
            if artifact.arn.startswith(here) and _wanted(artifact, request)
        ]
        # Newest first unless the request says otherwise (API reference, ListArtifacts).
        chosen = listing.chosen(known, {"SortOrder": "Descending", **request}, {})
        size = service.settings.pageSize
        found, token = paging.page(chosen, request, size, paging.SAGEMAKER)
        summaries = [
            {name: item.request[name] for name in _SUMMARY if name in item.request} | _times(item)
            for item in found
        ]
        return {"ArtifactSummaries": summaries, "NextToken": token}

    return {"CreateArtifact": create, "DescribeArtifact": describe, "ListArtifacts": listed}


def _wanted(artifact: Artifact, request: dict[str, Any]) -> bool:
    source = artifact.request["Source"]["SourceUri"]
    return request.get("SourceUri") in (None, source) and request.get("ArtifactType") in (
        None,
        artifact.request["ArtifactType"],
    )


def _times(artifact: Artifact) -> dict[str, Any]:
    return {
        "ArtifactArn": artifact.arn,
        "CreationTime": artifact.created,
        "LastModifiedTime": artifact.created,
    }
