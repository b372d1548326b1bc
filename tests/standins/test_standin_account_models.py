"""Looking models up: profiles, availability, and what the account has of its own."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from standin_world import FAST, World, statement

PRO, LITE, TWO = "amazon.nova-pro-v1:0", "amazon.nova-lite-v1:0", "amazon.nova-2-lite-v1:0"
OURS = "a1b2c3d4e5f6"


def refused(call: Any, code: str, **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    assert caught.value.response["Error"]["Code"] == code
    return str(caught.value.response["Error"]["Message"])


def models_of(profile: dict[str, Any]) -> list[str]:
    return [model["modelArn"] for model in profile["models"]]


@pytest.mark.parametrize("form", ["id", "arn"])
def test_system_profile(world: World, form: str) -> None:
    arn = world.arn_of(f"inference-profile/us.{PRO}")
    identifier = arn if form == "arn" else f"us.{PRO}"
    profile = world.bedrock.get_inference_profile(inferenceProfileIdentifier=identifier)
    assert profile["inferenceProfileArn"] == arn
    assert profile["inferenceProfileId"] == f"us.{PRO}"
    assert (profile["status"], profile["type"]) == ("ACTIVE", "SYSTEM_DEFINED")
    regions = ("us-east-1", "us-east-2", "us-west-2")
    assert models_of(profile) == [world.model_arn(PRO, region) for region in regions]


def test_global_profile(world: World) -> None:
    profile = world.bedrock.get_inference_profile(inferenceProfileIdentifier=f"global.{TWO}")
    assert models_of(profile) == [world.model_arn(TWO), world.model_arn(TWO, "")]


@pytest.mark.parametrize(
    "identifier",
    [f"eu.{PRO}", f"us.{PRO}x", PRO, "us.anthropic.claude-3-7-sonnet-20250219-v1:0", OURS],
)
def test_profiles_that_are_not_there(world: World, identifier: str) -> None:
    call = world.bedrock.get_inference_profile
    refused(call, "ResourceNotFoundException", inferenceProfileIdentifier=identifier)


def test_profiles_of_another_region(world: World) -> None:
    client = world.aws.session().client(
        "bedrock",
        region_name="eu-west-1",
        endpoint_url=world.aws.endpoint,
        verify=world.aws.ca_bundle,
    )
    profile = client.get_inference_profile(inferenceProfileIdentifier=f"eu.{PRO}")
    assert ":eu-west-1:" in profile["inferenceProfileArn"]
    call = client.get_inference_profile
    refused(call, "ResourceNotFoundException", inferenceProfileIdentifier=f"us.{PRO}")


def listed(world: World, **filters: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        answer = world.bedrock.list_inference_profiles(**filters)
        page = answer["inferenceProfileSummaries"]
        assert len(page) <= min(5, filters.get("maxResults", 5))
        found += page
        if "nextToken" not in answer:
            return found
        filters["nextToken"] = answer["nextToken"]


def test_list_by_type_and_in_pages(world: World) -> None:
    own = world.register("application-inference-profile", model=f"us.{PRO}", name="ours")
    system = listed(world, typeEquals="SYSTEM_DEFINED")
    identifiers = {profile["inferenceProfileId"] for profile in system}
    assert {f"us.{PRO}", f"global.{TWO}"} <= identifiers
    assert not any(name.startswith(("eu.", "apac.")) for name in identifiers)
    (application,) = listed(world, typeEquals="APPLICATION", maxResults=2)
    assert application["inferenceProfileArn"] == own
    assert len(listed(world, maxResults=3)) == len(system) + 1
    refused(world.bedrock.list_inference_profiles, "ValidationException", typeEquals="OTHER")
    token = world.bedrock.list_inference_profiles()["nextToken"]
    arguments = {"nextToken": token, "typeEquals": "APPLICATION"}
    refused(world.bedrock.list_inference_profiles, "ValidationException", **arguments)


def test_application_profile(world: World) -> None:
    arn = world.arn_of(f"application-inference-profile/{OURS}")
    world.register("application-inference-profile", arn=arn, model=f"us.{PRO}", name="team-a")
    for identifier in (arn, OURS):
        profile = world.bedrock.get_inference_profile(inferenceProfileIdentifier=identifier)
        assert (profile["inferenceProfileName"], profile["type"]) == ("team-a", "APPLICATION")
        assert len(models_of(profile)) == 3
    world.register("application-inference-profile", arn=arn, model=LITE)
    profile = world.bedrock.get_inference_profile(inferenceProfileIdentifier=arn)
    assert models_of(profile) == [world.model_arn(LITE)]


def test_availability(world: World) -> None:
    told = world.bedrock.get_foundation_model_availability(modelId=PRO)
    assert (told["agreementAvailability"], told["authorizationStatus"]) == (
        {"status": "AVAILABLE"},
        "AUTHORIZED",
    )
    assert (told["entitlementAvailability"], told["regionAvailability"]) == ("AVAILABLE",) * 2
    world.register(
        "foundation-model", model=PRO, agreement="PENDING", authorization="NOT_AUTHORIZED"
    )
    told = world.bedrock.get_foundation_model_availability(modelId=PRO)
    assert told["agreementAvailability"]["status"] == "PENDING"
    assert told["authorizationStatus"] == "NOT_AUTHORIZED"


def test_availability_of_what_is_no_model(world: World) -> None:
    call = world.bedrock.get_foundation_model_availability
    refused(call, "ResourceNotFoundException", modelId="anthropic.claude-3-7-sonnet-20250219-v1:0")
    for identifier in (world.model_arn(PRO), "amazon.unheard-of-v1:0"):
        refused(call, "ValidationException", modelId=identifier)


def test_provisioned_model(world: World) -> None:
    custom = world.arn_of(f"custom-model/amazon.nova-lite-v1:0:300k/{OURS}")
    arn = world.register("provisioned-model", model=LITE, customModel=custom, name="ours")
    for identifier in (arn, arn.rsplit("/")[-1], "ours"):
        model = world.bedrock.get_provisioned_model_throughput(provisionedModelId=identifier)
        assert (model["provisionedModelArn"], model["status"]) == (arn, "InService")
        assert model["modelArn"] == custom
        assert model["foundationModelArn"] == world.model_arn(LITE)
    failed = world.register("provisioned-model", model=LITE, status="Failed")
    model = world.bedrock.get_provisioned_model_throughput(provisionedModelId=failed)
    assert model["status"] == "Failed"
    assert model["failureMessage"]


def test_imported_model(world: World) -> None:
    arn = world.register("imported-model", name="brought")
    assert world.bedrock.get_imported_model(modelIdentifier=arn)["modelName"] == "brought"


def test_default_router(world: World) -> None:
    arn = world.arn_of("default-prompt-router/amazon.nova:1")
    world.register("prompt-router", arn=arn, models=[PRO, f"us.{LITE}"])
    router = world.bedrock.get_prompt_router(promptRouterArn=arn)
    behind = [model["modelArn"] for model in router["models"]]
    assert behind == [world.model_arn(PRO), world.arn_of(f"inference-profile/us.{LITE}")]
    assert (router["type"], router["fallbackModel"]["modelArn"]) == ("default", behind[1])


def test_custom_router_in_both_variants(world: World) -> None:
    arn = world.arn_of(f"prompt-router/{OURS}")
    world.register("prompt-router", arn=arn, models=[PRO])
    refused(world.bedrock.get_prompt_router, "ValidationException", promptRouterArn=arn)
    world.aws.control("POST", "settings", {"customRouters": "found"})
    assert world.bedrock.get_prompt_router(promptRouterArn=arn)["type"] == "custom"


@pytest.mark.parametrize(
    ("operation", "member", "resource"),
    [
        ("get_provisioned_model_throughput", "provisionedModelId", "provisioned-model"),
        ("get_imported_model", "modelIdentifier", "imported-model"),
        ("get_prompt_router", "promptRouterArn", "default-prompt-router"),
    ],
)
def test_models_that_are_not_there(
    world: World, operation: str, member: str, resource: str
) -> None:
    call = getattr(world.bedrock, operation)
    arn = world.arn_of(f"{resource}/{OURS}")
    refused(call, "ResourceNotFoundException", **{member: arn})
    refused(call, "ValidationException", **{member: f"{arn}/x y"})


def test_each_lookup_has_its_own_permission(world: World) -> None:
    arn = world.register("provisioned-model", model=LITE)
    profile = world.arn_of(f"inference-profile/us.{PRO}")
    caller = world.caller(
        [
            statement("bedrock:GetInferenceProfile", profile),
            statement("bedrock:GetFoundationModelAvailability", world.model_arn(PRO)),
            statement("bedrock:GetProvisionedModelThroughput", arn),
        ]
    )
    caller.get_inference_profile(inferenceProfileIdentifier=f"us.{PRO}")
    caller.get_foundation_model_availability(modelId=PRO)
    caller.get_provisioned_model_throughput(provisionedModelId=arn)
    denied = "AccessDeniedException"
    refused(caller.get_inference_profile, denied, inferenceProfileIdentifier=f"us.{LITE}")
    refused(caller.get_inference_profile, denied, inferenceProfileIdentifier=OURS)
    refused(caller.get_foundation_model_availability, denied, modelId=LITE)
    refused(caller.get_provisioned_model_throughput, denied, provisionedModelId=OURS)
    refused(caller.list_inference_profiles, denied)


def test_endpoints(world: World) -> None:
    sagemaker = world.aws.client("sagemaker", config=FAST)
    arn = world.register("endpoint", status="Failed")
    name = arn.rsplit("/", 1)[-1]
    endpoint = sagemaker.describe_endpoint(EndpointName=name)
    assert (endpoint["EndpointArn"], endpoint["EndpointStatus"]) == (arn, "Failed")
    message = refused(sagemaker.describe_endpoint, "ValidationException", EndpointName="none")
    assert "Could not find endpoint" in message
    refused(sagemaker.describe_endpoint, "ValidationException", EndpointName="-x-")
    keys = world.caller([statement("bedrock:*", "*")])._request_signer._credentials
    other = world.aws.client(
        "sagemaker",
        config=FAST,
        aws_access_key_id=keys.access_key,
        aws_secret_access_key=keys.secret_key,
    )
    refused(other.describe_endpoint, "AccessDeniedException", EndpointName=name)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"kind": "other"}, "kind must be one of"),
        ({"kind": "provisioned-model"}, "needs model"),
        ({"kind": "provisioned-model", "model": "none.such"}, "foundation model or a system"),
        ({"kind": "imported-model", "arn": "arn:aws:x"}, "arn must match"),
        ({"kind": "endpoint", "status": "Fine"}, "status must be one of"),
        ({"kind": "endpoint", "colour": "red"}, "a model has no ['colour']"),
        ({"kind": "foundation-model", "model": PRO, "agreement": "NO"}, "agreement must be"),
        ({"kind": "foundation-model", "model": "none"}, "id of a foundation model"),
    ],
)
def test_unsound_registrations(world: World, value: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        world.aws.control("POST", "models", value)
    assert message in str(caught.value)
    assert world.aws.control("GET", "models") == {"models": []}
