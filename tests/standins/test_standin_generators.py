"""Live responses: which models may answer, what the role needs for each, what they answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from standin_world import World, generated_by, statement

INVOKE = "bedrock:InvokeModel"
LITE, PRO, TWO = "amazon.nova-lite-v1:0", "amazon.nova-pro-v1:0", "amazon.nova-2-lite-v1:0"
OURS = "a1b2c3d4e5f6"


def prompts(count: int = 3) -> list[dict[str, Any]]:
    reference = "The Elbe ends in the North Sea and the Oder in the Baltic."
    return [
        {"prompt": f"Where do rivers end, question {n}?", "referenceResponse": reference}
        for n in range(count)
    ]


def run(world: World, model: str, *allowed: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    given = more.pop("given", prompts())
    return world.results(
        uri=world.dataset(given),
        inferenceConfig=generated_by(model, **more),
        roleArn=world.role_with(*allowed),
    )


def failed(world: World, model: str, *allowed: dict[str, Any], **more: Any) -> str:
    given = more.pop("given", prompts())
    return world.failure(
        uri=world.dataset(given),
        inferenceConfig=generated_by(model, **more),
        roleArn=world.role_with(*allowed),
    )


def refused(world: World, model: str, **more: Any) -> str:
    with pytest.raises(ClientError) as caught:
        world.create(uri=world.dataset(prompts()), inferenceConfig=generated_by(model, **more))
    error = caught.value.response["Error"]
    assert error["Code"] == "ValidationException"
    return str(error["Message"])


def through(key: str, arn: str) -> dict[str, Any]:
    return {"Condition": {"ArnLike": {key: arn}}}


@pytest.mark.parametrize("form", ["id", "arn"])
def test_foundation_model(world: World, form: str) -> None:
    arn = world.model_arn(LITE)
    model = arn if form == "arn" else LITE
    for record in run(world, model, statement(INVOKE, arn)):
        assert list(record["inputRecord"]) == ["prompt", "referenceResponse"]
        (response,) = record["modelResponses"]
        assert response["modelIdentifier"] == model
        assert response["response"].startswith(f"Stand-in response of {LITE}: ")
        assert response["stopReason"] == "end_turn"


def test_the_output_names_the_model_in_its_path(world: World) -> None:
    arn = world.model_arn(LITE)
    changes = {
        "inferenceConfig": generated_by(arn),
        "roleArn": world.role_with(statement(INVOKE, arn)),
    }
    for variant, folder in (("id", LITE), ("identifier", arn)):
        world.aws.control("POST", "settings", {"modelFolder": variant})
        request = world.request(world.dataset(prompts()), **changes)
        world.wait(world.bedrock.create_evaluation_job(**request)["jobArn"], "Completed")
        assert f"/models/{folder}/taskTypes/General/" in "\n".join(
            world.outputs(request["jobName"])
        )


def test_a_role_without_the_model(world: World) -> None:
    assert f"{INVOKE} on {world.model_arn(LITE)}" in failed(world, LITE)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("amazon.unheard-of-v1:0", "model identifier is invalid"),
        ("anthropic.claude-3-5-sonnet-20240620-v1:0", "has reached end of life"),
        ("us.anthropic.claude-3-5-haiku-20241022-v1:0", "has reached end of life"),
        (TWO, "with on-demand throughput isn't supported"),
        (f"eu.{PRO}", "model identifier is invalid"),  # not from this Region
        ("us.mistral.mistral-large-2402-v1:0", "model identifier is invalid"),  # no such profile
        (
            f"arn:aws:bedrock:eu-west-1::foundation-model/{LITE}",
            "model identifier is invalid",
        ),
        (
            f"arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.{PRO}",
            "model identifier is invalid",
        ),
        (
            f"arn:aws:bedrock:us-east-1:000000000000:provisioned-model/{OURS}",
            "model identifier is invalid",
        ),
        (
            "arn:aws:sagemaker:us-east-1:000000000000:endpoint/none",
            "model identifier is invalid",
        ),
        ("global.anthropic.claude-haiku-4-5-20251001-v1:0", "regular expression"),  # ARN only
        (f"arn:aws:bedrock:us-east-1:000000000000:custom-model/{OURS}", "regular expression"),
    ],
)
def test_generators_that_are_refused(world: World, model: str, message: str) -> None:
    assert message in refused(world, model)


@pytest.mark.parametrize("form", ["id", "arn"])
def test_profile(world: World, form: str) -> None:
    profile = world.arn_of(f"inference-profile/us.{TWO}")
    model = profile if form == "arn" else f"us.{TWO}"
    own = statement(INVOKE, profile)
    one = statement(INVOKE, world.model_arn(TWO))
    assert f"{INVOKE} on {profile}" in failed(world, model, one)
    assert f"{INVOKE} on {world.model_arn(TWO, 'us-east-2')}" in failed(world, model, own, one)
    key = through("bedrock:InferenceProfileArn", profile)
    (record, *_) = run(world, model, own, statement(INVOKE, world.model_arn(TWO, "*"), **key))
    assert record["modelResponses"][0]["modelIdentifier"] == model


def test_a_condition_for_another_profile_does_not_hold(world: World) -> None:
    own = statement(INVOKE, world.arn_of(f"inference-profile/us.{TWO}"))
    key = through("bedrock:InferenceProfileArn", world.arn_of("inference-profile/us.other"))
    behind = statement(INVOKE, world.model_arn(TWO, "*"), **key)
    assert "::foundation-model/" in failed(world, f"us.{TWO}", own, behind)


def test_global_profile_needs_the_model_without_a_region(world: World) -> None:
    profile = world.arn_of(f"inference-profile/global.{TWO}")
    here = statement(INVOKE, [profile, world.model_arn(TWO)])
    nowhere = world.model_arn(TWO, "")
    assert f"{INVOKE} on {nowhere}" in failed(world, profile, here)
    unspecified = {"Condition": {"StringEquals": {"aws:RequestedRegion": "unspecified"}}}
    assert run(world, profile, here, statement(INVOKE, nowhere, **unspecified))


def test_application_profile(world: World) -> None:
    profile = world.register("application-inference-profile", model=f"us.{TWO}")
    own = statement(INVOKE, profile)
    assert "us-east-1::foundation-model" in failed(world, profile, own)
    key = through("bedrock:InferenceProfileArn", profile)
    assert run(world, profile, own, statement(INVOKE, world.model_arn(TWO, "*"), **key))


@pytest.mark.parametrize("kind", ["provisioned-model", "imported-model"])
def test_models_of_the_account(world: World, kind: str) -> None:
    arn = world.arn_of(f"{kind}/{OURS}")
    assert world.register(kind, arn=arn, model=LITE) == arn
    assert f"{INVOKE} on {arn}" in failed(world, arn)
    (record, *_) = run(world, arn, statement(INVOKE, arn))
    assert record["modelResponses"][0]["response"].startswith(f"Stand-in response of {OURS}: ")


def test_a_provisioned_model_that_is_not_in_service(world: World) -> None:
    arn = world.register("provisioned-model", model=LITE, status="Creating")
    assert "is Creating and cannot be used" in refused(world, arn)


@pytest.mark.parametrize("router", ["default-prompt-router/amazon.nova:1", f"prompt-router/{OURS}"])
def test_router(world: World, router: str) -> None:
    arn = world.register("prompt-router", arn=world.arn_of(router), models=[PRO, f"us.{LITE}"])
    own = statement(INVOKE, arn)
    assert f"{INVOKE} on {arn}" in failed(world, arn)
    behind = [
        world.model_arn(PRO),
        world.arn_of(f"inference-profile/us.{LITE}"),
        world.model_arn(LITE, "*"),
    ]
    key = through("bedrock:PromptRouterArn", arn)
    assert f"{INVOKE} on {behind[1]}" in failed(world, arn, own, statement(INVOKE, behind[::2]))
    assert run(world, arn, own, statement(INVOKE, behind, **key))


def test_endpoint(world: World) -> None:
    arn = world.register("endpoint")
    invoke = statement(
        "sagemaker:InvokeEndpoint",
        arn,
        Condition={"StringEquals": {"aws:CalledViaLast": "bedrock.amazonaws.com"}},
    )
    assert f"sagemaker:InvokeEndpoint on {arn}" in failed(world, arn)
    every = world.arn_of("marketplace/model-endpoint/all-access")
    assert f"{INVOKE} on {every}" in failed(world, arn, invoke)
    assert run(world, arn, invoke, statement(INVOKE, every))


@pytest.mark.parametrize("text", ["", "[]", "1", '"x"', "{", '{"a": NaN}'])
def test_parameters_that_are_no_json_object(world: World, text: str) -> None:
    body = world.request(inferenceConfig=generated_by(LITE, inferenceParams=text))
    status, _, answer = world.raw("POST", "/evaluation-jobs", body)
    assert status == 400
    assert "inferenceParams" in answer["message"]
    assert body["jobName"] not in str(world.aws.control("GET", "jobs"))


def test_parameters_that_are_too_long(world: World) -> None:
    text = json.dumps({"note": "x" * 1023})
    assert "length less than or equal to 1023" in refused(world, LITE, inferenceParams=text)


def test_latency_is_one_of_two(world: World) -> None:
    assert "enum value set" in refused(world, LITE, performanceConfig={"latency": "fast"})


def test_parameters_reach_the_model(world: World) -> None:
    text = json.dumps({"inferenceConfig": {"maxTokens": 2}})
    for record in run(
        world,
        LITE,
        statement(INVOKE, world.model_arn(LITE)),
        inferenceParams=text,
        performanceConfig={"latency": "standard"},
    ):
        (response,) = record["modelResponses"]
        assert response["stopReason"] == "max_tokens"
        assert response["response"] == f"Stand-in response of {LITE}: The Elbe"


def test_precomputed_responses_have_no_place_beside_a_generator(world: World) -> None:
    given = [{"prompt": "Why?", "modelResponses": [{"response": "x", "modelIdentifier": "bot"}]}]
    allowed = statement(INVOKE, world.model_arn(LITE))
    assert "Line 1: modelResponses is not allowed" in failed(world, LITE, allowed, given=given)


def mean(records: list[dict[str, Any]]) -> float:
    results = [record["automatedEvaluationResult"]["scores"][0]["result"] for record in records]
    assert len(set(results)) > 1
    return float(sum(results) / len(results))


def test_better_models_score_higher_and_the_same_again(world: World) -> None:
    micro, pro = "amazon.nova-micro-v1:0", PRO
    allowed = statement(INVOKE, world.model_arn("*"))
    weak, strong, again = (
        run(world, model, allowed, given=prompts(60)) for model in (micro, pro, pro)
    )
    assert mean(weak) + 0.1 < mean(strong) == mean(again)


@pytest.mark.parametrize("defect", ["drop-record", "no-response"])
def test_a_generator_that_fails_for_some_records(world: World, defect: str) -> None:
    world.aws.control("POST", "faults", {"kind": "generator", "defect": defect, "times": 2})
    found = run(world, LITE, statement(INVOKE, world.model_arn(LITE)), given=prompts(5))
    answered = [record for record in found if "response" in record["modelResponses"][0]]
    silent = [record for record in found if record not in answered]
    assert len(answered) == 3
    assert len(silent) == (0 if defect == "drop-record" else 2)
    for record in silent:
        assert record["automatedEvaluationResult"] == {"scores": []}
        assert record["modelResponses"] == [{"modelIdentifier": LITE}]


def test_a_generator_that_fails_for_all_records(world: World) -> None:
    world.aws.control("POST", "faults", {"kind": "generator", "times": 3})
    message = failed(world, LITE, statement(INVOKE, world.model_arn(LITE)))
    assert "gave no response to any prompt" in message


@pytest.mark.parametrize(
    "denied",
    [
        {"agreement": "NOT_AVAILABLE"},
        {"agreement": "PENDING"},
        {"authorization": "NOT_AUTHORIZED"},
        {"entitlement": "NOT_AVAILABLE"},
    ],
)
def test_a_model_that_the_account_may_not_use(world: World, denied: dict[str, str]) -> None:
    world.register("foundation-model", model=LITE, **denied)
    allowed = statement(INVOKE, world.model_arn("*"))
    assert "You don't have access to the model" in failed(world, LITE, allowed)


def test_a_model_that_the_region_does_not_have(world: World) -> None:
    world.register("foundation-model", model=LITE, region="NOT_AVAILABLE")
    assert "model identifier is invalid" in refused(world, LITE)


def test_a_model_that_ends_before_the_job_runs_fails_it(world: World) -> None:
    world.aws.control("POST", "settings", {"hold": True})
    arn = world.create(
        uri=world.dataset(prompts()),
        inferenceConfig=generated_by(LITE),
        roleArn=world.role_with(statement(INVOKE, world.model_arn(LITE))),
    )
    world.register("foundation-model", model=LITE, region="NOT_AVAILABLE")
    world.aws.control("POST", "settings", {"hold": False})
    job = world.wait(arn)
    assert (job["status"], job["failureMessages"]) == (
        "Failed",
        ["The provided model identifier is invalid."],
    )
