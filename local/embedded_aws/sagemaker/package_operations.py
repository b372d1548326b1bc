"""The operations on model packages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from embedded_aws import paging
from embedded_aws.callers import Caller
from embedded_aws.sagemaker import listing, registration, updating
from embedded_aws.sagemaker.errors import ServiceError
from embedded_aws.sagemaker.naming import own, resolve
from embedded_aws.sagemaker.packages import Package, versions_of

if TYPE_CHECKING:
    from embedded_aws.sagemaker.service import SageMaker

_TYPE = "model-package"


def operations(service: SageMaker) -> dict[str, Callable[[Caller, dict[str, Any]], dict[str, Any]]]:
    """The operations, by name."""
    packages = _Packages(service)
    return {
        "CreateModelPackage": packages.create,
        "DescribeModelPackage": packages.describe,
        "ListModelPackages": packages.listed,
        "UpdateModelPackage": packages.update,
        "DeleteModelPackage": packages.delete,
    }


class _Packages:
    def __init__(self, service: SageMaker) -> None:
        self._service = service

    def create(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        token = request.get("ClientToken")
        return self._service.tokens.once(
            caller,
            "CreateModelPackage",
            token,
            request,
            lambda: {"ModelPackageArn": registration.register(self._service, caller, request).arn},
        )

    def describe(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        package = self._find(caller, "DescribeModelPackage", request["ModelPackageName"])
        shown = package.shown
        if request.get("IncludedData") == "MetadataOnly":
            shown = {name: item for name, item in shown.items() if name != "ModelCard"}
        items = [{"Name": package.arn, "Status": package.status}] if package.error else []
        failed = [{**item, "FailureReason": package.error} for item in items]
        return {
            **shown,
            "ModelPackageName": package.name,
            **package.naming,
            "ModelPackageArn": package.arn,
            "CreationTime": package.created,
            "CreatedBy": package.created_by,
            "LastModifiedTime": package.modified,
            "LastModifiedBy": package.modified_by,
            "ModelPackageStatus": package.status,
            "ModelPackageStatusDetails": {"ValidationStatuses": failed, "ImageScanStatuses": []},
        }

    def listed(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        known = self._of_group(caller, request)
        wanted = request.get("ModelApprovalStatus")
        approved = [
            package
            for package in known
            if wanted in (None, package.shown.get("ModelApprovalStatus"))
        ]
        chosen = listing.chosen(approved, request, {"Name": lambda package: package.name})
        size = self._service.settings.pageSize
        found, token = paging.page(chosen, request, size, paging.SAGEMAKER)
        return {
            "ModelPackageSummaryList": [_summary(package) for package in found],
            "NextToken": token,
        }

    def _of_group(self, caller: Caller, request: dict[str, Any]) -> list[Package]:
        """The packages of the request's group, or those of the account of the request's type.

        ListModelPackages has ``model-package`` as an optional resource: what a group's versions
        are named by, as in the developer guide's policies for a shared group.
        """
        if "ModelPackageGroupName" not in request:
            self._service.require(caller, "sagemaker:ListModelPackages", "*")
            here = caller.arn_of(f"{_TYPE}/")
            return [
                package
                for package in self._service.packages.all()
                if package.arn.startswith(here) and _is_of(package, request)
            ]
        arn = resolve(caller, "model-package-group", request["ModelPackageGroupName"])
        action = "sagemaker:ListModelPackages"
        self._service.require(caller, action, f"{versions_of(arn)}*")
        groups = self._service.packages.groups()
        own(caller, action, arn, {group.arn for group in groups if group.shared})
        start = versions_of(self._service.packages.group(arn).arn)
        every = self._service.packages.all()
        return [package for package in every if package.arn.startswith(start)]

    def update(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        package = self._find(
            caller,
            "UpdateModelPackage",
            request["ModelPackageArn"],
            registration.conditions(request),
        )
        return self._service.tokens.once(
            caller,
            "UpdateModelPackage",
            request.get("ClientToken"),
            request,
            lambda: updating.update(self._service, caller, package, request),
        )

    def delete(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        package = self._find(caller, "DeleteModelPackage", request["ModelPackageName"])
        if package.shared:
            raise ServiceError("AccessDeniedException", "The package is another account's.", 400)
        self._service.packages.remove(package.arn)
        self._service.tags.forget(package.arn)
        return {}

    def _find(
        self, caller: Caller, action: str, name: str, context: dict[str, Any] | None = None
    ) -> Package:
        arn = resolve(caller, _TYPE, name)
        self._service.require(caller, f"sagemaker:{action}", arn, context=context)
        known = self._service.packages.find(arn)
        own(caller, f"sagemaker:{action}", arn, {arn} if known and known.shared else ())
        return self._service.packages.get(arn)


def _is_of(package: Package, request: dict[str, Any]) -> bool:
    """Whether a package is of the wanted type, which is Unversioned unless the request says so."""
    wanted = request.get("ModelPackageType", "Unversioned")
    kind = "Unversioned" if package.version is None else "Versioned"
    return wanted in ("Both", kind)


def _summary(package: Package) -> dict[str, Any]:
    shown = package.shown
    same = (
        "ModelPackageDescription",
        "ModelApprovalStatus",
        "ModelLifeCycle",
        "ModelPackageRegistrationType",
    )
    return {
        **package.naming,
        "ModelPackageArn": package.arn,
        "CreationTime": package.created,
        "ModelPackageStatus": package.status,
        **{name: shown[name] for name in same if name in shown},
    }
