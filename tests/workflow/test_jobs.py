"""What may happen to a job: throttling, quotas, lost answers, failures, odd output."""

from __future__ import annotations

import pytest
from deployed_world import DeployedWorld, record, suite

from modeleval.store.items import JobStatus, RunStatus


@pytest.fixture
def dataset(world: DeployedWorld) -> str:
    return world.put_dataset([record(n) for n in range(4)])


@pytest.mark.parametrize(
    "operation",
    ["CreateEvaluationJob", "GetEvaluationJob", "ListEvaluationJobs", "GetFoundationModel"],
)
def test_throttling_is_waited_out(world: DeployedWorld, dataset: str, operation: str) -> None:
    # More than boto3's own tries, so that the state machine must try again.
    world.fault(kind="error", operation=operation, code="ThrottlingException", times=6)

    finished = world.evaluate(suite(dataset))

    assert finished.status == "SUCCEEDED"
    assert len(world.service_jobs(finished.run_id)) == 1


def test_a_reached_concurrency_quota_is_a_queue(world: DeployedWorld, dataset: str) -> None:
    world.settings(concurrentJobs=0)
    execution = world.start({"suite": suite(dataset)})
    run_id = world.run_id(execution)
    world.until(lambda: [job.status for job in world.store.jobs(run_id)] == [JobStatus.QUEUED])
    assert world.run(run_id).status is RunStatus.RUNNING

    world.settings(concurrentJobs=20)
    finished = world.finish(execution)

    assert finished.status == "SUCCEEDED"
    assert len(world.service_jobs(run_id)) == 1


@pytest.mark.parametrize("how", ["error", "cut"])
def test_a_lost_answer_to_create_is_one_job(world: DeployedWorld, dataset: str, how: str) -> None:
    world.fault(kind="lost-response", operation="CreateEvaluationJob", how=how)

    finished = world.evaluate(suite(dataset))

    assert finished.status == "SUCCEEDED"
    [job] = world.service_jobs(finished.run_id)
    assert job["jobArn"] == world.jobs(finished)[0].job_arn


@pytest.mark.parametrize("variant", ["conflict", "validation"])
def test_a_name_that_is_taken_is_the_job_of_an_earlier_try(
    world: DeployedWorld, dataset: str, variant: str
) -> None:
    world.settings(nameConflict=variant, tokenReuse="conflict", hold=True)
    execution = world.start({"suite": suite(dataset)})
    run_id = world.run_id(execution)
    world.until(lambda: [job for job in world.store.jobs(run_id) if job.job_arn])
    [job] = world.store.jobs(run_id)
    # As if the step had died before it could store what the service answered.
    key = {"pk": f"RUN#{run_id}", "sk": "JOB#00000"}
    table = world.store._table
    table.update_item(Key=key, UpdateExpression="REMOVE jobArn SET #s = :s",
                      ExpressionAttributeNames={"#s": "status"},
                      ExpressionAttributeValues={":s": "starting"})  # fmt: skip

    answer = world.invoke("StartJob", {"runId": run_id, "job": 0})

    assert answer["status"] == "running"
    assert world.store.job(run_id, 0).job_arn == job.job_arn
    world.settings(hold=False)
    assert world.finish(execution).status == "SUCCEEDED"
    assert len(world.service_jobs(run_id)) == 1


def test_a_failed_job_fails_the_run_with_the_services_reason(
    world: DeployedWorld, dataset: str
) -> None:
    world.fault(kind="fail-job", message="The judge could not be reached.")

    finished = world.evaluate(suite(dataset))

    assert (finished.status, finished.error) == ("FAILED", "NothingScored")
    assert "The judge could not be reached" in finished.cause
    [job] = world.jobs(finished)
    assert job.status is JobStatus.FAILED
    assert job.error is not None
    assert job.error.name == "JobFailed"


def test_one_evaluation_that_fails_leaves_the_others_their_scores(
    world: DeployedWorld, dataset: str
) -> None:
    document = suite(dataset)
    document["evaluations"].append({**document["evaluations"][0], "name": "other"})
    world.fault(kind="fail-job", message="Broken.", jobName="-j0-a1")

    finished = world.evaluate(document)

    assert finished.status == "SUCCEEDED"
    assert finished.output["status"] == "partial"
    run = world.run(finished)
    assert (run.status, run.published) == (RunStatus.PARTIAL, True)
    assert {score.evaluation for score in world.store.scores(run.run_id)} == {"other"}
    entries = {entry["name"]: entry for entry in world.summary(finished)["evaluations"]}
    assert entries["answers"]["error"]["name"] == "JobFailed"
    assert "Broken" in entries["answers"]["error"]["message"]


def test_a_request_that_bedrock_refuses_is_named_so(world: DeployedWorld, dataset: str) -> None:
    world.fault(
        kind="error",
        operation="CreateEvaluationJob",
        code="AccessDeniedException",
        message="The role cannot be assumed.",
        times=1,
    )

    finished = world.evaluate(suite(dataset))

    assert finished.status == "FAILED"
    assert "JobRefused" in finished.cause
    assert "The role cannot be assumed." in finished.cause


def test_a_job_stopped_in_the_console_is_named_so(world: DeployedWorld, dataset: str) -> None:
    execution, run_id = world.start_held(suite(dataset))
    [job] = world.store.jobs(run_id)

    world.aws.client("bedrock").stop_evaluation_job(jobIdentifier=job.job_arn)

    assert "JobStopped" in world.finish(execution).cause


@pytest.mark.parametrize(
    ("defect", "n", "not_applicable", "unscored"),
    [
        ("drop-record", 3, 0, 1),
        ("null-result", 3, 1, 0),
        ("nan-result", 3, 1, 0),
        ("missing-result", 3, 0, 1),
        ("bare-names", 4, 0, 0),
    ],
)
def test_odd_output_is_counted_for_what_it_is(  # noqa: PLR0917
    world: DeployedWorld, dataset: str, defect: str, n: int, not_applicable: int, unscored: int
) -> None:
    world.fault(kind="output", defect=defect)

    finished = world.evaluate(suite(dataset, metrics=["Correctness"]))

    score = world.scores(finished)["Correctness", None]
    assert (score.n, score.not_applicable, score.unscored) == (n, not_applicable, unscored)


def test_a_run_without_a_single_score_is_no_success(world: DeployedWorld) -> None:
    world.fault(kind="output", defect="missing-result")

    finished = world.evaluate(suite(world.put_dataset([record(1)]), metrics=["Correctness"]))

    assert finished.error == "NothingScored"
    assert "not one score (records: 1)" in finished.cause
    assert not world.run(finished).published


def test_a_metric_that_is_partly_scored_is_told(world: DeployedWorld, dataset: str) -> None:
    world.fault(kind="output", defect="missing-result")

    finished = world.evaluate(suite(dataset, metrics=["Correctness"]))

    [entry] = world.summary(finished)["evaluations"]
    assert entry["warnings"] == ["Correctness: 1 of 4 records are unscored"]


def test_a_job_past_its_deadline_is_stopped(world: DeployedWorld, dataset: str) -> None:
    execution, run_id = world.start_held(suite(dataset, deadlineHours=1))
    world.store.update_job(run_id, 0, askedAt="2026-01-01T00:00:00.000Z")

    finished = world.finish(execution)

    assert "JobTimedOut" in finished.cause
    world.until(lambda: world.service_jobs(run_id)[0]["status"] == "Stopped")


def test_steps_that_run_twice_change_nothing(world: DeployedWorld, dataset: str) -> None:
    execution, run_id = world.start_held(suite(dataset))
    before = world.store.jobs(run_id)

    assert world.invoke("PlanJobs", {"runId": run_id}) == {
        "runId": run_id,
        "jobs": 1,
        "longJobs": 0,
        "batches": 0,
    }
    assert world.invoke("CheckBudget", {"runId": run_id}) == {"runId": run_id}
    assert world.invoke("StartJob", {"runId": run_id, "job": 0})["status"] == "running"
    assert world.invoke("CheckJob", {"runId": run_id, "job": 0})["status"] == "running"

    assert world.store.jobs(run_id) == before
    world.settings(hold=False)
    finished = world.finish(execution)
    scores = world.store.scores(run_id)
    published = world.invoke("PublishRun", {"runId": run_id})
    report = world.invoke("ReportRun", {"runId": run_id})
    assert published | report == finished.output
    assert world.invoke("CollectJob", {"runId": run_id, "job": 0}) == {}
    assert world.invoke("StartJob", {"runId": run_id, "job": 0}) == "RunClosed"
    assert world.store.scores(run_id) == scores
    assert len(world.service_jobs(run_id)) == 1
