"""Bedrock evaluation jobs: create or adopt, look at, stop, delete.

Source of shapes and errors: botocore's service model of `bedrock`, API version 2023-04-20.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import ClientError, HTTPClientError, ParamValidationError
from botocore.exceptions import ConnectionError as LostConnection

from modeleval.aws import (
    error_code,
    error_message,
    is_transient,
    transient_errors,
    without_values,
)
from modeleval.errors import (
    ConcurrencyReached,
    JobQuotaExhausted,
    JobRefused,
    TransientServiceError,
)

if TYPE_CHECKING:
    from mypy_boto3_bedrock import BedrockClient

ACCOUNT_JOB_LIMIT = 5000
"""Evaluation jobs that an account may hold in a Region, ended ones included; not adjustable."""

CONCURRENT_JOB_LIMIT = 20
"""Automated evaluation jobs that may run at once; not adjustable."""

_SERVICE = "Bedrock"
_DELETABLE = frozenset({"Completed", "Failed", "Stopped"})
_FINAL = _DELETABLE | {"Deleting"}
_GONE = "ResourceNotFoundException"
_REFUSALS = frozenset({"ConflictException", "ValidationException", _GONE})
_MESSAGES_KEPT = 5
# The beginnings of botocore's sentences; what follows the field in them may be a value.
_PARAMETER = re.compile(
    r"^(?:Invalid \w+ for parameter|(?:Unknown|Missing required) parameter in|Must set one of .*?"
    r"structure|Invalid number of parameters set for tagged union structure) "
    r"(?:input: )?(?P<path>[\w\[\].]*\w\]?)?(?:(?:: )?\"(?P<name>\w+)\")?",
    re.MULTILINE,
)
_DELETE_AT_ONCE = 25


class JobSummary(NamedTuple):
    """One job of the account, as the list shows it."""

    arn: str
    name: str
    status: str

    @property
    def ended(self) -> bool:
        return self.status in _FINAL

    @property
    def deletable(self) -> bool:
        """Ended, and not being deleted already: Bedrock refuses that."""
        return self.status in _DELETABLE


class JobDetails(NamedTuple):
    """One job, and why it failed if it did."""

    status: str
    failure: str


class EvaluationJobs:
    def __init__(self, client: BedrockClient) -> None:
        self._client = client

    def create(self, request: dict[str, Any]) -> str:
        """Create the job, or adopt the one that already has its name; its ARN.

        Raises ConcurrencyReached while the account runs as many as it may, JobQuotaExhausted when
        it holds as many as it may, JobRefused when Bedrock will not have the request.
        """
        try:
            return self._client.create_evaluation_job(**request)["jobArn"]
        except ParamValidationError as error:
            # Its own message quotes values.
            found = _PARAMETER.finditer(str(error))
            fields = ", ".join(sorted({".".join(filter(None, one.groups())) for one in found}))
            raise JobRefused(
                f"The request for the evaluation job is malformed: {fields or 'an unknown field'}",
                action="Report it: the suite should not have let it through.",
            ) from None
        except (ClientError, LostConnection, HTTPClientError) as error:
            # The answer may be lost and the job there: look before judging by the error.
            existing = self.find(request["jobName"])
            if existing is not None:
                return existing.arn
            if isinstance(error, ClientError):
                self._refuse(error)
            with transient_errors(_SERVICE):
                raise

    def _refuse(self, error: ClientError) -> None:
        """Raise what a refusal means; return if another try is worth it."""
        code = error_code(error)
        if code == "ServiceQuotaExceededException":
            # Of the two quotas the short list tells first; only else is the long one worth reading.
            running = self.count(enough=CONCURRENT_JOB_LIMIT, statusEquals="InProgress")
            if running < CONCURRENT_JOB_LIMIT and self.count(enough=ACCOUNT_JOB_LIMIT) >= (
                ACCOUNT_JOB_LIMIT
            ):
                raise quota_exhausted(0) from error
            raise ConcurrencyReached(
                "Bedrock runs as many evaluation jobs at once as the account may",
                action="The job waits in the queue.",
            ) from error
        if code == "ConflictException":
            # The name is taken and the list does not show by whom: it will.
            raise TransientServiceError(
                "Bedrock says that the job's name is taken, and does not list the job yet",
                action="The step is tried again.",
            ) from error
        if not is_transient(error):
            raise JobRefused(
                f"Bedrock refused the evaluation job: {code}: {error_message(error)}",
                action="See docs/troubleshooting.md for the errors of CreateEvaluationJob.",
            ) from error

    def find(self, name: str) -> JobSummary | None:
        """The job of exactly this name; Bedrock's own filter only knows `contains`."""
        return next((job for job in self.list(nameContains=name) if job.name == name), None)

    def get(self, arn: str) -> JobDetails:
        with transient_errors(_SERVICE):
            job = self._client.get_evaluation_job(jobIdentifier=arn)
        messages = [without_values(message) for message in job.get("failureMessages", [])]
        return JobDetails(job["status"], "; ".join(messages[:_MESSAGES_KEPT]))

    def running_into(self, uri: str) -> Iterator[str]:
        """Jobs that run now and write below an S3 URI, whoever started them: their ARNs."""
        for job in self.list(statusEquals="InProgress"):
            with transient_errors(_SERVICE):
                found = self._client.get_evaluation_job(jobIdentifier=job.arn)
            if found["outputDataConfig"]["s3Uri"].startswith(uri):
                yield job.arn

    def list(self, **filters: Any) -> Iterator[JobSummary]:
        """Every job that the filters let through, page by page."""
        with transient_errors(_SERVICE):
            pages = self._client.get_paginator("list_evaluation_jobs").paginate(
                **filters, PaginationConfig={"PageSize": 1000}
            )
            for page in pages:
                for job in page.get("jobSummaries", []):
                    yield JobSummary(job["jobArn"], job["jobName"], job["status"])

    def ended_before(self, moment: datetime, name_contains: str) -> Iterator[JobSummary]:
        """Ended jobs, not yet being deleted, that were created before a moment."""
        jobs = self.list(creationTimeBefore=moment, nameContains=name_contains)
        return (job for job in jobs if job.deletable)

    def count(self, *, enough: int, **filters: Any) -> int:
        """How many jobs the account holds; stops counting at `enough`."""
        total = 0
        for _ in self.list(**filters):
            total += 1
            if total >= enough:
                break
        return total

    def check_room(self, jobs: int) -> None:
        """Raise JobQuotaExhausted if the account cannot hold so many more jobs."""
        if self.count(enough=ACCOUNT_JOB_LIMIT - jobs + 1) > ACCOUNT_JOB_LIMIT - jobs:
            raise quota_exhausted(jobs)

    def stop(self, arn: str) -> bool:
        """Ask a job to stop; False if it had ended.

        A refusal is not taken for an end: which error means what is not documented. Raises
        TransientServiceError if the job is refused to stop and runs on.
        """
        try:
            with transient_errors(_SERVICE):
                self._client.stop_evaluation_job(jobIdentifier=arn)
        except ClientError as error:
            if error_code(error) not in _REFUSALS:
                raise
            if self._runs(arn):
                raise TransientServiceError(
                    "Bedrock does not stop the job yet", action="The step is tried again."
                ) from None
            return False
        return True

    def _runs(self, arn: str) -> bool:
        try:
            return self.get(arn).status == "InProgress"
        except ClientError as error:
            if error_code(error) != _GONE:
                raise
            return False

    def delete(self, arns: Sequence[str]) -> int:
        """Delete ended jobs; how many Bedrock took. Those that are gone already do not count.

        Raises TransientServiceError if Bedrock keeps some of them.
        """
        deleted = 0
        for start in range(0, len(arns), _DELETE_AT_ONCE):
            batch = list(arns[start : start + _DELETE_AT_ONCE])
            deleted += self._delete_batch(batch)
        return deleted

    def _delete_batch(self, arns: Sequence[str]) -> int:
        """One that is gone already may fail its whole batch: then each is asked for alone."""
        with transient_errors(_SERVICE):
            try:
                answer = self._client.batch_delete_evaluation_job(jobIdentifiers=list(arns))
            except ClientError as error:
                if error_code(error) != _GONE:
                    raise
                return sum(self._delete_batch([arn]) for arn in arns) if len(arns) > 1 else 0
        if answer["errors"]:
            codes = ", ".join(sorted({error["code"] for error in answer["errors"]}))
            raise TransientServiceError(
                f"Bedrock kept {len(answer['errors'])} jobs that it was to delete: {codes}",
                action="Delete again what is left.",
            )
        return len(answer["evaluationJobs"])


def quota_exhausted(planned: int) -> JobQuotaExhausted:
    """The error for an account that has no room for the planned jobs."""
    wanted = f"{planned} more evaluation jobs" if planned else "another evaluation job"
    return JobQuotaExhausted(
        f"The account has no room for {wanted}: Bedrock keeps at most {ACCOUNT_JOB_LIMIT:,} per "
        "Region, ended ones included",
        action="Delete old ones (aws bedrock batch-delete-evaluation-job); modeleval deletes its "
        "own after the setting jobRetentionDays.",
    )
