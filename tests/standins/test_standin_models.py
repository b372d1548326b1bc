"""The catalogue of foundation models: each lifecycle is met once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError
from standin_world import FAST, World, statement


def details(world: World, identifier: str) -> dict[str, object]:
    result: dict[str, object] = world.bedrock.get_foundation_model(modelIdentifier=identifier)[
        "modelDetails"
    ]
    return result


def test_an_active_model(world: World) -> None:
    model = details(world, "amazon.nova-pro-v1:0")
    arn = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0"
    assert model["modelArn"] == arn
    assert model["inferenceTypesSupported"] == ["ON_DEMAND"]
    assert model["modelLifecycle"]["status"] == "ACTIVE"  # type: ignore[index]
    assert details(world, arn) == model


@pytest.mark.parametrize(
    ("identifier", "past"),
    [("amazon.nova-premier-v1:0", False), ("anthropic.claude-3-5-sonnet-20240620-v1:0", True)],
)
def test_legacy_models(world: World, identifier: str, past: bool) -> None:
    lifecycle = details(world, identifier)["modelLifecycle"]
    assert lifecycle["status"] == "LEGACY"  # type: ignore[index]
    assert (lifecycle["endOfLifeTime"] < datetime.now(UTC)) == past  # type: ignore[index]


def test_a_model_that_is_gone(world: World) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        details(world, "anthropic.claude-3-7-sonnet-20250219-v1:0")


def test_an_unknown_model(world: World) -> None:
    with pytest.raises(ClientError, match=r"ValidationException.*identifier is invalid"):
        details(world, "amazon.unheard-of-v1:0")


def test_a_model_for_profiles_only(world: World) -> None:
    assert details(world, "amazon.nova-2-lite-v1:0")["inferenceTypesSupported"] == [
        "INFERENCE_PROFILE"
    ]


def listed(world: World, **filters: str) -> set[str]:
    summaries = world.bedrock.list_foundation_models(**filters)["modelSummaries"]
    return {summary["modelId"] for summary in summaries}


def test_list_and_filters(world: World) -> None:
    every = listed(world)
    assert "amazon.nova-pro-v1:0" in every
    assert "anthropic.claude-3-7-sonnet-20250219-v1:0" not in every
    assert {name.split(".")[0] for name in listed(world, byProvider="amazon")} == {"amazon"}
    assert "amazon.nova-2-lite-v1:0" not in listed(world, byInferenceType="ON_DEMAND")
    assert "amazon.nova-lite-v1:0" in listed(world, byCustomizationType="FINE_TUNING")
    assert listed(world, byOutputModality="IMAGE") == set()
    with pytest.raises(ClientError, match="ValidationException"):
        listed(world, byInferenceType="SOMETIMES")


def test_permissions(world: World) -> None:
    model = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0"
    caller = world.caller([statement("bedrock:GetFoundationModel", model)])
    caller.get_foundation_model(modelIdentifier="amazon.nova-pro-v1:0")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        caller.get_foundation_model(modelIdentifier="amazon.nova-lite-v1:0")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        caller.list_foundation_models()


def test_other_paths_of_bedrock_are_ministacks(world: World) -> None:
    client = world.aws.client("bedrock", config=FAST)
    assert "guardrails" in client.list_guardrails()
