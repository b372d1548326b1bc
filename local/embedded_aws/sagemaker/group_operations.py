"""The operations on model package groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from embedded_aws import paging
from embedded_aws.callers import Caller
from embedded_aws.sagemaker import listing
from embedded_aws.sagemaker.naming import identity, own, resolve, tagged
from embedded_aws.sagemaker.packages import Group

if TYPE_CHECKING:
    from embedded_aws.sagemaker.service import SageMaker

_TYPE = "model-package-group"


def operations(service: SageMaker) -> dict[str, Callable[[Caller, dict[str, Any]], dict[str, Any]]]:
    """The operations, by name."""
    groups = _Groups(service)
    return {
        "CreateModelPackageGroup": groups.create,
        "DescribeModelPackageGroup": groups.describe,
        "ListModelPackageGroups": groups.listed,
        "DeleteModelPackageGroup": groups.delete,
    }


def find(service: SageMaker, caller: Caller, action: str, name: str) -> Group:
    """The group of a name or ARN, the permission asked for first; another account's if shared."""
    arn = resolve(caller, _TYPE, name)
    service.require(caller, f"sagemaker:{action}", arn)
    known = {group.arn for group in service.packages.groups() if group.shared}
    own(caller, f"sagemaker:{action}", arn, known)
    return service.packages.group(arn)


class _Groups:
    def __init__(self, service: SageMaker) -> None:
        self._service = service

    def create(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        arn = caller.arn_of(f"{_TYPE}/{request['ModelPackageGroupName']}")
        self._service.require(caller, "sagemaker:CreateModelPackageGroup", arn)
        with self._service.lock:
            tags = tagged(self._service, caller, arn, request)
            self._service.packages.add_group(Group(arn, request, identity(caller)))
            self._service.tags.add(arn, tags)
        return {"ModelPackageGroupArn": arn}

    def describe(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        name = request["ModelPackageGroupName"]
        group = find(self._service, caller, "DescribeModelPackageGroup", name)
        return {**_summary(group), "CreatedBy": group.created_by}

    def listed(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        self._service.require(caller, "sagemaker:ListModelPackageGroups", "*")
        foreign = request.get("CrossAccountFilterOption") == "CrossAccount"
        here = caller.arn_of(f"{_TYPE}/")
        known = [
            group
            for group in self._service.packages.groups()
            if (group.shared if foreign else group.arn.startswith(here))
        ]
        chosen = listing.chosen(known, request, {"Name": lambda group: str(group.name).lower()})
        size = self._service.settings.pageSize
        found, token = paging.page(chosen, request, size, paging.SAGEMAKER)
        shown = [_summary(group) for group in found]
        return {"ModelPackageGroupSummaryList": shown, "NextToken": token}

    def delete(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        name = request["ModelPackageGroupName"]
        group = find(self._service, caller, "DeleteModelPackageGroup", name)
        self._service.packages.remove_group(group.arn)
        self._service.tags.forget(group.arn)
        return {}


def _summary(group: Group) -> dict[str, Any]:
    return {
        "ModelPackageGroupName": group.name,
        "ModelPackageGroupArn": group.arn,
        "ModelPackageGroupDescription": group.request.get("ModelPackageGroupDescription"),
        "CreationTime": group.created,
        "ModelPackageGroupStatus": "Completed",
        "ManagedConfiguration": group.request.get("ManagedConfiguration"),
    }
