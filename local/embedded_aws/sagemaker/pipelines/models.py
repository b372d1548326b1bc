"""The models and hub contents that a step names, as the registry and the hubs know them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from embedded_aws.errors import ServiceError
from embedded_aws.sagemaker.pipelines.work import StepFailed

if TYPE_CHECKING:
    from embedded_aws.sagemaker.service import SageMaker

_CONTENT = re.compile(
    r"(arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:[a-z0-9]+):hub-content/([^/]+)/([^/]+)/([^/]+)"
    r"(?:/([\d.]+))?"
)


@dataclass(frozen=True)
class Made:
    """A model package: its group (or own name), version, and the base model it was made from."""

    name: str
    version: int
    made_from: str


def package(service: SageMaker, arn: str) -> Made:
    """The package with this ARN; it must exist, be Completed, and come from fine-tuning."""
    found = service.packages.find(arn)
    if found is None:
        raise StepFailed(f"ValidationException: ModelPackage {arn} does not exist.")
    if found.status != "Completed":
        raise StepFailed(f"ValidationException: ModelPackage {arn} is {found.status}.")
    containers = found.shown.get("InferenceSpecification", {}).get("Containers", [])
    base = containers[0].get("BaseModel", {}) if containers else {}
    if "HubContentName" not in base:
        raise StepFailed(
            f"ValidationException: ModelPackage {arn} was not customized by a fine-tuning job."
        )
    return Made(found.name, found.version or 1, base["HubContentName"])


def check_group(service: SageMaker, arn: str) -> None:
    """Raise StepFailed unless the model package group exists."""
    if not any(group.arn == arn for group in service.packages.groups()):
        raise StepFailed(f"ValidationException: ModelPackageGroup {arn} does not exist.")


def document(service: SageMaker, arn: str) -> dict[str, Any]:
    """The document of a hub content, by the content's ARN; the version may be left out."""
    found = _CONTENT.fullmatch(arn)
    if found is None:
        raise StepFailed(f"ValidationException: Invalid HubContentArn format: {arn}")
    start, hub, kind, name, version = found.groups()
    try:
        content = service.hub.find(f"{start}:hub/{hub}", kind, name, version)
    except ServiceError as error:
        raise StepFailed(f"{error.code}: {error.message}") from None
    value: dict[str, Any] = json.loads(content.request["HubContentDocument"])
    return value


def base_model(service: SageMaker, arn: str) -> dict[str, Any]:
    """The document of a base model."""
    return document(service, arn)


def has_recipe(base: dict[str, Any]) -> bool:
    """Whether a base model's document has a recipe for evaluation."""
    return any(recipe.get("Type") == "Evaluation" for recipe in base.get("RecipeCollection", []))


def evaluator(service: SageMaker, arn: str) -> dict[str, Any]:
    """The content of an evaluator's document: Reference and EvaluatorType."""
    try:
        value: dict[str, Any] = json.loads(document(service, arn)["JsonContent"])
    except (LookupError, ValueError):
        raise StepFailed(f"ValidationException: {arn} is no evaluator") from None
    return value
