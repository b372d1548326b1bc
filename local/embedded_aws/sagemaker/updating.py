"""UpdateModelPackage: approval, the customer's metadata, and what else may change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from embedded_aws.callers import Caller
from embedded_aws.fresh import now
from embedded_aws.sagemaker.errors import invalid
from embedded_aws.sagemaker.naming import identity
from embedded_aws.sagemaker.packages import Package

if TYPE_CHECKING:
    from embedded_aws.sagemaker.service import SageMaker

_METADATA = "CustomerMetadataProperties"
_MOST_METADATA = 50
_REPLACED = (
    "ModelApprovalStatus",
    "ModelPackageRegistrationType",
    "ApprovalDescription",
    "InferenceSpecification",
    "SourceUri",
    "ModelCard",
    "ModelLifeCycle",
)


def update(
    service: SageMaker, caller: Caller, package: Package, request: dict[str, Any]
) -> dict[str, Any]:
    """Change a package and send its event; an invalid request changes nothing."""
    if package.version is None and "ModelApprovalStatus" in request:
        raise invalid("ModelApprovalStatus does not apply to unversioned model packages.")
    with service.lock:
        metadata = _metadata(package, request)
        added = request.get("AdditionalInferenceSpecificationsToAdd", [])
        package.shown |= {name: request[name] for name in _REPLACED if name in request}
        if metadata:
            package.shown[_METADATA] = metadata
        else:
            package.shown.pop(_METADATA, None)
        if added:
            package.shown.setdefault("AdditionalInferenceSpecifications", []).extend(added)
        package.modified = now()
        package.modified_by = identity(caller)
    service.events.package_changed(package)
    return {"ModelPackageArn": package.arn}


def _metadata(package: Package, request: dict[str, Any]) -> dict[str, str]:
    """The customer's metadata after the request: removals first, then additions."""
    removed = request.get("CustomerMetadataPropertiesToRemove", [])
    added: dict[str, str] = request.get(_METADATA, {})
    if set(removed) & set(added):
        raise invalid(f"A key cannot be in both {_METADATA} and {_METADATA}ToRemove.")
    kept = {k: v for k, v in package.shown.get(_METADATA, {}).items() if k not in removed}
    merged = {**kept, **added}
    if len(merged) > _MOST_METADATA:
        raise invalid(f"A model package can have at most {_MOST_METADATA} {_METADATA}.")
    return merged
