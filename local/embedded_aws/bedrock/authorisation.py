"""The caller's own permission for an operation, on the resource that it names."""

from __future__ import annotations

from typing import Any

from embedded_aws.bedrock import profiles
from embedded_aws.callers import Caller

# Operations on one resource: the member that names it, and the type of its ARN.
_NAMED = {
    "GetInferenceProfile": ("inferenceProfileIdentifier", "application-inference-profile"),
    "GetProvisionedModelThroughput": ("provisionedModelId", "provisioned-model"),
    "GetImportedModel": ("modelIdentifier", "imported-model"),
    "GetPromptRouter": ("promptRouterArn", "default-prompt-router"),
    "GetKnowledgeBase": ("knowledgeBaseId", "knowledge-base"),
}


def authorise(caller: Caller, operation: str, value: dict[str, Any]) -> None:
    """Raise AccessDeniedException unless the caller's policies allow it.

    That CreateEvaluationJob is authorised on the new job's ARN is not documented; a policy for
    ``evaluation-job/*`` or for ``*`` passes, as it would with any resource of the account's jobs.
    """
    action = f"bedrock:{operation}"
    if operation == "Converse":
        return  # on the models that the identifier stands for: the operation finds and checks them
    if operation.startswith("List"):
        caller.require(action, "*")
    elif operation == "BatchDeleteEvaluationJob":
        identifiers = value.get("jobIdentifiers")
        for identifier in identifiers if isinstance(identifiers, list) else ["*"]:
            caller.require(action, str(identifier))
    elif operation in ("GetFoundationModel", "GetFoundationModelAvailability"):
        model = str(value.get("modelIdentifier") or value.get("modelId")).rsplit("/", 1)[-1]
        caller.require(action, f"arn:aws:bedrock:{caller.region}::foundation-model/{model}")
    elif operation == "CreateEvaluationJob":
        caller.require(action, caller.arn_of("evaluation-job/new"))
    elif operation in _NAMED:
        caller.require(action, _resource(caller, str(value[_NAMED[operation][0]]), operation))
    else:
        caller.require(action, str(value["jobIdentifier"]))


def _resource(caller: Caller, identifier: str, operation: str) -> str:
    if identifier.startswith("arn:"):
        return identifier
    kind = _NAMED[operation][1]
    if operation == "GetInferenceProfile" and profiles.is_profile(identifier):
        kind = "inference-profile"
    return caller.arn_of(f"{kind}/{identifier}")
