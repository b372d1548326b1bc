"""Live responses, and inference profiles as judges and generators."""

from __future__ import annotations

from typing import Any

import pytest
from deployed_world import JUDGE, DeployedWorld, record, suite

ROUTED = "us.amazon.nova-lite-v1:0"
GLOBAL = "global.amazon.nova-2-lite-v1:0"


def questions(count: int = 6) -> list[dict[str, Any]]:
    lines = [record(n, referenceResponse="The Elbe ends in the North Sea.") for n in range(count)]
    return [{key: line[key] for key in line if key != "modelResponses"} for line in lines]


@pytest.fixture
def dataset(world: DeployedWorld) -> str:
    return world.put_dataset(questions())


@pytest.mark.parametrize("generator", ["amazon.nova-lite-v1:0", ROUTED, GLOBAL])
def test_live_responses_are_generated_judged_and_scored(
    world: DeployedWorld, dataset: str, generator: str
) -> None:
    params = {"maxTokens": 200, "temperature": 0}

    finished = world.evaluate(
        suite(dataset, responses={"model": generator, "inferenceParams": params})
    )

    assert finished.status == "SUCCEEDED", finished.cause
    scores = world.scores(finished)
    assert scores["Correctness", None].n == 6
    assert scores["Correctness", None].subject == generator
    [job] = world.service_jobs(finished.run_id)
    [model] = job["request"]["inferenceConfig"]["models"]
    assert model["bedrockModel"]["modelIdentifier"].endswith(generator)
    assert model["bedrockModel"]["inferenceParams"] == '{"maxTokens":200,"temperature":0}'


def test_what_a_generator_costs_is_part_of_the_estimate(world: DeployedWorld, dataset: str) -> None:
    responses = {"model": "amazon.nova-lite-v1:0", "inferenceParams": {"maxTokens": 100}}
    document = {**suite(dataset, responses=responses), "budget": {"maxUsd": 0.001}}

    finished = world.evaluate(document)

    assert finished.error == "BudgetExceeded"
    parts = world.run(finished).estimate["evaluations"]  # type: ignore[index]
    assert [part["purpose"] for part in parts] == ["judge", "generator"]
    assert parts[1]["outputTokens"] == 600


@pytest.mark.parametrize("defect", ["drop-record", "no-response"])
def test_a_generator_that_fails_leaves_its_record_unscored(
    world: DeployedWorld, dataset: str, defect: str
) -> None:
    world.fault(kind="generator", defect=defect, times=2)

    finished = world.evaluate(suite(dataset, responses={"model": "amazon.nova-lite-v1:0"}))

    score = world.scores(finished)["Correctness", None]
    assert (score.n, score.unscored) == (4, 2)


@pytest.mark.parametrize("judge", ["us.amazon.nova-pro-v1:0", GLOBAL])
def test_a_profile_may_judge(world: DeployedWorld, judge: str) -> None:
    key = world.put_dataset([record(n) for n in range(3)])

    finished = world.evaluate(suite(key, judge=judge))

    assert finished.status == "SUCCEEDED", finished.cause
    assert world.scores(finished)["Correctness", None].judge == judge


def test_a_model_that_is_not_called_on_demand_names_its_profile(world: DeployedWorld) -> None:
    key = world.put_dataset([record(1)])

    finished = world.evaluate(suite(key, judge="amazon.nova-2-lite-v1:0"))

    assert finished.error == "JudgeNotUsable"
    assert "us.amazon.nova-2-lite-v1:0" in finished.cause


@pytest.mark.parametrize(
    ("lack", "said"),
    [
        ({"agreement": "NOT_AVAILABLE"}, "agreement is NOT_AVAILABLE"),
        ({"authorization": "NOT_AUTHORIZED"}, "authorization is NOT_AUTHORIZED"),
        ({"entitlement": "NOT_AVAILABLE"}, "entitlement is NOT_AVAILABLE"),
    ],
)
def test_a_model_that_the_account_has_no_access_to(
    world: DeployedWorld, lack: dict[str, str], said: str
) -> None:
    key = world.put_dataset([record(1)])
    world.aws.control("POST", "models", {"kind": "foundation-model", "model": JUDGE, **lack})

    finished = world.evaluate(suite(key))

    assert finished.error == "JudgeNotUsable"
    assert said in finished.cause
    assert world.calls("CreateEvaluationJob") == []


@pytest.mark.parametrize(
    ("generator", "error"),
    [
        ("amazon.nova-micro-v1:0", "GeneratorNotAllowed"),
        ("anthropic.claude-3-5-sonnet-20240620-v1:0", "GeneratorNotUsable"),
        ("not a model", "SuiteInvalid"),
    ],
)
def test_generators_that_cannot_be_asked(
    world: DeployedWorld, dataset: str, generator: str, error: str
) -> None:
    finished = world.evaluate(suite(dataset, responses={"model": generator}))

    assert finished.error == error
    assert "evaluations[0].responses.model" in finished.cause
    assert world.calls("CreateEvaluationJob") == []


def test_a_dataset_with_other_responses_is_judged_without_them(world: DeployedWorld) -> None:
    key = world.put_dataset([record(n) for n in range(2)])

    finished = world.evaluate(suite(key, responses={"model": "amazon.nova-lite-v1:0"}))

    assert finished.status == "SUCCEEDED", finished.cause
    assert "modelResponses" in str(world.run(finished).evaluations[0].warnings)
