"""The Get and List operations for everything that is a model, besides foundation models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from embedded_aws import paging
from embedded_aws.bedrock import catalog, profiles
from embedded_aws.bedrock.registry import Registered, Registry
from embedded_aws.bedrock.settings import Settings
from embedded_aws.callers import Caller
from embedded_aws.errors import ServiceError, invalid

_APPLICATION = "application-inference-profile"


def _missing(what: str) -> ServiceError:
    return ServiceError("ResourceNotFoundException", f"The specified {what} could not be found.")


class ModelOperations:
    """The operations; each takes the caller and a well-formed request."""

    def __init__(self, registry: Registry, settings: Callable[[], Settings]) -> None:
        self._registry = registry
        self._settings = settings

    def availability(self, _: Caller, request: dict[str, Any]) -> dict[str, Any]:
        """GetFoundationModelAvailability."""
        model = request["modelId"]
        catalog.existing(model)
        told = self._registry.availability(model)
        return {
            "modelId": model,
            "agreementAvailability": {"status": told["agreement"]},
            "authorizationStatus": told["authorization"],
            "entitlementAvailability": told["entitlement"],
            "regionAvailability": told["region"],
        }

    def profile(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        """GetInferenceProfile, by id or ARN."""
        identifier = request["inferenceProfileIdentifier"]
        for shown in self._profiles(caller):
            if identifier in (shown["inferenceProfileId"], shown["inferenceProfileArn"]):
                return shown
        raise _missing("inference profile")

    def profiles(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        """ListInferenceProfiles."""
        wanted = request.get("typeEquals")
        every = self._profiles(caller)
        chosen = [shown for shown in every if wanted in (None, shown["type"])]
        found, token = paging.page(chosen, request, self._settings().pageSize)
        return {"inferenceProfileSummaries": found, "nextToken": token}

    def _profiles(self, caller: Caller) -> list[dict[str, Any]]:
        system = [profile.shown(caller.account) for profile in profiles.listed(caller.region)]
        here = caller.arn_of(_APPLICATION)
        own = [
            self._application(model, caller)
            for model in self._registry.all()
            if model.kind == _APPLICATION and model.arn.startswith(here)
        ]
        return [*system, *own]

    def _application(self, model: Registered, caller: Caller) -> dict[str, Any]:
        return {
            "inferenceProfileName": model.name,
            "createdAt": model.created,
            "updatedAt": model.created,
            "inferenceProfileArn": model.arn,
            "models": [{"modelArn": arn} for arn in _foundations(model, caller)],
            "inferenceProfileId": model.arn.rsplit("/", 1)[-1],
            "status": "ACTIVE",
            "type": "APPLICATION",
        }

    def provisioned(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        """GetProvisionedModelThroughput, by ARN, id or name."""
        model = self._find("provisioned-model", request["provisionedModelId"], caller)
        (foundation, *_) = _foundations(model, caller)
        serves = model.custom_model or foundation
        return {
            "modelUnits": 1,
            "desiredModelUnits": 1,
            "provisionedModelName": model.name,
            "provisionedModelArn": model.arn,
            "modelArn": serves,
            "desiredModelArn": serves,
            "foundationModelArn": foundation,
            "status": model.status,
            "creationTime": model.created,
            "lastModifiedTime": model.created,
            "failureMessage": "It could not be provisioned." if model.status == "Failed" else None,
        }

    def imported(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        """GetImportedModel, by ARN, id or name."""
        model = self._find("imported-model", request["modelIdentifier"], caller)
        return {
            "modelArn": model.arn,
            "modelName": model.name,
            "creationTime": model.created,
            "modelArchitecture": "llama",
            "instructSupported": True,
        }

    def router(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        """GetPromptRouter, by ARN."""
        model = self._find("prompt-router", request["promptRouterArn"], caller)
        behind = [{"modelArn": _behind(each, caller)} for each in model.models]
        return {
            "promptRouterName": model.name,
            "routingCriteria": {"responseQualityDifference": 0.0},
            "createdAt": model.created,
            "updatedAt": model.created,
            "promptRouterArn": model.arn,
            "models": behind,
            "fallbackModel": behind[-1],
            "status": "AVAILABLE",
            "type": "default" if ":default-prompt-router/" in model.arn else "custom",
        }

    def _find(self, kind: str, identifier: str, caller: Caller) -> Registered:
        model = self._registry.find(kind, identifier)
        if model is None or not model.arn.startswith(caller.arn_of("")):
            raise _missing(kind)
        return model


def _behind(model: str, caller: Caller) -> str:
    """The full ARN of a model or profile behind another."""
    name = model.rsplit("/", 1)[-1]
    profile = profiles.find(name, caller.region)
    return profile.arn(caller.account) if profile else catalog.arn(name, caller.region)


def _foundations(model: Registered, caller: Caller) -> list[str]:
    """The ARNs of the foundation models behind a model, in every Region that it routes to."""
    arns: list[str] = []
    for each in model.models:
        name = each.rsplit("/", 1)[-1]
        profile = profiles.find(name, caller.region)
        if profile is None and profiles.is_profile(name):
            raise invalid("The inference profile is not available in this Region.")
        regions = profile.regions if profile else (caller.region,)
        arns += [catalog.arn(profile.model if profile else name, region) for region in regions]
    return arns
