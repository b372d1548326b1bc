"""Faults on demand, and the rest of the control API."""

from __future__ import annotations

import math
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError
from standin_world import World, records


def fault(world: World, **value: Any) -> None:
    world.aws.control("POST", "faults", value)


def failing(world: World, request: dict[str, Any]) -> tuple[str, int]:
    with pytest.raises(ClientError) as caught:
        world.bedrock.create_evaluation_job(**request)
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ThrottlingException", 429),
        ("InternalServerException", 500),
        ("ServiceQuotaExceededException", 400),
        ("ServiceUnavailableException", 503),
        ("AccessDeniedException", 403),
    ],
)
def test_the_next_calls_fail(world: World, code: str, status: int) -> None:
    fault(world, kind="error", operation="CreateEvaluationJob", code=code, times=2)
    request = world.request()
    assert failing(world, request) == (code, status)
    world.bedrock.list_evaluation_jobs()  # of another operation: untouched
    assert failing(world, request) == (code, status)
    world.bedrock.create_evaluation_job(**request)
    assert [call["status"] for call in world.calls("CreateEvaluationJob")] == [status, status, 202]


def test_a_fault_for_one_job(world: World) -> None:
    fault(world, kind="error", operation="CreateEvaluationJob", jobName="unlucky")
    world.create(jobName="lucky-1")
    assert failing(world, world.request(jobName="unlucky-1"))[0] == "ThrottlingException"


def test_an_error_instead_of_the_answer(world: World) -> None:
    fault(world, kind="lost-response", operation="CreateEvaluationJob")
    request = world.request()
    assert failing(world, request) == ("InternalServerException", 500)
    (job,) = world.aws.control("GET", "jobs")["jobs"]
    assert job["jobName"] == request["jobName"]


def test_a_cut_connection_instead_of_the_answer(world: World) -> None:
    fault(world, kind="lost-response", operation="CreateEvaluationJob", how="cut")
    with pytest.raises(ConnectionClosedError):
        world.bedrock.create_evaluation_job(**world.request())
    assert len(world.aws.control("GET", "jobs")["jobs"]) == 1


def test_a_job_that_fails(world: World) -> None:
    fault(world, kind="fail-job", message="The judge is tired.")
    assert world.failure() == "The judge is tired."
    assert world.wait(world.create())["status"] == "Completed"


def all_scores(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [score for record in found for score in record["automatedEvaluationResult"]["scores"]]


@pytest.mark.parametrize("defect", ["null-result", "missing-result", "nan-result"])
def test_a_defect_in_one_score(world: World, defect: str) -> None:
    fault(world, kind="output", defect=defect)
    scores = all_scores(world.results(uri=world.dataset(records(4))))
    results = [score.get("result", "missing") for score in scores]
    odd = [r for r in results if r in (None, "missing") or math.isnan(r)]
    assert len(odd) == 1
    expected = {"null-result": "None", "missing-result": "missing", "nan-result": "nan"}
    assert str(odd[0]) == expected[defect]


def test_a_lost_record(world: World) -> None:
    fault(world, kind="output", defect="drop-record")
    assert len(world.results(uri=world.dataset(records(4)))) == 3


def test_bare_metric_names(world: World) -> None:
    fault(world, kind="output", defect="bare-names")
    names = {score["metricName"] for score in all_scores(world.results())}
    assert names == {"Correctness"}


def test_faults_can_be_seen_and_withdrawn(world: World) -> None:
    fault(world, kind="fail-job", times=3)
    (pending,) = world.aws.control("GET", "faults")["faults"]
    assert (pending["kind"], pending["times"]) == ("fail-job", 3)
    world.aws.control("DELETE", "faults")
    assert world.aws.control("GET", "faults") == {"faults": []}


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("faults", {"kind": "error"}, "operation must be one of"),
        ("faults", {"kind": "nothing"}, "whose kind is one of"),
        ("faults", {"kind": "fail-job", "often": 2}, "a fault has no"),
        ("faults", {"kind": "output", "defect": "x"}, "defect must be one of"),
        ("settings", {"speed": 2}, "no setting 'speed'"),
        ("settings", {"hold": "yes"}, "hold must be bool"),
        ("settings", {"nameConflict": "x"}, "nameConflict must be"),
        ("nothing", {}, "no such call"),
        ("schedules/fire", {"name": "none"}, "no schedule default/none"),
    ],
)
def test_the_control_api_says_what_is_wrong(
    world: World, path: str, body: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        world.aws.control("POST", path, body)


def test_reset(world: World) -> None:
    world.create()
    fault(world, kind="fail-job")
    world.aws.control("POST", "settings", {"jobSeconds": 9.0})
    world.aws.control("POST", "reset")
    assert world.aws.control("GET", "jobs") == {"jobs": []}
    assert world.aws.control("GET", "calls") == {"calls": []}
    assert world.aws.control("GET", "faults") == {"faults": []}
    assert world.aws.control("GET", "settings")["jobSeconds"] == 0.2
