"""The lineage artifact that stands for a model: an evaluation's action is associated with it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from modeleval.aws import transient_errors

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient


class Lineage:
    def __init__(self, client: SageMakerClient) -> None:
        self._client = client

    def find(self, package_arn: str) -> str | None:
        """The ARN of the artifact of a model package; of several the first."""
        with transient_errors("SageMaker"):
            pages = self._client.get_paginator("list_artifacts").paginate(SourceUri=package_arn)
            found = (one["ArtifactArn"] for page in pages for one in page["ArtifactSummaries"])
            return next(found, None)

    def model_artifact(self, package_arn: str) -> str:
        """The ARN of the artifact of a model package; the first there is, else a new one.

        Two runs may make one each at the same moment; either will do.
        """
        first = self.find(package_arn)
        if first is not None:
            return first
        with transient_errors("SageMaker"):
            # Source types are the time in the form that SageMaker's own tools write.
            made = datetime.now(UTC).strftime("%a %b %d %H:%M:%S UTC %Y")
            return self._client.create_artifact(
                ArtifactType="Model",
                Source={
                    "SourceUri": package_arn,
                    "SourceTypes": [{"SourceIdType": "Custom", "Value": made}],
                },
                Properties={"ModelPackageArn": package_arn},
            )["ArtifactArn"]
