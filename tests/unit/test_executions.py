from __future__ import annotations

from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from modeleval.errors import TransientServiceError
from modeleval.executions import Executions

ARN = "arn:aws:states:us-east-1:111122223333:execution:Run:nightly"


def test_an_executions_status_is_step_functions_own_word(step_functions: Stubber) -> None:
    step_functions.add_response(
        "describe_execution",
        {
            "executionArn": ARN,
            "stateMachineArn": ARN,
            "status": "ABORTED",
            "startDate": datetime(2026, 1, 1, tzinfo=UTC),
        },
        {"executionArn": ARN},
    )
    assert Executions(step_functions.client).status(ARN) == "ABORTED"


def test_a_forgotten_execution_has_no_status(step_functions: Stubber) -> None:
    step_functions.add_client_error("describe_execution", "ExecutionDoesNotExist")
    assert Executions(step_functions.client).status(ARN) is None


def test_an_execution_is_stopped_with_a_reason(step_functions: Stubber) -> None:
    step_functions.add_response(
        "stop_execution",
        {"stopDate": datetime(2026, 1, 1, tzinfo=UTC)},
        {"executionArn": ARN, "error": "RunStopped", "cause": "Run x has ended."},
    )
    Executions(step_functions.client).stop(ARN, cause="Run x has ended.")


@pytest.mark.parametrize("code", ["ExecutionDoesNotExist", "ValidationException"])
def test_an_execution_that_has_ended_is_left_alone(step_functions: Stubber, code: str) -> None:
    step_functions.add_client_error("stop_execution", code)
    Executions(step_functions.client).stop(ARN, cause="x")


def test_being_refused_to_stop_an_execution_is_not_passed_over(step_functions: Stubber) -> None:
    step_functions.add_client_error("stop_execution", "AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDenied"):
        Executions(step_functions.client).stop(ARN, cause="x")


def test_throttling_is_worth_another_try(step_functions: Stubber) -> None:
    step_functions.add_client_error("describe_execution", "ThrottlingException")
    with pytest.raises(TransientServiceError, match="Step Functions"):
        Executions(step_functions.client).status(ARN)
