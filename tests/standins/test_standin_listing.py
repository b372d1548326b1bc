"""ListEvaluationJobs: filters, order, small pages."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from standin_world import JUDGE, World


@pytest.fixture
def seven(world: World) -> World:
    world.aws.control("POST", "settings", {"hold": True})
    for number in range(7):
        world.create(jobName=f"list-{'odd' if number % 2 else 'even'}-{number}")
    return world


def names(world: World, **filters: Any) -> list[str]:
    pages = world.bedrock.get_paginator("list_evaluation_jobs").paginate(**filters)
    return [job["jobName"] for page in pages for job in page["jobSummaries"]]


def test_pages_are_small_whatever_is_asked_for(seven: World) -> None:
    first = seven.bedrock.list_evaluation_jobs(maxResults=1000)
    assert len(first["jobSummaries"]) == 5
    second = seven.bedrock.list_evaluation_jobs(maxResults=1000, nextToken=first["nextToken"])
    assert len(second["jobSummaries"]) == 2
    assert "nextToken" not in second
    assert len(seven.bedrock.list_evaluation_jobs(maxResults=2)["jobSummaries"]) == 2


def test_order(seven: World) -> None:
    newest_first = names(seven)
    assert newest_first[0] == "list-even-6"
    ascending = names(seven, sortBy="CreationTime", sortOrder="Ascending")
    assert ascending == newest_first[::-1]


def test_filters(seven: World) -> None:
    assert len(names(seven, nameContains="odd")) == 3
    assert names(seven, nameContains="list-odd-1") == ["list-odd-1"]
    assert len(names(seven, statusEquals="InProgress")) == 7
    assert names(seven, statusEquals="Completed") == []
    assert len(names(seven, applicationTypeEquals="ModelEvaluation")) == 7
    assert names(seven, applicationTypeEquals="RagEvaluation") == []


def test_times(seven: World) -> None:
    jobs = seven.bedrock.list_evaluation_jobs(sortOrder="Ascending")["jobSummaries"]
    third = jobs[2]["creationTime"]
    assert len(names(seven, creationTimeAfter=third)) == 4
    assert len(names(seven, creationTimeBefore=third)) == 2


def test_summary(seven: World) -> None:
    (job,) = seven.bedrock.list_evaluation_jobs(nameContains="even-0")["jobSummaries"]
    assert job["evaluationTaskTypes"] == ["General"]
    assert job["evaluatorModelIdentifiers"] == [JUDGE]
    summary = job["inferenceConfigSummary"]["modelConfigSummary"]
    assert summary["precomputedInferenceSourceIdentifiers"] == ["bot"]
    assert job["jobType"] == "Automated"


def test_a_token_belongs_to_its_request(seven: World) -> None:
    token = seven.bedrock.list_evaluation_jobs()["nextToken"]
    with pytest.raises(ClientError, match="belongs to another request"):
        seven.bedrock.list_evaluation_jobs(nextToken=token, nameContains="odd")
    with pytest.raises(ClientError, match="nextToken is invalid"):
        seven.bedrock.list_evaluation_jobs(nextToken="AAAA")


@pytest.mark.parametrize(
    "filters", [{"statusEquals": "Done"}, {"nameContains": "A"}, {"maxResults": 1001}]
)
def test_filters_are_checked(world: World, filters: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match=r"ValidationException.*1 validation error detected"):
        world.bedrock.list_evaluation_jobs(**filters)
