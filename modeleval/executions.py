"""Step Functions executions, as triggers, the reaper and the sweep see them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from modeleval.aws import error_code, transient_errors

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

_GONE = "ExecutionDoesNotExist"


class Executions:
    def __init__(self, client: SFNClient) -> None:
        self._client = client

    def start(self, machine_arn: str, *, name: str, document: Mapping[str, Any]) -> str:
        """Start an execution; its ARN. One of that name is that execution, ended or not.

        Step Functions keeps a name for 90 days.
        """
        with transient_errors("Step Functions"):
            try:
                found = self._client.start_execution(
                    stateMachineArn=machine_arn,
                    name=name,
                    input=json.dumps(document, sort_keys=True),
                )
            except ClientError as error:
                if error_code(error) != "ExecutionAlreadyExists":
                    raise
                return f"{machine_arn.replace(':stateMachine:', ':execution:')}:{name}"
        return found["executionArn"]

    def status(self, arn: str) -> str | None:
        """RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED or PENDING_REDRIVE.

        None once Step Functions has forgotten it (90 days).
        """
        with transient_errors("Step Functions"):
            try:
                return str(self._client.describe_execution(executionArn=arn)["status"])
            except ClientError as error:
                if error_code(error) == _GONE:
                    return None
                raise

    def end(self, arn: str) -> tuple[str, str]:
        """An execution's status, and the error and cause that it ended with, if it did."""
        with transient_errors("Step Functions"):
            found = self._client.describe_execution(executionArn=arn)
        return found["status"], f"{found.get('error', '')} {found.get('cause', '')}".strip()

    def history(self, arn: str) -> Iterator[Mapping[str, Any]]:
        """An execution's events, the oldest first, as Step Functions tells them, without data.

        None at all once Step Functions has forgotten it (90 days).
        """
        pages = self._client.get_paginator("get_execution_history").paginate(
            executionArn=arn, includeExecutionData=False, PaginationConfig={"PageSize": 1000}
        )
        with transient_errors("Step Functions"):
            try:
                for page in pages:
                    yield from cast("list[Mapping[str, Any]]", page["events"])
            except ClientError as error:
                if error_code(error) != _GONE:
                    raise

    def stop(self, arn: str, *, cause: str) -> None:
        """Stop an execution; one that has ended or is forgotten is left alone."""
        with transient_errors("Step Functions"):
            try:
                self._client.stop_execution(executionArn=arn, error="RunStopped", cause=cause)
            except ClientError as error:
                if error_code(error) not in (_GONE, "ValidationException"):
                    raise
