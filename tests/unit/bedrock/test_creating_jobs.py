"""CreateEvaluationJob: created, adopted, queued or refused."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from botocore.stub import Stubber
from job_answers import job_arn, summary

from modeleval.bedrock.evaluation_jobs import (
    ACCOUNT_JOB_LIMIT,
    CONCURRENT_JOB_LIMIT,
    EvaluationJobs,
)
from modeleval.errors import (
    ConcurrencyReached,
    JobQuotaExhausted,
    JobRefused,
    TransientServiceError,
)

NAME = "meabcdefgh234567ab-j1-a1"
CREATE = "create_evaluation_job"
LIST = "list_evaluation_jobs"
REQUEST = {
    "jobName": NAME,
    "clientRequestToken": "token",
    "roleArn": "arn:aws:iam::111122223333:role/r",
    "evaluationConfig": {
        "automated": {
            "datasetMetricConfigs": [
                {
                    "taskType": "General",
                    "dataset": {"name": "x"},
                    "metricNames": ["Builtin.Refusal"],
                }
            ]
        }
    },
    "inferenceConfig": {
        "models": [{"precomputedInferenceSource": {"inferenceSourceIdentifier": "x"}}]
    },
    "outputDataConfig": {"s3Uri": "s3://bucket/x"},
}


class LostAnswer:
    """A client whose creations are not answered; all else is the stub's."""

    def __init__(self, client: Any, error: Exception) -> None:
        self._client = client
        self._error = error

    def create_evaluation_job(self, **_: object) -> None:
        raise self._error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


def create(bedrock: Stubber) -> str:
    return EvaluationJobs(bedrock.client).create(REQUEST)


def refused(bedrock: Stubber, code: str, message: str = "", status: int = 400) -> None:
    bedrock.add_client_error(CREATE, code, message, http_status_code=status)


def listed(bedrock: Stubber, *jobs: dict[str, Any]) -> None:
    expected = {"nameContains": NAME, "maxResults": 1000}
    bedrock.add_response(LIST, {"jobSummaries": list(jobs)} if jobs else {}, expected)


def test_a_job_is_created(bedrock: Stubber) -> None:
    bedrock.add_response(CREATE, {"jobArn": job_arn(7)}, REQUEST)
    assert create(bedrock) == job_arn(7)


@pytest.mark.parametrize(
    ("code", "message", "status"),
    [
        ("ConflictException", "A job with this name exists", 400),
        ("ValidationException", f"The job name {NAME} is already in use", 400),
        ("InternalServerException", "", 500),
        ("ThrottlingException", "", 429),
    ],
)
def test_a_job_that_is_there_already_is_adopted(
    bedrock: Stubber, code: str, message: str, status: int
) -> None:
    refused(bedrock, code, message, status)
    listed(bedrock, summary(NAME, 7))
    assert create(bedrock) == job_arn(7)


@pytest.mark.parametrize(
    "error",
    [
        ConnectionClosedError(endpoint_url="https://bedrock.example.org"),
        ReadTimeoutError(endpoint_url="https://bedrock.example.org"),
    ],
)
def test_a_job_whose_answer_was_lost_is_adopted(bedrock: Stubber, error: Exception) -> None:
    listed(bedrock, summary(NAME, 7))
    assert EvaluationJobs(LostAnswer(bedrock.client, error)).create(REQUEST) == job_arn(7)


def test_a_lost_answer_without_a_job_is_worth_another_try(bedrock: Stubber) -> None:
    error = ReadTimeoutError(endpoint_url="https://bedrock.example.org")
    listed(bedrock)
    with pytest.raises(TransientServiceError, match=r"Bedrock .*ReadTimeoutError"):
        EvaluationJobs(LostAnswer(bedrock.client, error)).create(REQUEST)


def test_the_job_is_found_among_near_names_over_several_pages(bedrock: Stubber) -> None:
    refused(bedrock, "ConflictException")
    near = [summary(NAME + "0", 1), summary("x-" + NAME, 2)]
    bedrock.add_response(LIST, {"jobSummaries": near, "nextToken": "t1"})
    bedrock.add_response(LIST, {"nextToken": "t2"})
    bedrock.add_response(
        LIST,
        {"jobSummaries": [summary(NAME + "1", 3), summary(NAME, 7)]},
        {"nameContains": NAME, "maxResults": 1000, "nextToken": "t2"},
    )
    assert create(bedrock) == job_arn(7)


def test_a_longer_name_that_contains_ours_is_not_adopted(bedrock: Stubber) -> None:
    refused(bedrock, "ValidationException", "The dataset is not in the expected format")
    listed(bedrock, summary(NAME + "0", 1))
    with pytest.raises(JobRefused, match="not in the expected format"):
        create(bedrock)


@pytest.mark.parametrize("status", ["Failed", "Stopped", "Completed", "Deleting"])
def test_a_job_that_has_ended_is_adopted_rather_than_paid_for_again(
    bedrock: Stubber, status: str
) -> None:
    refused(bedrock, "ConflictException")
    listed(bedrock, summary(NAME, 7, status))
    assert create(bedrock) == job_arn(7)


def running(bedrock: Stubber, count: int) -> None:
    expected = {"statusEquals": "InProgress", "maxResults": 1000}
    jobs = [summary("x")] * count
    bedrock.add_response(LIST, {"jobSummaries": jobs} if jobs else {}, expected)


def test_a_reached_quota_is_a_queue_and_the_long_list_is_not_read(bedrock: Stubber) -> None:
    refused(bedrock, "ServiceQuotaExceededException")
    listed(bedrock)
    running(bedrock, CONCURRENT_JOB_LIMIT)
    with pytest.raises(ConcurrencyReached, match="waits in the queue"):
        create(bedrock)


def test_a_quota_reached_by_kept_jobs_is_an_error_at_once(bedrock: Stubber) -> None:
    refused(bedrock, "ServiceQuotaExceededException")
    listed(bedrock)
    running(bedrock, CONCURRENT_JOB_LIMIT - 1)
    page = [summary("x", status="Completed")] * (ACCOUNT_JOB_LIMIT // 2)
    bedrock.add_response(LIST, {"jobSummaries": page, "nextToken": "t"}, {"maxResults": 1000})
    bedrock.add_response(LIST, {"jobSummaries": page})
    with pytest.raises(JobQuotaExhausted) as caught:
        create(bedrock)
    assert "no room for another evaluation job" in str(caught.value)
    assert "5,000 per Region" in str(caught.value)
    assert "batch-delete-evaluation-job" in str(caught.value)


def test_one_job_below_the_limit_is_a_queue(bedrock: Stubber) -> None:
    refused(bedrock, "ServiceQuotaExceededException")
    listed(bedrock)
    running(bedrock, 0)
    page = [summary("x", status="Completed")] * (ACCOUNT_JOB_LIMIT - 1)
    bedrock.add_response(LIST, {"jobSummaries": page})
    with pytest.raises(ConcurrencyReached):
        create(bedrock)


def test_a_taken_name_that_is_not_listed_yet_is_worth_another_try(bedrock: Stubber) -> None:
    refused(bedrock, "ConflictException", "A job with this name exists")
    listed(bedrock)
    with pytest.raises(TransientServiceError, match="name is taken, and does not list the job yet"):
        create(bedrock)


def test_a_refusal_is_told_in_the_services_words_without_the_values_it_quotes(
    bedrock: Stubber,
) -> None:
    message = "Value 'my own words' at 'roleArn' failed: Cross-account pass role is not allowed"
    refused(bedrock, "AccessDeniedException", message, 403)
    listed(bedrock)
    with pytest.raises(JobRefused) as caught:
        create(bedrock)
    assert "AccessDeniedException" in str(caught.value)
    assert "Cross-account pass role is not allowed" in str(caught.value)
    assert "my own words" not in str(caught.value)
    assert "docs/troubleshooting.md" in str(caught.value)


@pytest.mark.parametrize(
    ("code", "status"), [("ThrottlingException", 429), ("InternalServerException", 500)]
)
def test_throttling_and_the_services_faults_are_worth_another_try(
    bedrock: Stubber, code: str, status: int
) -> None:
    refused(bedrock, code, status=status)
    listed(bedrock)
    with pytest.raises(TransientServiceError, match=code):
        create(bedrock)


def test_being_throttled_while_looking_is_worth_another_try(bedrock: Stubber) -> None:
    refused(bedrock, "ConflictException")
    bedrock.add_client_error(LIST, "ThrottlingException", http_status_code=429)
    with pytest.raises(TransientServiceError):
        create(bedrock)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"roleArn": {"a": "my own words, in English, please"}}, "roleArn"),
        ({"surprise": "my own words"}, "surprise"),
        ({"roleArn": None, "outputDataConfig": {"s3Uri": 3}}, "outputDataConfig.s3Uri, roleArn"),
        ({"jobTags": [{"key": "my own words"}]}, "jobTags[0].value"),
        ({"inferenceConfig": {"models": [{}]}}, "inferenceConfig.models[0]"),
        ({"inferenceConfig": {"models": []}}, "inferenceConfig.models"),
    ],
)
def test_a_malformed_request_is_named_by_its_fields_and_never_by_its_values(
    bedrock_client: Any, changes: dict[str, Any], fields: str
) -> None:
    with pytest.raises(JobRefused) as caught:
        EvaluationJobs(bedrock_client).create(REQUEST | changes)
    assert str(caught.value).startswith(
        f"The request for the evaluation job is malformed: {fields}."
    )
    assert "English" not in str(caught.value)
    assert "own words" not in str(caught.value)
    assert caught.value.__suppress_context__
