"""What is refused before anything is paid for: each with its name, its place and what to do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from deployed_world import JUDGE, DeployedWorld, Finished, record, suite

from modeleval.store.items import RunStatus


def assert_refused(world: DeployedWorld, finished: Finished, error: str, *words: str) -> None:
    """The execution and the run say why; Bedrock was never asked for a job."""
    assert (finished.status, finished.error) == ("FAILED", error)
    run = world.run(finished)
    assert run.status is RunStatus.FAILED
    assert run.error is not None
    assert run.error.name == error
    assert not run.published
    for word in words:
        assert word in finished.cause
        assert word in run.error.message
    assert world.calls("CreateEvaluationJob") == []


def test_terms_that_are_not_accepted(world: DeployedWorld) -> None:
    key = world.put_dataset([record(1)])

    finished = world.evaluate({**suite(key), "acceptBedrockEvaluationTerms": False})

    terms = "accept its pricing"
    assert_refused(world, finished, "TermsNotAccepted", "acceptBedrockEvaluationTerms: true", terms)


@pytest.mark.parametrize(
    ("judge", "error", "words"),
    [
        ("amazon.nova-pro-v1:1", "JudgeNotAllowed", ["evaluations[0].judge", JUDGE]),
        ("amazon.no-such-model-v1:0", "JudgeNotFound", ["There is no foundation model"]),
        ("amazon.nova-2-lite-v1:0", "JudgeNotUsable", ["inference profile"]),
        ("amazon.nova-premier-v1:0", "JudgeNotUsable", ["LEGACY"]),
        ("anthropic.claude-3-5-sonnet-20240620-v1:0", "JudgeNotUsable", ["end of life"]),
        ("anthropic.claude-3-5-sonnet-20241022-v2:0", "JudgeNotFound", ["end of life"]),
    ],
)
def test_judges_that_cannot_judge(
    world: DeployedWorld, judge: str, error: str, words: list[str]
) -> None:
    key = world.put_dataset([record(1)])

    finished = world.evaluate(suite(key, judge=judge))

    assert_refused(world, finished, error, judge, *words)


def test_a_dataset_that_is_not_there(world: DeployedWorld) -> None:
    finished = world.evaluate(suite("datasets/nowhere.jsonl"))

    where = "evaluations[0].dataset"
    assert_refused(world, finished, "DatasetNotFound", "datasets/nowhere.jsonl", where)


@pytest.mark.parametrize(
    "dataset", ["s3://somebody-elses-bucket/x.jsonl", "runs/me/inputs/e0/p0.jsonl", "/etc/passwd"]
)
def test_datasets_out_of_bounds(world: DeployedWorld, dataset: str) -> None:
    assert_refused(world, world.evaluate(suite(dataset)), "DatasetNotFound", "evaluations[0]")


def test_every_wrong_line_is_named_and_none_is_quoted(world: DeployedWorld) -> None:
    canary = "CANARY-7f3a"
    lines = [record(1), {"prompt": canary}, record(3), record(4)]
    lines[2]["modelResponses"][0]["modelIdentifier"] = "another-bot"
    data = b"".join(json.dumps(line).encode() + b"\n" for line in lines) + b"{not json " + b"\n"
    key = world.put_dataset(data)

    finished = world.evaluate(suite(key))

    words = ["line 2", "modelResponses", "line 3", "another-bot", "line 5"]
    assert_refused(world, finished, "DatasetInvalid", *words)
    assert canary not in finished.cause


def test_more_records_than_a_run_takes(world: DeployedWorld) -> None:
    """A run has at most a thousand jobs, here of one record each."""
    key = world.put_dataset([record(n) for n in range(1001)])

    finished = world.evaluate(suite(key, shardSize=1))
    assert_refused(world, finished, "DatasetInvalid", "1,001", "1,000")


def test_a_run_above_its_budget(world: DeployedWorld) -> None:
    key = world.put_dataset([record(n) for n in range(30)])

    finished = world.evaluate({**suite(key), "budget": {"maxUsd": 0.1}})

    # 30 records x 2 metrics x (1,500 x 0.80 + 200 x 3.20) / 1,000,000 USD
    assert_refused(world, finished, "BudgetExceeded", "0.1104 USD", "0.1 USD", "budget.maxUsd")


def test_a_budget_with_a_judge_without_a_price(world: DeployedWorld) -> None:
    key = world.put_dataset([record(1)])

    finished = world.evaluate({**suite(key, judge="openai.gpt-5.4"), "budget": {"maxUsd": 100}})

    assert_refused(world, finished, "PriceUnknown", "openai.gpt-5.4", "prices")


def test_an_account_that_is_full_of_jobs(world: DeployedWorld) -> None:
    key = world.put_dataset([record(1)])
    world.settings(pageSize=1000)
    world.aws.control("POST", "jobs", {"completed": 5000})

    assert_refused(world, world.evaluate(suite(key)), "JobQuotaExhausted", "5,000", "Delete old")


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"suite": "support-answer"}, "SuiteNotFound", ["support-answers"]),
        ({"suit": "support-answers"}, "SuiteInvalid", ["input.suit", "suite"]),
        ({}, "SuiteInvalid", ["names no suite"]),
        ([], "SuiteInvalid", ["not an object"]),
        ({"suite": "support-answers", "model": "x"}, "ModelNotUsable", ["Leave model out"]),
        ({"suite": "s3://elsewhere/x.yaml"}, "SuiteNotFound", ["elsewhere"]),
        ({"suite": {"name": "x"}}, "SuiteInvalid", ["evaluations"]),
    ],
)
def test_inputs_that_name_no_suite(
    world: DeployedWorld, given: Any, error: str, words: list[str]
) -> None:
    assert_refused(world, world.finish(world.start(given)), error, *words)


def test_a_suite_with_mistakes_names_them_all(world: DeployedWorld) -> None:
    document = suite("datasets/x.jsonl", metrics=["Corectness"], candidate=[], kind="bedrock-judge")
    document["bugdet"] = {"maxUsd": 1}

    finished = world.evaluate(document)

    words = ["'budget'", "Correctness", "evaluations[0].candidate", "candidates"]
    assert_refused(world, finished, "SuiteInvalid", *words)


def test_all_refused_evaluations_are_named_at_once(world: DeployedWorld) -> None:
    document = suite("datasets/nowhere.jsonl")
    other = {**document["evaluations"][0], "name": "other", "judge": "amazon.no-such-model-v1:0"}
    document["evaluations"].append(other)

    finished = world.evaluate(document)

    words = ["datasets/nowhere.jsonl", "amazon.no-such-model-v1:0", "Nothing was started"]
    assert_refused(world, finished, "DatasetNotFound", *words)
