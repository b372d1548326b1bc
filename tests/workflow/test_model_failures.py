"""What may happen to SageMaker's evaluations: failures, stops, lost answers, a full queue."""

from __future__ import annotations

import time

import pytest
from deployed_world import DeployedWorld, Finished
from model_world import (
    BASE,
    WITHOUT_RECIPE,
    benchmark,
    evaluate,
    executions,
    forget_base_results,
    judged,
    questions,
    quick,
    register,
    sagemaker_calls,
    sagemaker_settings,
    start,
    start_held,
    step_statuses,
)

from modeleval.store.items import Failure, Job, JobStatus, RunStatus

GROUP = "models"


def error_of(job: Job) -> Failure:
    assert job.error is not None
    return job.error


def warnings_of(world: DeployedWorld, finished: Finished) -> str:
    return "\n".join(text for job in world.jobs(finished) for text in job.warnings)


# -- the execution ends badly ----------------------------------------------------------------------


def test_a_failed_step_is_told_with_its_reason_and_where_its_log_is(world: DeployedWorld) -> None:
    message = "ClientError: The model artifacts of the package are not there."
    world.fault(kind="fail-step", step="EvaluateCustomModel", message=message)

    finished = evaluate(world, register(world, GROUP), quick())

    assert (finished.status, finished.error) == ("FAILED", "NothingScored")
    assert message.removesuffix(".") in finished.cause
    [job] = world.jobs(finished)
    assert job.status is JobStatus.FAILED
    assert error_of(job).name == "JobFailed"
    [execution] = executions(world, finished.run_id)
    [training_job] = [step["job"] for step in execution["steps"] if step["status"] == "Failed"]
    told = error_of(job).message
    assert f"EvaluateCustomModel: {message.removesuffix('.')}" in told
    assert "https://us-east-1.console.aws.amazon.com/cloudwatch/" in told
    assert training_job in told


def test_what_a_container_says_is_told_by_class_length_and_log(world: DeployedWorld) -> None:
    """It may quote a prompt, which stands in no error."""
    message = "AlgorithmError: cannot answer 'Where is my parcel?'"
    world.fault(kind="fail-step", step="EvaluateCustomModel", message=message)

    finished = evaluate(world, register(world, GROUP), quick())

    told = error_of(world.jobs(finished)[0]).message
    assert f"AlgorithmError ({len(message)} characters, in the log)" in told
    assert "https://us-east-1.console.aws.amazon.com/cloudwatch/" in told
    assert "parcel" not in told + finished.cause


def test_a_missing_evaluation_recipe_is_explained(world: DeployedWorld) -> None:
    """A judge has no hyperparameters that the hub is asked for, so that only the step can tell."""
    arn = register(world, GROUP, base=WITHOUT_RECIPE)

    finished = evaluate(world, arn, judged(questions(world, 2), compareBaseModel=False))

    assert finished.error == "NothingScored"
    assert "DownstreamServiceUnavailable" in finished.cause
    assert "no evaluation recipe for this base model" in finished.cause


def test_a_base_model_that_failed_is_a_warning(world: DeployedWorld) -> None:
    """CompletedWithFailures ends the wait; what was paid for is kept."""
    forget_base_results(world)
    sagemaker_settings(world, failedSteps="CompletedWithFailures")
    world.fault(kind="fail-step", step="EvaluateBaseModel", message="ClientError: Base broke.")
    world.fault(kind="fail-step", step="EvaluateBaseModelMetrics", message="ClientError: Metr.")
    arn = register(world, GROUP)

    finished = evaluate(world, arn, benchmark(subtasks=["anatomy"]), judged(questions(world, 3)))

    assert finished.status == "SUCCEEDED"
    assert {one["status"] for one in executions(world, finished.run_id)} == {
        "CompletedWithFailures"
    }
    assert {score.candidate for score in world.store.scores(finished.run_id)} == {None}
    assert {score.evaluation for score in world.store.scores(finished.run_id)} == {
        "knowledge",
        "answers",
    }
    for job in world.jobs(finished):
        assert any(text.startswith("The base model was not evaluated") for text in job.warnings)
    assert "Base broke" in warnings_of(world, finished)
    # What failed is not what a later run gets.
    again = evaluate(world, arn, benchmark(subtasks=["anatomy"]))
    [execution] = executions(world, again.run_id)
    assert step_statuses(execution)["EvaluateBaseModel"] == "Succeeded"


def test_a_base_model_that_needs_mlflow_is_told_what_to_set(world: DeployedWorld) -> None:
    """Whether SageMaker asks for an experiment where nothing is tracked is not known."""
    forget_base_results(world)
    sagemaker_settings(world, mlflowExperiment="always", failedSteps="CompletedWithFailures")
    arn = register(world, GROUP)

    finished = evaluate(world, arn, benchmark(subtasks=["anatomy"]))

    assert finished.status == "SUCCEEDED"
    told = warnings_of(world, finished)
    assert "The base model was not evaluated" in told
    assert "Set mlflowResourceArn in the settings and deploy" in told
    # As the advice says.
    assert evaluate(world, arn, quick()).status == "SUCCEEDED"

    jumpstart = evaluate(world, BASE, benchmark(subtasks=["anatomy"]))

    assert jumpstart.error == "NothingScored"
    assert "Set mlflowResourceArn in the settings and deploy" in jumpstart.cause


def test_a_subject_that_failed_is_a_failure_whatever_its_base_model_did(
    world: DeployedWorld,
) -> None:
    forget_base_results(world)
    sagemaker_settings(world, failedSteps="CompletedWithFailures")
    world.fault(kind="fail-step", step="EvaluateCustomModel", message="ClientError: Broken.")

    finished = evaluate(world, register(world, GROUP), benchmark(subtasks=["anatomy"]))

    assert finished.error == "NothingScored"
    assert "EvaluateCustomModel: ClientError: Broken" in finished.cause
    [execution] = executions(world, finished.run_id)
    assert step_statuses(execution)["EvaluateBaseModel"] == "Succeeded"


def test_an_execution_that_somebody_stops_ends_the_wait(world: DeployedWorld) -> None:
    execution, run_id = start_held(world, register(world, GROUP), quick())
    [job] = world.store.jobs(run_id)

    world.aws.client("sagemaker").stop_pipeline_execution(PipelineExecutionArn=job.job_arn)

    assert world.finish(execution).error == "NothingScored"
    assert error_of(world.store.job(run_id, 0)).name == "JobStopped"


def test_a_judge_that_loses_a_record_and_a_result(world: DeployedWorld) -> None:
    """A record that the output lacks is unscored; a result of null is not applicable."""
    world.fault(kind="output", defect="drop-record")
    world.fault(kind="output", defect="null-result")

    finished = evaluate(
        world, register(world, GROUP), judged(questions(world, 5), compareBaseModel=False)
    )

    assert finished.status == "SUCCEEDED"
    found = [(s.n, s.unscored, s.not_applicable) for s in world.store.scores(finished.run_id)]
    assert sorted(found) == [(3, 1, 1), (4, 1, 0)]
    [entry] = world.summary(finished)["evaluations"]
    assert any("1 of 5 records are unscored" in text for text in entry["warnings"])


# -- stopped runs ----------------------------------------------------------------------------------


@pytest.mark.parametrize("recorded", [True, False], ids=["recorded", "named only"])
def test_a_run_that_is_stopped_stops_its_execution(world: DeployedWorld, recorded: bool) -> None:
    execution, run_id = start_held(world, register(world, GROUP), quick())
    if not recorded:  # the answer to the start was lost, and the step with it
        wait_between_looks(world, run_id)
        world.store.update_job(run_id, 0, jobArn=None)

    world.sfn.stop_execution(executionArn=execution)

    world.until(lambda: executions(world, run_id)[0]["status"] == "Stopped")
    world.until(lambda: world.store.run(run_id).status is RunStatus.STOPPED)
    world.until(lambda: world.store.job(run_id, 0).status is JobStatus.STOPPED)
    assert len(executions(world, run_id)) == 1


def wait_between_looks(world: DeployedWorld, run_id: str) -> None:
    """Until the job's execution is in its wait, in which it stays."""
    world.aws.control("POST", "executions/hold", {"name": run_id})
    child = world.store.job(run_id, 0).execution_arn

    def latest() -> str:
        found = world.sfn.get_execution_history(executionArn=child, reverseOrder=True, maxResults=1)
        return str(found["events"][0]["type"])

    world.until(lambda: latest() == "WaitStateEntered")


def test_a_run_that_is_stopped_while_its_evaluation_waits_for_room(world: DeployedWorld) -> None:
    sagemaker_settings(world, concurrentEvaluations=0)
    execution = start(world, register(world, GROUP), quick())
    run_id = world.run_id(execution)
    world.until(lambda: [j for j in world.store.jobs(run_id) if j.status is JobStatus.QUEUED])

    world.sfn.stop_execution(executionArn=execution)

    world.until(lambda: world.store.job(run_id, 0).status is JobStatus.STOPPED)
    sagemaker_settings(world, concurrentEvaluations=10)
    time.sleep(0.5)
    # A step that was under way may have found room just then; it does not leave it running.
    world.until(lambda: all(one["status"] == "Stopped" for one in executions(world, run_id)))


# -- doing a step twice ----------------------------------------------------------------------------


def test_a_start_that_is_repeated_is_one_execution(world: DeployedWorld) -> None:
    execution, run_id = start_held(world, register(world, GROUP), quick())
    started = world.store.job(run_id, 0).job_arn
    # As if the step had died before it could store what SageMaker answered.
    world.store.update_job(run_id, 0, jobArn=None, status=JobStatus.STARTING)

    answers = [world.invoke("StartJob", {"runId": run_id, "job": 0}) for _ in range(2)]

    assert [answer["status"] for answer in answers] == ["running", "running"]
    assert world.store.job(run_id, 0).job_arn == started
    sagemaker_settings(world, hold=False)
    assert world.finish(execution).status == "SUCCEEDED"
    assert len(executions(world, run_id)) == 1


@pytest.mark.parametrize("how", ["error", "cut"])
def test_a_lost_answer_to_the_start_is_one_execution(world: DeployedWorld, how: str) -> None:
    world.fault(kind="lost-response", operation="StartPipelineExecution", how=how)

    finished = evaluate(world, register(world, GROUP), quick())

    assert finished.status == "SUCCEEDED"
    [execution] = executions(world, finished.run_id)
    assert execution["arn"] == world.jobs(finished)[0].job_arn


def test_throttling_is_waited_out(world: DeployedWorld) -> None:
    """As often as boto3 tries by itself, so that the state machine must try again."""
    arn = register(world, GROUP)
    for operation in ("UpdatePipeline", "StartPipelineExecution", "DescribePipelineExecution"):
        world.fault(kind="error", operation=operation, code="ThrottlingException", times=3)
    world.fault(kind="error", operation="ListPipelineExecutionSteps", code="ThrottlingException")

    finished = evaluate(world, arn, quick())

    assert finished.status == "SUCCEEDED", finished.cause
    assert len(executions(world, finished.run_id)) == 1
    assert world.aws.control("GET", "faults")["faults"] == []


# -- the queue -------------------------------------------------------------------------------------


def test_more_evaluations_than_may_run_at_once_wait_and_end(world: DeployedWorld) -> None:
    sagemaker_settings(world, concurrentEvaluations=2, hold=True)
    names = ("anatomy", "virology", "marketing", "management")
    several = [quick(name=name, subtasks=[name]) for name in names]
    execution = start(world, register(world, GROUP), *several)
    run_id = world.run_id(execution)

    def statuses() -> list[JobStatus]:
        return sorted(job.status for job in world.store.jobs(run_id))

    world.until(lambda: statuses() == [JobStatus.QUEUED] * 2 + [JobStatus.RUNNING] * 2)
    assert len(executions(world, run_id)) == 2
    assert world.store.run(run_id).status is RunStatus.RUNNING

    sagemaker_settings(world, hold=False)
    finished = world.finish(execution)

    assert finished.status == "SUCCEEDED"
    assert len(executions(world, run_id)) == len(names)
    refused = [c for c in sagemaker_calls(world, "StartPipelineExecution") if c["error"]]
    assert {call["error"] for call in refused} == {"ResourceLimitExceeded"}
