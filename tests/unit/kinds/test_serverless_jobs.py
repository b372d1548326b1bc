"""An execution is started, looked at and stopped; what failed is said with where its log is."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from pipelines_fake import STATUSES
from serverless_world import World, benchmark, judge, jumpstart, scorer
from unit_documents import BUCKET, RUN

from modeleval.errors import JobFailed, TransientServiceError
from modeleval.kinds.protocol import JobState
from modeleval.kinds.registry import KINDS
from modeleval.kinds.serverless.jobs import explained, failed_steps, training_job
from modeleval.sagemaker.pipelines import Step

ALL = [benchmark(), scorer(), judge()]
SUBJECT = {
    "sagemaker-benchmark": "EvaluateCustomModel",
    "sagemaker-scorer": "EvaluateCustomModel",
    "sagemaker-judge": "EvaluateCustomModelMetrics",
}
BASE = {
    "sagemaker-benchmark": "EvaluateBaseModel",
    "sagemaker-scorer": "EvaluateBaseModel",
    "sagemaker-judge": "EvaluateBaseModelMetrics",
}


@pytest.mark.parametrize("asked", ALL)
def test_an_execution_says_what_it_is(asked: dict[str, Any]) -> None:
    one = World().started(asked)
    [execution] = one.world.client.executions
    assert execution["PipelineExecutionDisplayName"] == f"{RUN}-j0-a1"
    assert execution["description"] == (
        f"modeleval: suite support, evaluation {asked['name']}, run {RUN}"
    )
    [tags] = one.world.client.tags.values()
    assert tags == {"modeleval:stack": "modeleval"}


@pytest.mark.parametrize("asked", ALL)
def test_each_training_job_has_the_runs_tags(asked: dict[str, Any]) -> None:
    """The pipeline is every run's, so that what a run costs is told by its jobs."""
    one = World().started(asked)
    jobs = [step["Arguments"] for step in one.definition["Steps"] if step["Type"] == "Training"]
    tags = [{tag["Key"]: tag["Value"] for tag in found["Tags"]} for found in jobs]
    assert tags == [dict(one.job.labels)] * len(jobs)
    assert tags[0] | {"team": "search", "modeleval:run": RUN} == tags[0]


@pytest.mark.parametrize("asked", ALL)
def test_started_twice_is_one_execution(asked: dict[str, Any]) -> None:
    one = World().started(asked)
    assert one.kind.start(one.job) == one.arn
    assert len(one.world.client.executions) == 1


@pytest.mark.parametrize("asked", ALL)
def test_its_requests_are_those_that_start_it(asked: dict[str, Any]) -> None:
    one = World().started(asked)
    [update, start] = one.kind.requests(one.job)
    assert [update.service, update.operation] == ["sagemaker", "UpdatePipeline"]
    assert [start.service, start.operation] == ["sagemaker", "StartPipelineExecution"]
    text = json.dumps(update.parameters["PipelineDefinition"], separators=(",", ":"))
    [*_, asked_update] = one.world.client.asked("update_pipeline")
    [asked_start] = one.world.client.asked("start_pipeline_execution")
    assert {**update.parameters, "PipelineDefinition": text} == asked_update
    version = asked_start["PipelineVersionId"]
    assert {**start.parameters, "PipelineVersionId": version} == asked_start
    assert start.parameters["PipelineVersionId"] is None


def test_a_jumpstart_model_needs_no_lineage() -> None:
    one = World().started(benchmark(), jumpstart())
    assert one.world.client.asked("create_artifact") == []
    assert one.step_names == ["EvaluateBaseModel"]


@pytest.mark.parametrize("asked", ALL)
@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("Executing", JobState.RUNNING),
        ("Stopping", JobState.RUNNING),
        ("Stopped", JobState.STOPPED),
        ("Succeeded", JobState.SUCCEEDED),
        ("SomethingNew", JobState.RUNNING),
    ],
)
def test_how_an_execution_is(asked: dict[str, Any], status: str, state: JobState) -> None:
    one = World().started(asked)
    one.world.client.end(one.arn, status)
    assert one.kind.check(one.job, one.arn).state is state


def test_every_status_of_the_service_is_known() -> None:
    one = World().started(benchmark())
    for status in STATUSES:
        one.world.client.end(one.arn, status)
        running = one.kind.check(one.job, one.arn).state is JobState.RUNNING
        assert running is (status in ("Executing", "Stopping"))


@pytest.mark.parametrize("asked", ALL)
@pytest.mark.parametrize("status", ["CompletedWithFailures", "Failed"])
def test_where_the_subject_was_evaluated_the_job_has_succeeded(
    asked: dict[str, Any], status: str
) -> None:
    one = World().started(asked)
    one.end(status, reason="a step failed", **{BASE[asked["kind"]]: "no capacity"})
    assert one.kind.check(one.job, one.arn).state is JobState.SUCCEEDED


@pytest.mark.parametrize("asked", ALL)
@pytest.mark.parametrize("status", ["CompletedWithFailures", "Failed"])
def test_where_it_was_not_the_job_has_failed_with_reasons_and_logs(
    asked: dict[str, Any], status: str
) -> None:
    one, step = World().started(asked), SUBJECT[asked["kind"]]
    one.end(status, reason="Step failed", **{step: "no capacity"})
    said = (
        f"{step}: no capacity [log: https://us-west-2.console.aws.amazon.com/cloudwatch/home"
        "?region=us-west-2#logsV2:log-groups/log-group/$252Faws$252Fsagemaker$252FTrainingJobs"
        f"$3FlogStreamNameFilter$3Dpipelines-abc-{step}]; Step failed"
    )
    assert one.kind.check(one.job, one.arn) == (JobState.FAILED, said)


def test_a_subject_whose_step_never_ran_has_failed_by_the_executions_reason() -> None:
    one = World().started(benchmark())
    one.world.client.end(one.arn, "Failed", reason="the role may not be assumed")
    progress = one.kind.check(one.job, one.arn)
    assert progress == (JobState.FAILED, "the role may not be assumed")


def test_an_execution_without_any_reason_says_none() -> None:
    one = World().started(benchmark())
    one.world.client.end(one.arn, "Failed")
    assert one.kind.check(one.job, one.arn) == (JobState.FAILED, "")


def test_a_step_without_a_reason_says_so_once() -> None:
    one = World().started(benchmark())
    one.end("Failed", EvaluateCustomModel="")
    assert one.kind.check(one.job, one.arn).message.count("no reason given") == 1


def test_a_model_without_a_recipe_is_explained() -> None:
    said = explained("ClientError: DownstreamServiceUnavailable: try again")
    assert "no evaluation recipe for this base model" in said
    assert "recipe" not in explained("ThrottlingException")
    late = explained("x" * 600 + "DownstreamServiceUnavailable")
    assert "no evaluation recipe" in late
    assert len(late) < 900


def test_an_experiment_that_is_missing_is_explained() -> None:
    said = explained(
        "ClientError: Failed to invoke sagemaker:CreateTrainingJob. Error Details: "
        "MlflowExperimentName is required when ModelPackageGroupArn is not provided"
    )
    assert "Set mlflowResourceArn in the settings and deploy" in said
    assert "compareBaseModel: false" in said
    assert "evaluation recipe" not in said


def test_a_reason_does_not_quote_what_was_asked() -> None:
    assert "secret" not in explained("Value 'a secret' at 'hyperParameters' is wrong")


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("AlgorithmError: UserCodeError: a secret", "AlgorithmError"),
        ("ClientError: Traceback (most recent call last): a secret", "ClientError"),
        ("RuntimeError: a secret\nin two lines", "RuntimeError"),
        ("the scorer said: a secret, exit code: 1", "an error in the job's container"),
        ("UserScriptError a secret", "UserScriptError"),
    ],
)
def test_what_a_container_says_is_told_by_its_class_and_length(reason: str, told: str) -> None:
    assert explained(reason) == f"{told} ({len(reason):,} characters, in the log)"


def test_a_container_that_had_no_recipe_is_explained_without_its_words() -> None:
    said = explained("AlgorithmError: Traceback: a secret: DownstreamServiceUnavailable")
    assert said.startswith("AlgorithmError (")
    assert "no evaluation recipe for this base model" in said
    assert "secret" not in said


def test_what_a_container_says_reaches_no_message_of_a_job() -> None:
    one = World().started(benchmark())
    one.end("Failed", reason="Step failed", EvaluateCustomModel="AlgorithmError: a secret")
    message = one.kind.check(one.job, one.arn).message
    assert "AlgorithmError (" in message
    assert "secret" not in message


@pytest.mark.parametrize(
    ("region", "console"),
    [
        ("eu-west-1", "https://eu-west-1.console.aws.amazon.com/"),
        ("cn-north-1", "https://cn-north-1.console.amazonaws.cn/"),
        ("us-gov-west-1", "https://us-gov-west-1.console.amazonaws-us-gov.com/"),
    ],
)
def test_a_log_is_in_its_partitions_console(region: str, console: str) -> None:
    steps = [Step("a", "Failed", "why", "job-a"), Step("b", "Failed", "why", None)]
    first, second = failed_steps(steps, region).split("; ")
    assert f"[log: {console}" in first
    assert second == "b: why"


def test_the_training_job_of_a_step_that_succeeded() -> None:
    steps = [
        Step("a", "Failed", "", "old"),
        Step("a", "Succeeded", "", "new"),
        Step("b", "Succeeded", "", None),
    ]
    assert training_job("a", steps) == "new"
    for name in ("b", "c"):
        with pytest.raises(JobFailed, match=f"The step {name} did not succeed"):
            training_job(name, steps)


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("asked", ALL)
def test_an_execution_is_stopped_by_its_arn_or_by_its_name(
    asked: dict[str, Any], *, known: bool
) -> None:
    one = World().started(asked)
    assert one.kind.stop(one.job, one.arn if known else None) is True
    [stopped] = one.world.client.asked("stop_pipeline_execution")
    assert stopped["PipelineExecutionArn"] == one.arn


@pytest.mark.parametrize("ended", [False, True])
def test_the_job_that_sagemakers_judge_runs_in_bedrock_is_stopped_too(*, ended: bool) -> None:
    """It bears a name of SageMaker's own, and its output's place is ours."""
    one = World().started(judge())
    jobs = one.world.bedrock
    here = f"s3://{BUCKET}/{one.prefix}"
    jobs.writing = {"ours": f"{here}bedrock-x/", "other": here.replace("/a1/", "/a10/")}
    if ended:
        one.end("Failed")
    assert one.kind.stop(one.job, one.arn) is True
    assert jobs.stopped == ["ours"]
    assert list(jobs.writing) == ["other"]


@pytest.mark.parametrize("asked", [benchmark(), scorer()])
def test_what_has_no_judge_asks_bedrock_for_nothing(asked: dict[str, Any]) -> None:
    one = World().started(asked)
    one.world.bedrock.writing = {"ours": f"s3://{BUCKET}/{one.prefix}x/"}
    one.kind.stop(one.job, one.arn)
    assert one.world.bedrock.stopped == []


def test_one_that_was_never_started_is_not_stopped() -> None:
    world = World()
    job = world.job(benchmark(), world.plan(benchmark()))
    assert KINDS["sagemaker-benchmark"].stop(job, None) is False


def test_one_that_was_started_and_never_answered_is_adopted() -> None:
    world = World()
    world.client.lost = ["start_pipeline_execution"]
    one = world.started(judge())
    assert [found["PipelineExecutionArn"] for found in world.client.executions] == [one.arn]


def test_steps_that_cannot_be_listed_are_no_verdict() -> None:
    one = World().started(benchmark())
    one.end("Failed", EvaluateCustomModel="x")
    one.world.client.fail(
        "list_pipeline_execution_steps", ReadTimeoutError(endpoint_url="https://x")
    )
    with pytest.raises(TransientServiceError):
        one.kind.check(one.job, one.arn)


def test_room_is_a_queue_and_no_refusal() -> None:
    for kind in ("sagemaker-benchmark", "sagemaker-scorer", "sagemaker-judge"):
        KINDS[kind].check_room([], SimpleNamespace())  # type: ignore[arg-type]
