"""Names and ARNs of what a request is about, and who may see them."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from embedded_aws.callers import Caller
from embedded_aws.sagemaker.errors import ServiceError, invalid

if TYPE_CHECKING:
    from embedded_aws.sagemaker.service import SageMaker


def resolve(caller: Caller, kind: str, name: str) -> str:
    """The ARN of a name or an ARN; an ARN of another kind or Region is a ValidationException."""
    if not name.startswith("arn:"):
        return caller.arn_of(f"{kind}/{name}")
    _, partition, service, region, _, resource = name.split(":", 5)
    if (partition, service) != ("aws", "sagemaker") or not resource.startswith(f"{kind}/"):
        raise invalid(f"Invalid ARN: {name} is no {kind} of this partition.")
    if region != caller.region:
        raise invalid(f"Invalid ARN: {name} is of another Region than {caller.region}.")
    return name


def own(caller: Caller, action: str, arn: str, shared: Collection[str] = ()) -> None:
    """Raise AccessDeniedException for another account's resource that is not shared."""
    if arn.split(":")[4] != caller.account and arn not in shared:
        raise ServiceError(
            "AccessDeniedException",
            f"User: {caller.arn} is not authorized to perform: {action} on resource: {arn} "
            f"because no resource-based policy allows the {action} action",
            400,
        )


def identity(caller: Caller) -> dict[str, Any]:
    """The caller as a UserContext."""
    return {"IamIdentity": {"Arn": caller.arn}}


def tagged(
    service: SageMaker, caller: Caller, arn: str, request: dict[str, Any]
) -> list[dict[str, str]]:
    """The tags of a create request; they need sagemaker:AddTags on the new resource too."""
    tags: list[dict[str, str]] = request.get("Tags") or []
    if tags:
        service.require(caller, "sagemaker:AddTags", arn)
        service.tags.check(tags)
    return tags
