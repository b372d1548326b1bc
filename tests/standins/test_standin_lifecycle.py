"""A job's states over time, and what may be done to it in each."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from standin_world import World


def conflict(call: object, **arguments: object) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)  # type: ignore[operator]
    error = caught.value.response["Error"]
    assert error["Code"] == "ConflictException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return str(error["Message"])


def test_a_job_completes(world: World) -> None:
    request = world.request(jobDescription="what it is for")
    arn = world.bedrock.create_evaluation_job(**request)["jobArn"]
    first = world.bedrock.get_evaluation_job(jobIdentifier=arn)
    assert first["status"] == "InProgress"
    last = world.wait(arn)
    assert last["status"] == "Completed"
    assert last["creationTime"] == first["creationTime"] < last["lastModifiedTime"]
    assert "failureMessages" not in last
    assert (last["jobType"], last["applicationType"]) == ("Automated", "ModelEvaluation")
    for member in ("jobName", "jobDescription", "roleArn", "evaluationConfig", "inferenceConfig"):
        assert last[member] == request[member]


def test_how_long_a_job_takes_can_be_set(world: World) -> None:
    world.aws.control("POST", "settings", {"jobSeconds": 1.0})
    job = world.wait(world.create())
    assert (job["lastModifiedTime"] - job["creationTime"]).total_seconds() >= 1.0


def test_a_held_job_waits_until_it_is_released(world: World) -> None:
    world.aws.control("POST", "settings", {"hold": True, "jobSeconds": 0.0})
    arn = world.create()
    with pytest.raises(AssertionError, match="InProgress"):
        world.wait(arn, "Completed", seconds=0.5)
    world.aws.control("POST", "settings", {"hold": False})
    assert world.wait(arn)["status"] == "Completed"


def test_stop(world: World) -> None:
    world.aws.control("POST", "settings", {"hold": True})
    arn = world.create()
    world.bedrock.stop_evaluation_job(jobIdentifier=arn)
    assert world.status(arn) == "Stopping"
    assert "is Stopping" in conflict(world.bedrock.stop_evaluation_job, jobIdentifier=arn)
    assert world.wait(arn)["status"] == "Stopped"
    assert "is Stopped" in conflict(world.bedrock.stop_evaluation_job, jobIdentifier=arn)


def test_a_stopped_job_writes_no_results(world: World) -> None:
    world.aws.control("POST", "settings", {"hold": True})
    request = world.request()
    arn = world.bedrock.create_evaluation_job(**request)["jobArn"]
    world.bedrock.stop_evaluation_job(jobIdentifier=arn)
    world.wait(arn, "Stopped")
    assert list(world.outputs(request["jobName"])) == [
        "amazon-bedrock-evaluations-permission-check"
    ]


def test_a_finished_job_cannot_be_stopped(world: World) -> None:
    arn = world.create()
    world.wait(arn, "Completed")
    assert "is Completed" in conflict(world.bedrock.stop_evaluation_job, jobIdentifier=arn)


def test_delete(world: World) -> None:
    world.aws.control("POST", "settings", {"hold": True})
    running = world.create()
    world.aws.control("POST", "settings", {"hold": False})
    done = world.create()
    world.wait(done, "Completed")
    world.wait(running, "Completed")
    world.aws.control("POST", "settings", {"hold": True})
    busy = world.create()
    unknown = done[:-12] + "zzzzzzzzzzzz"
    answer = world.bedrock.batch_delete_evaluation_job(jobIdentifiers=[done, busy, unknown])
    assert answer["evaluationJobs"] == [{"jobIdentifier": done, "jobStatus": "Deleting"}]
    assert [(e["jobIdentifier"], e["code"]) for e in answer["errors"]] == [
        (busy, "400"),
        (unknown, "404"),
    ]
    assert world.status(done) == "Deleting"
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        world.wait(done, "Gone")


def test_a_deleted_jobs_name_is_free(world: World) -> None:
    request = world.request()
    arn = world.bedrock.create_evaluation_job(**request)["jobArn"]
    world.wait(arn, "Completed")
    world.bedrock.batch_delete_evaluation_job(jobIdentifiers=[arn])
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        world.wait(arn, "Gone")
    assert world.bedrock.create_evaluation_job(**request)["jobArn"] != arn


@pytest.mark.parametrize("operation", ["get", "stop"])
def test_unknown_jobs_and_jobs_by_name(world: World, operation: str) -> None:
    call = getattr(world.bedrock, f"{operation}_evaluation_job")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        call(jobIdentifier=world.job_arns.replace("*", "0123456789ab"))
    with pytest.raises(ClientError, match=r"ValidationException.*regular expression"):
        call(jobIdentifier="my-job")
