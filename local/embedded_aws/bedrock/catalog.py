"""The foundation models the stand-in knows (``foundation_models.json``), and their lifecycles."""

from __future__ import annotations

import functools
import json
from datetime import datetime
from importlib import resources
from typing import Any

from embedded_aws.errors import ServiceError, invalid
from embedded_aws.fresh import now

_OURS = ("gone", "judges", "skill")  # what AWS does not show


def unknown_identifier() -> ServiceError:
    """What the service says of an identifier that stands for nothing."""
    return invalid("The provided model identifier is invalid.")


@functools.cache
def entries() -> dict[str, dict[str, Any]]:
    """Every foundation model, by its id."""
    text = resources.files(__package__).joinpath("foundation_models.json").read_text("utf-8")
    return {entry["modelId"]: entry for entry in json.loads(text)["models"]}


def details(model_id: str, region: str) -> dict[str, Any]:
    """A model as GetFoundationModel shows it.

    Raises ResourceNotFoundException for one that is gone, ValidationException for an unknown one.
    """
    return _shown(existing(model_id.rsplit("/", 1)[-1]), region)


def existing(model_id: str) -> dict[str, Any]:
    """The model with this id; raises as ``details`` does."""
    entry = entries().get(model_id)
    if entry is None:
        raise unknown_identifier()
    if entry.get("gone"):
        raise ServiceError(
            "ResourceNotFoundException",
            "Could not resolve the foundation model from the provided model identifier.",
        )
    return entry


def listed(region: str, **wanted: str | None) -> list[dict[str, Any]]:
    """The models as ListFoundationModels shows them, filtered."""
    members = {
        "byOutputModality": "outputModalities",
        "byInferenceType": "inferenceTypesSupported",
        "byCustomizationType": "customizationsSupported",
    }
    provider = wanted.get("byProvider")
    return [
        _shown(entry, region)
        for entry in entries().values()
        if not entry.get("gone")
        and (provider is None or entry["providerName"].lower() == provider.lower())
        and all(wanted.get(key) in (None, *entry[member]) for key, member in members.items())
    ]


def _shown(entry: dict[str, Any], region: str) -> dict[str, Any]:
    lifecycle = {
        name: value if name == "status" else datetime.fromisoformat(value)
        for name, value in entry["modelLifecycle"].items()
    }
    shown = {name: value for name, value in entry.items() if name not in _OURS}
    return {"modelArn": arn(entry["modelId"], region), **shown, "modelLifecycle": lifecycle}


def arn(model_id: str, region: str) -> str:
    """The ARN of a foundation model; without a Region, the one that global profiles use."""
    return f"arn:aws:bedrock:{region}::foundation-model/{model_id}"


def living(model_id: str) -> dict[str, Any]:
    """The model with this id; raises ValidationException if unknown or past its end of life."""
    entry = entries().get(model_id)
    if entry is None:
        raise unknown_identifier()
    if has_ended(model_id):
        # The words that users report (aws/sagemaker-python-sdk#6217).
        raise invalid("The provided model version has reached end of life.")
    return entry


def has_ended(model_id: str) -> bool:
    """Whether the model with this id is known, and past its end of life."""
    entry = entries().get(model_id)
    if entry is None:
        return False
    end = entry["modelLifecycle"].get("endOfLifeTime")
    return bool(entry.get("gone") or (end and datetime.fromisoformat(end) <= now()))


def on_demand(model_id: str) -> dict[str, Any]:
    """A living model that can be called by its own id; else a ValidationException.

    A real run was refused with a base id "with on-demand throughput"; whether at creation or later
    is not known, and creation is the stricter place.
    """
    entry = living(model_id)
    if "ON_DEMAND" not in entry["inferenceTypesSupported"]:
        raise invalid(
            f"Invocation of model ID {model_id} with on-demand throughput isn't supported. Retry "
            "your request with the ID or ARN of an inference profile that contains this model."
        )
    return entry
