"""Evaluation jobs that are there: look at, list, count, stop, delete."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from job_answers import MOMENT, details, job_arn, summary

from modeleval.bedrock.evaluation_jobs import ACCOUNT_JOB_LIMIT, EvaluationJobs
from modeleval.errors import JobQuotaExhausted, TransientServiceError

GET, LIST = "get_evaluation_job", "list_evaluation_jobs"
STOP, DELETE = "stop_evaluation_job", "batch_delete_evaluation_job"


def deleted(count: int, kept: int = 0) -> dict[str, Any]:
    return {
        "evaluationJobs": [{"jobIdentifier": job_arn(), "jobStatus": "Deleting"}] * count,
        "errors": [{"jobIdentifier": job_arn(), "code": "409", "message": "my own words"}] * kept,
    }


def test_a_job_is_looked_at_by_its_arn(bedrock: Stubber) -> None:
    bedrock.add_response(GET, details("InProgress"), {"jobIdentifier": job_arn()})
    assert EvaluationJobs(bedrock.client).get(job_arn()) == ("InProgress", "")


def test_why_a_job_failed_is_told_in_the_services_words(bedrock: Stubber) -> None:
    bedrock.add_response(GET, details("Failed", "no access", "and late"))
    assert EvaluationJobs(bedrock.client).get(job_arn()) == ("Failed", "no access; and late")


def test_the_values_that_a_failure_quotes_are_not_told(bedrock: Stubber) -> None:
    message = "Value 'my own words' at 'prompt' failed: not in the expected format"
    bedrock.add_response(GET, details("Failed", message))
    failure = EvaluationJobs(bedrock.client).get(job_arn()).failure
    assert "my own words" not in failure
    assert failure.endswith("at 'prompt' failed: not in the expected format")


def test_of_many_failures_five_are_told_each_cut(bedrock: Stubber) -> None:
    bedrock.add_response(GET, details("Failed", *[f"{n}{'x' * 2000}" for n in range(20)]))
    told = EvaluationJobs(bedrock.client).get(job_arn()).failure.split("; ")
    assert [one[0] for one in told] == ["0", "1", "2", "3", "4"]
    assert max(map(len, told)) == 500


def test_being_throttled_while_looking_is_worth_another_try(bedrock: Stubber) -> None:
    bedrock.add_client_error(GET, "ThrottlingException", http_status_code=429)
    with pytest.raises(TransientServiceError):
        EvaluationJobs(bedrock.client).get(job_arn())


def test_only_ended_jobs_are_old(bedrock: Stubber) -> None:
    states = ["InProgress", "Completed", "Failed", "Stopping", "Stopped", "Deleting"]
    page = [summary("me-x", number, status) for number, status in enumerate(states)]
    bedrock.add_response(
        LIST,
        {"jobSummaries": page},
        {"creationTimeBefore": MOMENT, "nameContains": "me", "maxResults": 1000},
    )
    found = EvaluationJobs(bedrock.client).ended_before(MOMENT, "me")
    assert [job.status for job in found] == ["Completed", "Failed", "Stopped"]


def test_an_empty_account_has_no_jobs(bedrock: Stubber) -> None:
    bedrock.add_response(LIST, {})
    assert EvaluationJobs(bedrock.client).count(enough=3) == 0


def test_jobs_are_known_by_where_they_write(bedrock: Stubber) -> None:
    running = [summary("sagemakers-own", 1), summary("another", 2)]
    for place, token in (("x/a1/name/", "t"), ("x/a10/name/", None)):
        one = running.pop(0)
        page = {"jobSummaries": [one]} | ({"nextToken": token} if token else {})
        more = {} if token else {"nextToken": "t"}
        asked = {"statusEquals": "InProgress", "maxResults": 1000, **more}
        bedrock.add_response(LIST, page, asked)
        answer = details("InProgress") | {"outputDataConfig": {"s3Uri": f"s3://bucket/{place}"}}
        bedrock.add_response(GET, answer, {"jobIdentifier": one["jobArn"]})
    found = EvaluationJobs(bedrock.client).running_into("s3://bucket/x/a1/")
    assert list(found) == [job_arn(1)]


def test_counting_ends_when_it_is_enough(bedrock: Stubber) -> None:
    bedrock.add_response(LIST, {"jobSummaries": [summary("x")] * 5, "nextToken": "t"})
    assert EvaluationJobs(bedrock.client).count(enough=3) == 3


def test_there_is_room_up_to_the_limit(bedrock: Stubber) -> None:
    bedrock.add_response(LIST, {"jobSummaries": [summary("x")] * (ACCOUNT_JOB_LIMIT - 3)})
    EvaluationJobs(bedrock.client).check_room(3)


def test_there_is_no_room_beyond_the_limit(bedrock: Stubber) -> None:
    bedrock.add_response(LIST, {"jobSummaries": [summary("x")] * (ACCOUNT_JOB_LIMIT - 2)})
    with pytest.raises(JobQuotaExhausted, match="no room for 3 more evaluation jobs"):
        EvaluationJobs(bedrock.client).check_room(3)


def test_a_running_job_is_stopped(bedrock: Stubber) -> None:
    bedrock.add_response(STOP, {}, {"jobIdentifier": job_arn()})
    assert EvaluationJobs(bedrock.client).stop(job_arn()) is True


def test_a_job_that_is_gone_is_not_stopped(bedrock: Stubber) -> None:
    bedrock.add_client_error(STOP, "ResourceNotFoundException", http_status_code=404)
    bedrock.add_client_error(
        "get_evaluation_job", "ResourceNotFoundException", http_status_code=404
    )
    assert EvaluationJobs(bedrock.client).stop(job_arn()) is False


refusals = pytest.mark.parametrize("code", ["ConflictException", "ValidationException"])


@refusals
@pytest.mark.parametrize("status", ["Completed", "Failed", "Stopped", "Stopping", "Deleting"])
def test_a_job_that_will_not_be_stopped_since_it_ends_is_let_be(
    bedrock: Stubber, code: str, status: str
) -> None:
    bedrock.add_client_error(STOP, code)
    bedrock.add_response(GET, details(status), {"jobIdentifier": job_arn()})
    assert EvaluationJobs(bedrock.client).stop(job_arn()) is False


@refusals
def test_a_refusal_to_stop_a_job_that_runs_on_is_worth_another_try(
    bedrock: Stubber, code: str
) -> None:
    bedrock.add_client_error(STOP, code)
    bedrock.add_response(GET, details("InProgress"), {"jobIdentifier": job_arn()})
    with pytest.raises(TransientServiceError, match="does not stop the job yet"):
        EvaluationJobs(bedrock.client).stop(job_arn())


def test_being_refused_to_stop_a_job_is_not_passed_over(bedrock: Stubber) -> None:
    bedrock.add_client_error(STOP, "AccessDeniedException", http_status_code=403)
    with pytest.raises(ClientError, match="AccessDenied"):
        EvaluationJobs(bedrock.client).stop(job_arn())


def test_being_throttled_while_stopping_is_worth_another_try(bedrock: Stubber) -> None:
    bedrock.add_client_error(STOP, "ThrottlingException", http_status_code=429)
    with pytest.raises(TransientServiceError):
        EvaluationJobs(bedrock.client).stop(job_arn())


def test_jobs_are_deleted_twenty_five_at_once(bedrock: Stubber) -> None:
    arns = [job_arn(number) for number in range(60)]
    for start, count in ((0, 25), (25, 25), (50, 10)):
        batch = {"jobIdentifiers": arns[start : start + count]}
        bedrock.add_response(DELETE, deleted(count), batch)
    assert EvaluationJobs(bedrock.client).delete(arns) == 60


def test_jobs_that_bedrock_keeps_are_told_and_worth_another_try(bedrock: Stubber) -> None:
    bedrock.add_response(DELETE, deleted(1, kept=2))
    with pytest.raises(TransientServiceError, match=r"kept 2 jobs .*: 409") as caught:
        EvaluationJobs(bedrock.client).delete([job_arn(n) for n in range(3)])
    assert "my own words" not in str(caught.value)


def test_a_batch_with_a_job_that_is_gone_is_deleted_one_by_one(bedrock: Stubber) -> None:
    arns = [job_arn(number) for number in range(3)]
    bedrock.add_client_error(
        DELETE, "ResourceNotFoundException", expected_params={"jobIdentifiers": arns}
    )
    bedrock.add_response(DELETE, deleted(1), {"jobIdentifiers": arns[:1]})
    bedrock.add_client_error(
        DELETE, "ResourceNotFoundException", expected_params={"jobIdentifiers": arns[1:2]}
    )
    bedrock.add_response(DELETE, deleted(1), {"jobIdentifiers": arns[2:]})
    assert EvaluationJobs(bedrock.client).delete(arns) == 2


def test_of_two_jobs_the_one_that_is_there_is_deleted(bedrock: Stubber) -> None:
    for jobs in ([0, 1], [0]):
        arns = [job_arn(number) for number in jobs]
        bedrock.add_client_error(
            DELETE, "ResourceNotFoundException", expected_params={"jobIdentifiers": arns}
        )
    bedrock.add_response(DELETE, deleted(1), {"jobIdentifiers": [job_arn(1)]})
    assert EvaluationJobs(bedrock.client).delete([job_arn(0), job_arn(1)]) == 1


def test_being_refused_to_delete_is_not_passed_over(bedrock: Stubber) -> None:
    bedrock.add_client_error(DELETE, "AccessDeniedException", http_status_code=403)
    with pytest.raises(ClientError, match="AccessDenied"):
        EvaluationJobs(bedrock.client).delete([job_arn()])


def test_deleting_no_jobs_asks_for_nothing(bedrock: Stubber) -> None:
    assert EvaluationJobs(bedrock.client).delete([]) == 0
