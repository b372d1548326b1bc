"""CreateModelPackage: checks, the version, and how a package gets its final status."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from embedded_aws.callers import Caller
from embedded_aws.fresh import now
from embedded_aws.sagemaker.errors import invalid
from embedded_aws.sagemaker.naming import identity, own, resolve, tagged
from embedded_aws.sagemaker.packages import Package, versions_of

if TYPE_CHECKING:
    from embedded_aws.sagemaker.service import SageMaker

_NOT_SHOWN = ("ModelPackageName", "ModelPackageGroupName", "Tags", "ClientToken")
_FAILURE = "The stand-in was told to fail new model packages."


def register(service: SageMaker, caller: Caller, request: dict[str, Any]) -> Package:
    """Keep a new package and send its event."""
    if ("ModelPackageGroupName" in request) == ("ModelPackageName" in request):
        raise invalid("Provide either ModelPackageName or ModelPackageGroupName, and not both.")
    with service.lock:
        make = _version if "ModelPackageGroupName" in request else _unversioned
        package = make(service, caller, request)
        if service.settings.packageSeconds > 0:
            package.status = "Pending"
            timer = threading.Timer(service.settings.packageSeconds, _finish, (service, package))
            timer.daemon = True
            timer.start()
        else:
            _set_final(service, package)
        service.packages.add(package)
    service.events.package_changed(package)
    return package


def conditions(request: dict[str, Any]) -> dict[str, Any]:
    """The condition keys of a create or update request, as IAM sees them."""
    keys: dict[str, Any] = {}
    if "ModelApprovalStatus" in request:
        keys["sagemaker:ModelApprovalStatus"] = request["ModelApprovalStatus"]
    for name, value in request.get("CustomerMetadataProperties", {}).items():
        keys[f"sagemaker:CustomerMetadataProperties/{name}"] = value
    if "CustomerMetadataPropertiesToRemove" in request:
        removed = request["CustomerMetadataPropertiesToRemove"]
        keys["sagemaker:CustomerMetadataPropertiesToRemove"] = removed
    return keys


def _version(service: SageMaker, caller: Caller, request: dict[str, Any]) -> Package:
    action = "sagemaker:CreateModelPackage"
    arn = resolve(caller, "model-package-group", request["ModelPackageGroupName"])
    start = versions_of(arn)
    known = next((group for group in service.packages.groups() if group.arn == arn), None)
    following = f"{start}{known.last + 1 if known else 1}"
    service.require(caller, action, following, arn, context=conditions(request))
    own(caller, action, arn, {arn} if known and known.shared else ())
    if request.get("Tags"):
        raise invalid("A version has the tags of its model package group; it takes none itself.")
    version = service.packages.next_version(arn)
    shown = {"ModelApprovalStatus": "PendingManualApproval", **_shown(request)}
    return Package(f"{start}{version}", shown, identity(caller), version)


def _unversioned(service: SageMaker, caller: Caller, request: dict[str, Any]) -> Package:
    arn = caller.arn_of(f"model-package/{request['ModelPackageName']}")
    service.require(caller, "sagemaker:CreateModelPackage", arn, context=conditions(request))
    if "ModelApprovalStatus" in request:
        raise invalid("ModelApprovalStatus does not apply to unversioned model packages.")
    if service.packages.find(arn):
        raise invalid(f"ModelPackage already exists: {arn}")
    service.tags.add(arn, tagged(service, caller, arn, request))
    return Package(arn, _shown(request), identity(caller))


def _shown(request: dict[str, Any]) -> dict[str, Any]:
    return {name: item for name, item in request.items() if name not in _NOT_SHOWN}


def _set_final(service: SageMaker, package: Package) -> None:
    package.status = service.settings.packageStatus
    package.error = _FAILURE if package.status == "Failed" else ""


def _finish(service: SageMaker, package: Package) -> None:
    """End the Pending state, unless the package is gone or was changed by a test."""
    with service.lock:
        if service.packages.find(package.arn) is not package or package.status != "Pending":
            return
        _set_final(service, package)
        package.modified = now()
    service.events.package_changed(package)
