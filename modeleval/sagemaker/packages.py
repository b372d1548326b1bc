"""Whether a described model package can be evaluated, and what it was fine-tuned from."""

from __future__ import annotations

from typing import Any

from modeleval.errors import ModelNotUsable
from modeleval.sagemaker.arns import PUBLIC_HUB, is_entity_name, parse_arn

_WHEN_NOT_COMPLETED = {
    "Pending": "Wait until it is Completed, then start again.",
    "InProgress": "Wait until it is Completed, then start again.",
    "Failed": "Register it again, or name an earlier version's ARN.",
    "Deleting": "Name another version's ARN.",
}


def check_package(package: dict[str, Any], arn: str, field: str) -> None:
    """Raise ModelNotUsable unless the package's status is Completed."""
    status = package.get("ModelPackageStatus", "unknown")
    if status != "Completed":
        raise ModelNotUsable(
            f"The model package {arn} is {status}, not Completed",
            where=field,
            action=_WHEN_NOT_COMPLETED.get(status, "Name another version's ARN."),
        )


def base_model(package: dict[str, Any], arn: str, field: str) -> tuple[str, str | None]:
    """Name and version in the hub of the model that the package was fine-tuned from.

    Raises ModelNotUsable for the three ways in which a package shows that SageMaker's fine-tuning
    did not make it, and for a base model of another hub. Only the first container counts.
    """
    specification = package.get("InferenceSpecification")
    if not specification:
        raise _not_tuned(arn, "says nothing about inference (no InferenceSpecification)", field)
    containers = specification.get("Containers")
    if not containers:
        raise _not_tuned(arn, "names no container (InferenceSpecification.Containers)", field)
    base = containers[0].get("BaseModel") or {}
    name = base.get("HubContentName")
    if not name or not is_entity_name(name):
        raise _not_tuned(arn, "names no base model (Containers[0].BaseModel)", field)
    _check_hub(containers[0], arn, field)
    return name, base.get("HubContentVersion") or None


def _not_tuned(arn: str, lack: str, field: str) -> ModelNotUsable:
    return ModelNotUsable(
        f"The model package {arn} was not made by SageMaker's fine-tuning: it {lack}",
        where=field,
        action="SageMaker evaluates packages that its own model customization registered. Name "
        "one of those, or evaluate responses that you collected (responses: precomputed).",
    )


def _check_hub(container: dict[str, Any], arn: str, field: str) -> None:
    """Raise ModelNotUsable if the container's weights come from a hub other than the public one."""
    source = (container.get("ModelDataSource") or {}).get("S3DataSource") or {}
    content = (source.get("HubAccessConfig") or {}).get("HubContentArn")
    parsed = parse_arn(content or "")
    if parsed is None or parsed.resource.startswith(f"hub-content/{PUBLIC_HUB}/"):
        return
    raise ModelNotUsable(
        f"The base model of {arn} is in another hub than {PUBLIC_HUB}",
        where=field,
        action=f"SageMaker evaluates models of {PUBLIC_HUB} only: name a package whose base model "
        "is there.",
    )
