"""Executions are started once, each with its own definition; a lost answer is adopted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from hypothesis import given
from hypothesis import strategies as st
from pipelines_fake import PLACE, FakePipelines, refusal

from modeleval.errors import ConcurrencyReached, JobRefused, TransientServiceError
from modeleval.sagemaker.pipelines import (
    CONCURRENT_LIMIT,
    TYPES,
    PipelineExecutions,
    PipelineStart,
    pipeline_name,
)

STACK = "ModelEval-Prod"
BENCHMARKS, SCORERS, JUDGES = (pipeline_name(STACK, one) for one in TYPES)
ARN = f"{PLACE}:pipeline/p/execution/abcdefghijkl"
ASKED = "what a person asked"
WANTED = PipelineStart(
    pipeline=BENCHMARKS,
    definition={"Steps": ["mine"]},
    name="merun-j0-a1",
    description="modeleval: suite s, evaluation e, run r",
    role_arn="arn:aws:iam::111122223333:role/sagemaker",
    tags={"modeleval:stack": STACK, "team": "search"},
)


def pipelines(client: FakePipelines) -> PipelineExecutions:
    fake: Any = client
    return PipelineExecutions(fake, STACK, sleep=lambda _: None)


def test_names_are_lower_case_and_one_per_type() -> None:
    assert [BENCHMARKS, SCORERS, JUDGES] == [
        "modeleval-modeleval-prod-benchmarkevaluation",
        "modeleval-modeleval-prod-customscorerevaluation",
        "modeleval-modeleval-prod-llmajevaluation",
    ]


def test_the_first_pipeline_of_a_stack_is_made_and_then_given_a_version() -> None:
    client = FakePipelines()
    arn = pipelines(client).start(WANTED)
    assert len(client.asked("create_pipeline")) == 1
    assert client.started(arn) == {"Steps": ["mine"]}
    [started] = client.asked("start_pipeline_execution")
    assert started["PipelineVersionId"] == 2
    assert client.asked("create_pipeline")[0]["RoleArn"] == WANTED.role_arn
    assert client.tags == {f"{PLACE}:pipeline/{BENCHMARKS}": dict(WANTED.tags)}


def test_a_pipeline_that_is_there_is_not_made_again() -> None:
    client = FakePipelines()
    pipelines(client).start(WANTED)
    pipelines(client).start(replace(WANTED, name="merun-j1-a1"))
    assert len(client.asked("create_pipeline")) == 1
    assert [one["PipelineVersionId"] for one in client.asked("start_pipeline_execution")] == [2, 3]


def test_two_that_make_the_first_pipeline_at_once_both_start() -> None:
    client = FakePipelines()
    other = replace(WANTED, name="merun-j1-a1", definition={"Steps": ["other"]})
    client.before["create_pipeline"] = lambda: pipelines(client).start(other)
    arn = pipelines(client).start(WANTED)
    assert client.started(arn) == {"Steps": ["mine"]}
    assert len(client.executions) == 2


def test_a_pipeline_that_may_not_be_made_is_a_refusal_with_its_first_reason() -> None:
    client = FakePipelines()
    client.fail("create_pipeline", refusal("AccessDeniedException", "not allowed to PassRole"))
    with pytest.raises(JobRefused, match="AccessDeniedException: not allowed to PassRole"):
        pipelines(client).start(WANTED)


def test_the_definition_of_two_that_start_at_once_is_each_ones_own() -> None:
    client = FakePipelines()
    client.run("earlier", "Succeeded", pipeline=BENCHMARKS)
    other = replace(WANTED, name="merun-j1-a1", definition={"Steps": ["other"]})
    second: list[str] = []

    def start_another() -> None:
        second.append(pipelines(client).start(other))

    # Between the update and the start of the first.
    client.before["start_pipeline_execution"] = start_another
    first = pipelines(client).start(WANTED)
    assert client.started(first) == {"Steps": ["mine"]}
    assert client.started(second[0]) == {"Steps": ["other"]}


def test_the_same_name_again_starts_nothing_and_gives_the_same_execution() -> None:
    client = FakePipelines()
    first = pipelines(client).start(WANTED)
    for number in range(5):  # it is not on the first page any more
        client.run(f"other-{number}", "Failed", pipeline=BENCHMARKS)
    assert pipelines(client).start(WANTED) == first
    assert len(client.asked("start_pipeline_execution")) == 1
    assert len(client.asked("update_pipeline")) == 2  # of the first start alone


@pytest.mark.parametrize("name", ["merun-j0-a10", "merun-j0-a", "MERUN-J0-A1"])
def test_another_name_is_not_adopted(name: str) -> None:
    client = FakePipelines()
    other = client.run(name, pipeline=BENCHMARKS)
    assert pipelines(client).start(WANTED) != other


def test_an_execution_whose_answer_was_lost_is_adopted() -> None:
    client = FakePipelines()
    client.lost = ["start_pipeline_execution"]
    arn = pipelines(client).start(WANTED)
    assert [one["PipelineExecutionArn"] for one in client.executions] == [arn]


@pytest.mark.parametrize(
    "operation", ["create_pipeline", "update_pipeline", "describe_pipeline", "add_tags"]
)
@pytest.mark.parametrize(
    "error",
    [
        refusal("ThrottlingException"),
        refusal("InternalFailure", status=500),
        EndpointConnectionError(endpoint_url="https://sagemaker"),
        refusal("ConflictException"),
    ],
)
def test_what_another_try_may_mend_is_no_refusal(operation: str, error: Exception) -> None:
    client = FakePipelines()
    client.fail(operation, error)
    start = pipelines(client).start
    with pytest.raises(TransientServiceError):
        start(WANTED)
    assert client.executions == []
    arn = start(WANTED)
    assert client.started(arn) == {"Steps": ["mine"]}


def test_a_pipeline_that_never_becomes_active_is_tried_again_later() -> None:
    client = FakePipelines()
    client.describe_pipeline = lambda **_: {"PipelineStatus": "Deleting"}  # type: ignore[method-assign]
    with pytest.raises(TransientServiceError, match="as active"):
        pipelines(client).start(WANTED)


@pytest.mark.parametrize("code", ["ResourceLimitExceeded", "ServiceQuotaExceededException"])
@pytest.mark.parametrize("operation", ["start_pipeline_execution", "update_pipeline"])
def test_no_room_is_a_queue(code: str, operation: str) -> None:
    client = FakePipelines()
    client.fail(operation, refusal(code))
    with pytest.raises(ConcurrencyReached):
        pipelines(client).start(WANTED)


@given(st.integers(0, 6), st.integers(0, 6), st.integers(0, 6), st.integers(0, 12))
def test_so_many_run_at_once_over_all_types(one: int, two: int, three: int, ended: int) -> None:
    client = FakePipelines()
    for pipeline, count in ((BENCHMARKS, one), (SCORERS, two), (JUDGES, three)):
        for number in range(count):
            client.run(f"r-{number}", "Executing" if number else "Stopping", pipeline=pipeline)
    for number in range(ended):
        client.run(f"e-{number}", "Succeeded", pipeline=SCORERS)
    if one + two + three >= CONCURRENT_LIMIT:
        with pytest.raises(ConcurrencyReached):
            pipelines(client).start(WANTED)
        assert client.asked("update_pipeline") == []
    else:
        pipelines(client).start(WANTED)


def test_an_execution_is_adopted_even_where_there_is_no_room() -> None:
    client = FakePipelines()
    arn = pipelines(client).start(WANTED)
    for number in range(CONCURRENT_LIMIT):
        client.run(f"r-{number}", pipeline=SCORERS)
    assert pipelines(client).start(WANTED) == arn


@pytest.mark.parametrize("operation", ["update_pipeline", "start_pipeline_execution", "add_tags"])
def test_a_refusal_says_the_code_and_none_of_the_values(operation: str) -> None:
    client = FakePipelines()
    client.pipelines[BENCHMARKS] = ["{}"]
    said = f"1 validation error: Value '{ASKED}' at 'pipelineDefinition' failed"
    client.fail(operation, refusal("ValidationException", said))
    with pytest.raises(JobRefused) as caught:
        pipelines(client).start(WANTED)
    assert "ValidationException" in str(caught.value)
    assert ASKED not in str(caught.value)


def test_an_execution_is_found_in_any_of_the_stacks_pipelines() -> None:
    client = FakePipelines()
    arn = client.run("merun-j3-a1", "Failed", pipeline=JUDGES)
    found = pipelines(client).find("merun-j3-a1")
    assert found is not None
    assert (found.arn, found.running) == (arn, False)
    assert pipelines(client).find("merun-j3-a1", SCORERS) is None


def test_nine_days_are_looked_back_which_is_more_than_a_deadline() -> None:
    client = FakePipelines()
    client.run("week", pipeline=SCORERS, days=8)
    client.run("old", pipeline=SCORERS, days=10)
    assert [one.name for one in pipelines(client).running()] == ["week"]


def test_another_stacks_executions_are_not_counted() -> None:
    client = FakePipelines()
    client.run("theirs", pipeline=pipeline_name("another", TYPES[0]))
    assert list(pipelines(client).running()) == []


def test_how_an_execution_is() -> None:
    client = FakePipelines()
    arn = client.run("r")
    assert pipelines(client).get(arn).running
    client.end(arn, "Failed", reason="no room in the VPC")
    assert pipelines(client).get(arn) == ("Failed", "no room in the VPC")


def test_all_steps_are_told_with_their_training_jobs() -> None:
    client = FakePipelines()
    job = {"TrainingJob": {"Arn": f"{PLACE}:training-job/CustomInference-abc"}}
    client.steps[ARN] = [
        {"StepName": "CreateEvaluationAction", "StepStatus": "Succeeded"},
        {"StepName": "a", "StepStatus": "Succeeded", "Metadata": job},
        {"StepName": "b", "StepStatus": "Failed", "FailureReason": "why"},
    ]
    assert pipelines(client).steps(ARN) == [
        ("CreateEvaluationAction", "Succeeded", "", None),
        ("a", "Succeeded", "", "CustomInference-abc"),
        ("b", "Failed", "why", None),
    ]


def test_an_execution_that_runs_is_stopped() -> None:
    client = FakePipelines()
    arn = client.run("r")
    assert pipelines(client).stop(arn) is True
    assert len(client.asked("stop_pipeline_execution")) == 1


@pytest.mark.parametrize("status", ["Stopped", "Failed", "Succeeded", "CompletedWithFailures"])
def test_one_that_has_ended_is_not_stopped(status: str) -> None:
    client = FakePipelines()
    arn = client.run("r", status)
    assert pipelines(client).stop(arn) is False
    assert client.asked("stop_pipeline_execution") == []


def test_one_that_is_gone_is_not_stopped() -> None:
    assert pipelines(FakePipelines()).stop(f"{PLACE}:pipeline/p/execution/x") is False


def test_one_that_ends_while_it_is_stopped_had_ended() -> None:
    client = FakePipelines()
    arn = client.run("r")
    client.before["stop_pipeline_execution"] = lambda: client.end(arn, "Succeeded")
    client.fail("stop_pipeline_execution", refusal("ConflictException"))
    assert pipelines(client).stop(arn) is False


def test_one_that_runs_on_is_stopped_again_later() -> None:
    client = FakePipelines()
    arn = client.run("r")
    client.fail("stop_pipeline_execution", refusal("ConflictException"))
    with pytest.raises(TransientServiceError):
        pipelines(client).stop(arn)


@pytest.mark.parametrize(
    ("operation", "ask"),
    [
        ("list_pipeline_executions", lambda one: one.find("x")),
        ("list_pipeline_execution_steps", lambda one: one.steps(ARN)),
        ("describe_pipeline_execution", lambda one: one.get(ARN)),
        ("describe_pipeline_execution", lambda one: one.stop(ARN)),
    ],
)
def test_a_question_that_is_throttled_is_tried_again(operation: str, ask: Any) -> None:
    client = FakePipelines()
    client.fail(operation, refusal("ThrottlingException"))
    with pytest.raises(TransientServiceError):
        ask(pipelines(client))
