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


MACHINE = "arn:aws:states:us-east-1:111122223333:stateMachine:Run"
STARTING = {"stateMachineArn": MACHINE, "name": "nightly", "input": '{"model": "m", "suite": "s"}'}


def test_an_execution_is_started_with_its_name_and_input(step_functions: Stubber) -> None:
    step_functions.add_response(
        "start_execution",
        {"executionArn": ARN, "startDate": datetime(2026, 1, 1, tzinfo=UTC)},
        STARTING,
    )
    found = Executions(step_functions.client).start(
        MACHINE, name="nightly", document={"suite": "s", "model": "m"}
    )
    assert found == ARN


def test_an_execution_that_has_that_name_is_adopted(step_functions: Stubber) -> None:
    step_functions.add_client_error("start_execution", "ExecutionAlreadyExists")
    assert Executions(step_functions.client).start(MACHINE, name="nightly", document={}) == ARN


@pytest.mark.parametrize(
    ("code", "error"),
    [("ExecutionLimitExceeded", ClientError), ("ThrottlingException", TransientServiceError)],
)
def test_an_execution_that_is_not_started_is_an_error(
    step_functions: Stubber, code: str, error: type[Exception]
) -> None:
    step_functions.add_client_error("start_execution", code)
    with pytest.raises(error):
        Executions(step_functions.client).start(MACHINE, name="nightly", document={})


def test_a_history_is_read_to_its_end_and_without_data(step_functions: Stubber) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    events = [{"timestamp": moment, "type": "ExecutionStarted", "id": number} for number in (1, 2)]
    asked = {"executionArn": ARN, "includeExecutionData": False, "maxResults": 1000}
    step_functions.add_response(
        "get_execution_history", {"events": events[:1], "nextToken": "t"}, asked
    )
    step_functions.add_response(
        "get_execution_history", {"events": events[1:]}, asked | {"nextToken": "t"}
    )
    found = list(Executions(step_functions.client).history(ARN))
    assert [event["id"] for event in found] == [1, 2]


def test_a_forgotten_execution_has_no_history(step_functions: Stubber) -> None:
    step_functions.add_client_error("get_execution_history", "ExecutionDoesNotExist")
    assert list(Executions(step_functions.client).history(ARN)) == []
