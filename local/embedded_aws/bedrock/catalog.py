"""The foundation models the stand-in knows (``foundation_models.json``), and who may judge."""

from __future__ import annotations

import functools
import json
from datetime import datetime
from importlib import resources
from typing import Any

from embedded_aws.bedrock.errors import ServiceError, invalid
from embedded_aws.bedrock.jobs import now

# Geographies of cross-Region profiles and the Regions that they route to ("Supported Regions and
# models for inference profiles", user guide; a fair sample of each is enough here).
_DESTINATIONS = {
    "us": ("us-east-1", "us-east-2", "us-west-2"),
    "eu": ("eu-central-1", "eu-north-1", "eu-west-1", "eu-west-3"),
    "apac": ("ap-northeast-1", "ap-south-1", "ap-southeast-1", "ap-southeast-2"),
    "global": ("",),
}


@functools.cache
def _entries() -> dict[str, dict[str, Any]]:
    text = resources.files(__package__).joinpath("foundation_models.json").read_text("utf-8")
    return {entry["modelId"]: entry for entry in json.loads(text)["models"]}


def _split(identifier: str) -> tuple[str, str]:
    """Geography (or an empty string) and foundation model id of a model id, profile id or ARN."""
    name = identifier.rsplit("/", 1)[-1]
    head, _, rest = name.partition(".")
    return (head, rest) if head in _DESTINATIONS else ("", name)


def details(model_id: str, region: str) -> dict[str, Any]:
    """A model as GetFoundationModel shows it.

    Raises ResourceNotFoundException for one that is gone, ValidationException for an unknown one.
    """
    entry = _entries().get(model_id.rsplit("/", 1)[-1])
    if entry is None:
        raise invalid("The provided model identifier is invalid.")
    if entry.get("gone"):
        raise ServiceError(
            "ResourceNotFoundException",
            "Could not resolve the foundation model from the provided model identifier.",
        )
    return _shown(entry, region)


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
        for entry in _entries().values()
        if not entry.get("gone")
        and (provider is None or entry["providerName"].lower() == provider.lower())
        and all(wanted.get(key) in (None, *entry[member]) for key, member in members.items())
    ]


def _shown(entry: dict[str, Any], region: str) -> dict[str, Any]:
    lifecycle = {
        name: value if name == "status" else datetime.fromisoformat(value)
        for name, value in entry["modelLifecycle"].items()
    }
    shown = {name: value for name, value in entry.items() if name not in ("gone", "judges")}
    arn = f"arn:aws:bedrock:{region}::foundation-model/{entry['modelId']}"
    return {"modelArn": arn, **shown, "modelLifecycle": lifecycle}


def check_judge(identifier: str, *, custom: bool) -> None:
    """Raise ValidationException unless the model may judge; ``custom`` metrics allow two more."""
    entry = _usable(identifier)
    if not set(entry["judges"]) & ({"builtin", "custom"} if custom else {"builtin"}):
        raise invalid("The provided evaluator model identifier is not supported for this job type.")


def check_generator(identifier: str) -> None:
    """Raise ValidationException unless the model may generate the responses."""
    if ":foundation-model/" in identifier or not identifier.startswith("arn:"):
        _usable(identifier)


def _usable(identifier: str) -> dict[str, Any]:
    geography, model_id = _split(identifier)
    entry = _entries().get(model_id)
    if entry is None:
        raise invalid("The provided model identifier is invalid.")
    end = entry["modelLifecycle"].get("endOfLifeTime")
    if entry.get("gone") or (end and datetime.fromisoformat(end) <= now()):
        # The words that users report (aws/sagemaker-python-sdk#6217).
        raise invalid("The provided model version has reached end of life.")
    if not geography and "ON_DEMAND" not in entry["inferenceTypesSupported"]:
        raise invalid(
            f"Invocation of model ID {model_id} with on-demand throughput isn't supported. Retry "
            "your request with the ID or ARN of an inference profile that contains this model."
        )
    return entry


def resources_of(identifier: str, account: str, region: str) -> list[tuple[str, dict[str, str]]]:
    """What a role must be allowed to invoke for a model: ARNs, each with its condition keys.

    A profile needs itself and the foundation model in every Region that it routes to
    ("Prerequisites for inference profiles").
    """
    geography, model_id = _split(identifier)
    if not geography:
        arn = identifier if identifier.startswith("arn:") else ""
        return [(arn or f"arn:aws:bedrock:{region}::foundation-model/{model_id}", {})]
    profile = f"arn:aws:bedrock:{region}:{account}:inference-profile/{geography}.{model_id}"
    regions = dict.fromkeys((region, *_DESTINATIONS[geography]))
    return [(profile, {})] + [
        (
            f"arn:aws:bedrock:{destination}::foundation-model/{model_id}",
            {"bedrock:InferenceProfileArn": profile},
        )
        for destination in regions
    ]
