"""The model registry's lists, as the reconciler reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from modeleval.aws import error_code, transient_errors
from modeleval.triggers.versions import ModelPackageVersion

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

_NO_SUCH_GROUP = frozenset({"ValidationException", "ResourceNotFound"})


class Registry:
    def __init__(self, client: SageMakerClient) -> None:
        self._client = client

    def groups(self, matches: Callable[[str], bool]) -> list[str]:
        """The names of this account's model package groups that `matches` accepts."""
        found: list[str] = []
        pages = self._client.get_paginator("list_model_package_groups").paginate()
        with transient_errors("SageMaker"):
            for page in pages:
                listed = page["ModelPackageGroupSummaryList"]
                found += [group["ModelPackageGroupName"] for group in listed]
        return [name for name in found if matches(name)]

    def versions(self, group: str, *, after: datetime) -> Iterator[ModelPackageVersion]:
        """A group's versions that were created after a moment; none for a group that is gone."""
        pages = self._client.get_paginator("list_model_packages").paginate(
            ModelPackageGroupName=group, CreationTimeAfter=after, SortBy="CreationTime"
        )
        with transient_errors("SageMaker"):
            try:
                listed = [found for page in pages for found in page["ModelPackageSummaryList"]]
            except ClientError as error:
                if error_code(error) in _NO_SUCH_GROUP:
                    return
                raise
        for found in listed:
            yield ModelPackageVersion(
                arn=found["ModelPackageArn"],
                group=group,
                status=found["ModelPackageStatus"],
                created=found["CreationTime"],
            )
