"""Names, tokens and quotas: what a second request meets."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError
from standin_world import World


def failed(world: World, request: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        world.bedrock.create_evaluation_job(**request)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_name_is_taken_even_by_a_finished_job(world: World) -> None:
    request = world.request()
    world.wait(world.bedrock.create_evaluation_job(**request)["jobArn"])
    assert failed(world, request)[0] == "ConflictException"


def test_a_taken_name_in_the_other_variant(world: World) -> None:
    world.aws.control("POST", "settings", {"nameConflict": "validation"})
    request = world.request()
    world.bedrock.create_evaluation_job(**request)
    code, message = failed(world, request)
    assert code == "ValidationException"
    assert "job name is already in use" in message


def test_two_at_once_and_one_wins(world: World) -> None:
    request = world.request()

    def create(_: int) -> str:
        try:
            world.bedrock.create_evaluation_job(**request)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "created"

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(create, range(6)))
    assert sorted(outcomes) == ["ConflictException"] * 5 + ["created"]


def test_the_same_token_answers_the_same_job(world: World) -> None:
    request = world.request(clientRequestToken="token-1")
    arn = world.bedrock.create_evaluation_job(**request)["jobArn"]
    assert world.bedrock.create_evaluation_job(**request)["jobArn"] == arn
    other = {**request, "jobDescription": "another"}
    assert world.bedrock.create_evaluation_job(**other)["jobArn"] == arn
    assert len(world.aws.control("GET", "jobs")["jobs"]) == 1


def test_the_same_token_in_the_other_variant(world: World) -> None:
    world.aws.control("POST", "settings", {"tokenReuse": "conflict"})
    request = world.request(clientRequestToken="token-2")
    arn = world.bedrock.create_evaluation_job(**request)["jobArn"]
    assert world.bedrock.create_evaluation_job(**request)["jobArn"] == arn
    assert failed(world, {**request, "jobDescription": "another"})[0] == "ConflictException"


def test_the_same_token_at_once(world: World) -> None:
    request = world.request(clientRequestToken="token-3")
    with ThreadPoolExecutor(6) as pool:
        answers = pool.map(lambda _: world.bedrock.create_evaluation_job(**request), range(6))
        assert len({answer["jobArn"] for answer in answers}) == 1
    assert len(world.aws.control("GET", "jobs")["jobs"]) == 1


def test_concurrency_quota(world: World) -> None:
    world.aws.control("POST", "settings", {"hold": True, "concurrentJobs": 2})
    arns = [world.create() for _ in range(2)]
    code, message = failed(world, world.request())
    assert code == "ServiceQuotaExceededException"
    assert "concurrent" in message
    world.bedrock.stop_evaluation_job(jobIdentifier=arns[0])
    world.wait(arns[0], "Stopped")
    world.create()


def test_total_quota(world: World) -> None:
    world.aws.control("POST", "settings", {"totalJobs": 1})
    world.wait(world.create())
    code, message = failed(world, world.request())
    assert code == "ServiceQuotaExceededException"
    assert "concurrent" not in message


def test_defaults_are_the_quotas_of_the_service(world: World) -> None:
    settings = world.aws.control("GET", "settings")
    assert (settings["concurrentJobs"], settings["totalJobs"]) == (20, 5000)
