"""What Bedrock and SageMaker answer about models, and one call that checks one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from botocore.stub import Stubber

from modeleval.bedrock.model_ids import ModelId
from modeleval.bedrock.models import JUDGE, Models, Purpose

NOVA = "amazon.nova-pro-v1:0"
HAIKU = "anthropic.claude-haiku-4-5-20251001-v1:0"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
FIELD = "evaluations[0].judge"
ACCOUNT = "arn:aws:bedrock:us-east-1:111122223333:"
PROFILE = "us." + HAIKU
OWN_PROFILE = f"{ACCOUNT}application-inference-profile/abcdefghijkl"


def check(
    bedrock: Stubber,
    model: str = NOVA,
    purpose: Purpose = JUDGE,
    *,
    allowed: Sequence[str] | None = None,
    sagemaker: Any = None,
) -> ModelId:
    models = Models(bedrock.client, lambda: sagemaker)
    listed = (model,) if allowed is None else allowed
    return models.check(model, purpose, allowed=listed, field=FIELD, now=NOW)


def foundation_arn(name: str, region: str = "us-east-1") -> str:
    return f"arn:aws:bedrock:{region}::foundation-model/{name}"


def model(bedrock: Stubber, name: str = NOVA, **fields: Any) -> None:
    """The next question is for this model; a change to None removes the field."""
    details = {
        "modelArn": foundation_arn(name),
        "modelId": name,
        "modelLifecycle": {"status": "ACTIVE"},
        "inferenceTypesSupported": ["ON_DEMAND", "PROVISIONED"],
    } | fields
    answer = {key: value for key, value in details.items() if value is not None}
    bedrock.add_response(
        "get_foundation_model", {"modelDetails": answer}, {"modelIdentifier": name}
    )


def available(bedrock: Stubber, name: str = NOVA, **changes: Any) -> None:
    """The next question is whether the account may call this model."""
    answer = {
        "modelId": name,
        "agreementAvailability": {"status": "AVAILABLE"},
        "authorizationStatus": "AUTHORIZED",
        "entitlementAvailability": "AVAILABLE",
        "regionAvailability": "AVAILABLE",
    }
    bedrock.add_response("get_foundation_model_availability", answer | changes, {"modelId": name})


def profile_summary(identifier: str, *arns: str, status: str = "ACTIVE") -> dict[str, Any]:
    return {
        "inferenceProfileName": "x",
        "inferenceProfileArn": f"{ACCOUNT}inference-profile/{identifier}",
        "inferenceProfileId": identifier,
        "models": [{"modelArn": arn} for arn in arns],
        "status": status,
        "type": "SYSTEM_DEFINED",
    }


def profile(bedrock: Stubber, identifier: str, *arns: str, status: str = "ACTIVE") -> None:
    """The next question is for this profile, whose models these are."""
    bedrock.add_response(
        "get_inference_profile",
        profile_summary(identifier.rsplit("/", 1)[-1], *arns, status=status),
        {"inferenceProfileIdentifier": identifier},
    )
