from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from modeleval.ids import run_id
from modeleval.workflow.events import (
    Event,
    ExecutionEnded,
    ExecutionEvent,
    JobEvent,
    RunEvent,
)

ARN = "arn:aws:states:us-east-1:123456789012:execution:state-machine-name:execution-name"

# Step Functions developer guide, "Automating Step Functions event delivery with EventBridge".
STATUS_CHANGE = json.loads("""
{
  "version": "0",
  "id": "315c1398-40ff-a850-213b-158f73e60175",
  "detail-type": "Step Functions Execution Status Change",
  "source": "aws.states",
  "account": "123456789012",
  "time": "2019-02-26T19:42:21Z",
  "region": "us-east-1",
  "resources": [
    "arn:aws:states:us-east-1:123456789012:execution:state-machine-name:execution-name"
  ],
  "detail": {
    "executionArn":
      "arn:aws:states:us-east-1:123456789012:execution:state-machine-name:execution-name",
    "stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:state-machine",
    "name": "execution-name",
    "status": "FAILED",
    "startDate": 1551225146847,
    "stopDate": 1551225151881,
    "input": "{}",
    "inputDetails": {"included": true},
    "output": null,
    "outputDetails": null,
    "error": "X",
    "cause": "the prompt's own words"
  }
}
""")


def test_a_status_change_is_read_from_eventbridges_event() -> None:
    event = ExecutionEnded.model_validate(STATUS_CHANGE)
    assert event.detail.execution_arn == ARN
    assert (event.detail.name, event.detail.status) == ("execution-name", "FAILED")
    assert event.detail.start_date == 1_551_225_146_847


@pytest.mark.parametrize(
    ("given", "resumes"),
    [
        ('{"resume": "meabcdefgh234567ab"}', True),
        ('{"suite": "nightly"}', False),
        ('"resume"', False),
        ("resume", False),
        (None, False),
    ],
)
def test_a_status_change_says_whether_its_execution_was_to_resume_a_run(
    given: str | None, resumes: bool
) -> None:
    detail = {**STATUS_CHANGE["detail"], "input": given}
    assert ExecutionEnded.model_validate({"detail": detail}).detail.resumes is resumes


def test_a_status_change_logs_no_input_and_no_cause() -> None:
    event = ExecutionEnded.model_validate(STATUS_CHANGE)
    assert event.log_keys == {"execution": "execution-name", "execution_status": "FAILED"}


def test_a_run_is_the_same_to_its_first_step_and_to_its_reaper() -> None:
    first = ExecutionEvent.model_validate(
        {"executionArn": ARN, "startTime": "2019-02-26T23:52:26.847Z"}
    )
    ended = ExecutionEnded.model_validate(STATUS_CHANGE).detail
    assert first.run_id == run_id(ended.execution_arn, ended.start_date)


def test_a_runs_event_logs_its_run() -> None:
    assert RunEvent.model_validate({"runId": "x"}).log_keys == {"run_id": "x"}


def test_a_jobs_event_logs_its_run_and_job() -> None:
    event = JobEvent.model_validate({"runId": "x", "job": 3, "executionArn": "arn"})
    assert event.log_keys == {"run_id": "x", "job": 3}


def test_what_a_step_does_not_know_is_ignored() -> None:
    assert Event.model_validate({"anything": 1}).log_keys == {}


@pytest.mark.parametrize(
    ("model", "event"),
    [
        (RunEvent, {}),
        (RunEvent, {"runId": None}),
        (JobEvent, {"runId": "x"}),
        (JobEvent, {"runId": "x", "job": "my own words"}),
        (ExecutionEvent, {"executionArn": ARN}),
        (ExecutionEnded, {"detail": {"executionArn": ARN}}),
    ],
)
def test_an_event_of_another_form_is_refused_without_its_content(
    model: type[Event], event: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(event)
    assert "own words" not in str(caught.value)
