from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from judge_plans import DATASET, NUMBER, AllowedModels, entry, jsonl, plan
from unit_documents import BUCKET, JUDGE, RUN, custom_metric
from unit_fakes import FakeJobs, MemoryS3, job, run, services

from modeleval.artifacts import index_key, records_key, validation_key
from modeleval.bedrock.evaluation_jobs import JobDetails, JobSummary
from modeleval.errors import (
    DatasetInvalid,
    DatasetNotFound,
    GeneratorNotAllowed,
    JobQuotaExhausted,
    JudgeNotAllowed,
)
from modeleval.kinds.bedrock_judge import BedrockJudge
from modeleval.kinds.protocol import JobState
from modeleval.kinds.registry import KINDS
from modeleval.scores.metrics import Direction
from modeleval.workflow.load import context_of

ENVIRONMENT = SimpleNamespace(stack_name="modeleval")
ATTACKS = {"name": "Refusal", "categories": ["attacks"]}
RECORD = {
    "prompt": "What?",
    "modelResponses": [{"response": "That.", "modelIdentifier": "support-bot-v3"}],
}


def test_the_kind_is_registered_under_its_name() -> None:
    assert isinstance(KINDS["bedrock-judge"], BedrockJudge)
    assert all(kind.name == name for name, kind in KINDS.items())


def test_every_state_that_a_job_may_be_in_is_known(bedrock_client: Any) -> None:
    model = bedrock_client.meta.service_model
    states = model.operation_model("GetEvaluationJob").output_shape.members["status"].enum
    for status in states:
        jobs = FakeJobs()
        jobs.get = lambda _, status=status: JobDetails(status, "why")  # type: ignore[attr-defined]
        context = context_of(run(), job(), services(evaluation_jobs=jobs, environment=ENVIRONMENT))
        progress = BedrockJudge().check(context, "arn")
        assert (progress.state is JobState.SUCCEEDED) is (status == "Completed")
        assert (progress.state is JobState.RUNNING) is (status in ("InProgress", "Stopping"))
        assert progress.message == "why"


def test_a_wanted_refusal_is_better_high() -> None:
    metrics = ["Refusal", "Harmfulness"]
    wanted = BedrockJudge().metrics(entry(metrics=metrics, refusalWanted=True))
    assert wanted["Refusal"].direction is Direction.HIGHER
    assert wanted["Harmfulness"].direction is Direction.LOWER
    assert BedrockJudge().metrics(entry(metrics=metrics))["Refusal"].direction is Direction.LOWER


def test_an_evaluation_is_planned_as_one_job_with_its_deadline() -> None:
    planned = plan(MemoryS3(**{DATASET: jsonl(RECORD)}), deadlineHours=2)
    [one] = planned.jobs
    assert one.deadline_seconds == 7200
    assert one.spec == {
        "part": 0,
        "parts": 1,
        "repeat": 0,
        "candidate": None,
        "judge": JUDGE,
        "metrics": ["Correctness", "Harmfulness"],
        "customMetrics": [],
        "precomputed": "support-bot-v3",
        "model": None,
        "inferenceParams": "{}",
        "latency": None,
        "datasetName": "answers",
    }
    assert (planned.subject, planned.judge, planned.records) == ("support-bot-v3", JUDGE, 1)
    assert planned.dataset["versionId"] == "v1"


def test_an_evaluation_of_live_responses_is_one_of_its_model() -> None:
    responses = {"model": JUDGE, "inferenceParams": {"maxTokens": 9}, "latency": "optimized"}
    planned = plan(MemoryS3(**{DATASET: jsonl(RECORD)}), responses=responses)
    spec = planned.jobs[0].spec
    assert (spec["precomputed"], spec["model"], spec["latency"]) == (None, JUDGE, "optimized")
    assert json.loads(spec["inferenceParams"]) == {"maxTokens": 9}
    assert planned.subject == JUDGE


def test_judge_and_generator_are_checked_each_by_its_own_setting() -> None:
    models = AllowedModels()
    plan(MemoryS3(**{DATASET: jsonl(RECORD)}), models=models, responses={"model": JUDGE})
    assert models.asked == [("judge", JUDGE), ("generator", JUDGE)]


def test_what_is_judged_is_written_to_the_run() -> None:
    s3 = MemoryS3(**{DATASET: jsonl(RECORD | {"unknown": 1})})
    plan(s3)
    assert json.loads(s3.objects[records_key(RUN, NUMBER, 0)]) == RECORD
    assert json.loads(s3.objects[index_key(RUN, NUMBER, 0)])["line"] == 1
    assert json.loads(s3.objects[validation_key(RUN, NUMBER)])["records"] == 1


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"judge": "other.judge-v1:0"}, JudgeNotAllowed),
        ({"responses": {"model": "other.model-v1:0"}}, GeneratorNotAllowed),
    ],
)
def test_a_refused_model_is_refused_before_the_dataset_is_read(
    changes: dict[str, Any], error: type[Exception]
) -> None:
    s3 = MemoryS3()
    with pytest.raises(error):
        plan(s3, **changes)
    assert s3.objects == {}


def test_long_instructions_are_told_with_what_the_dataset_has_to_tell() -> None:
    long = custom_metric(instructions="word " * 600 + "{{prompt}}")
    planned = plan(MemoryS3(**{DATASET: jsonl(RECORD)}), customMetrics=long)
    assert "The instructions of Tone have 601 words" in planned.warnings[-1]
    assert any("referenceResponse" in warning for warning in planned.warnings[:-1])


@pytest.mark.parametrize("jobs", [1, 3])
def test_there_must_be_room_for_the_jobs_of_all_evaluations(jobs: int) -> None:
    asked: list[int] = []

    def check_room(count: int) -> None:
        asked.append(count)
        raise JobQuotaExhausted("full", action="x")

    outside = services(evaluation_jobs=SimpleNamespace(check_room=check_room))
    evaluations = [entry(), entry(metrics=["Correctness", ATTACKS])][: 1 if jobs == 1 else 2]
    with pytest.raises(JobQuotaExhausted):
        BedrockJudge().check_room(evaluations, outside)
    assert asked == [jobs]


def test_of_a_wrong_dataset_only_what_was_found_is_kept() -> None:
    s3 = MemoryS3(**{DATASET: jsonl(RECORD, {"prompt": 3})})
    with pytest.raises(DatasetInvalid):
        plan(s3)
    assert set(s3.objects) == {DATASET, validation_key(RUN, NUMBER)}


def test_a_dataset_without_answers_is_refused() -> None:
    empty = [{"response": "", "modelIdentifier": "support-bot-v3"}]
    with pytest.raises(DatasetInvalid, match="no record has a response to judge"):
        plan(MemoryS3(**{DATASET: jsonl(RECORD | {"modelResponses": empty})}))


def test_a_missing_dataset_is_refused_at_its_field() -> None:
    with pytest.raises(DatasetNotFound) as caught:
        plan(MemoryS3())
    assert f"s3://{BUCKET}/{DATASET} (evaluations[{NUMBER}].dataset)" in str(caught.value)


def stop(jobs: FakeJobs, arn: str | None) -> bool:
    outside = services(evaluation_jobs=jobs, environment=ENVIRONMENT)
    return BedrockJudge().stop(context_of(run(), job(1), outside), arn)


def test_a_job_is_stopped_by_its_arn() -> None:
    jobs = FakeJobs()
    assert stop(jobs, "arn:1") is True
    assert jobs.stopped == ["arn:1"]


def test_a_job_whose_arn_was_never_stored_is_stopped_by_its_name() -> None:
    jobs = FakeJobs(
        JobSummary("arn:10", f"{RUN}-j1-a10", "InProgress"),
        JobSummary("arn:1", f"{RUN}-j1-a1", "InProgress"),
    )
    assert stop(jobs, None) is True
    assert jobs.stopped == ["arn:1"]


def test_a_job_that_was_never_created_is_not_stopped() -> None:
    jobs = FakeJobs()
    assert stop(jobs, None) is False
    assert jobs.stopped == []
