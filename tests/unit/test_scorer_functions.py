"""Lambda's answers, as far as scorers go."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from botocore.response import StreamingBody
from botocore.stub import Stubber

from modeleval.errors import JobRefused, ScorerNotUsable, TransientServiceError
from modeleval.scorer_functions import LONGEST_ANSWER_SECONDS, Answer, ScorerFunctions

ARN = "arn:aws:lambda:us-east-1:111122223333:function:team-scorer"


@pytest.fixture(scope="module")
def client() -> Any:
    return boto3.client(
        "lambda",
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",  # noqa: S106 - no secret
    )


@pytest.fixture
def stub(client: Any) -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def answer(payload: bytes, **fields: Any) -> dict[str, Any]:
    body = StreamingBody(io.BytesIO(payload), len(payload))
    return {"StatusCode": 200, "Payload": body, **fields}


def test_the_payload_is_handed_on(stub: Stubber, client: Any) -> None:
    stub.add_response("invoke", answer(b"[]"), {"FunctionName": ARN, "Payload": b"[1]"})
    assert ScorerFunctions(client).invoke(ARN, b"[1]") == Answer(b"[]")


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        ({"errorType": "ValueError", "errorMessage": "secret"}, "(ValueError)"),
        ({"errorType": "Sandbox.Timedout", "errorMessage": "secret"}, "(Sandbox.Timedout)"),
        ({"errorType": "my secret text", "errorMessage": "secret"}, "(unknown error)"),
        ({"errorMessage": "secret: Task timed out after 3.00 seconds"}, "(unknown error)"),
        ("secret", "(unknown error)"),
    ],
)
def test_a_failing_function_is_named_by_its_errors_class_only(
    stub: Stubber, client: Any, payload: Any, says: str
) -> None:
    stub.add_response("invoke", answer(json.dumps(payload).encode(), FunctionError="Unhandled"))
    found = ScorerFunctions(client).invoke(ARN, b"[]")
    assert found.failure == f"the function failed {says}"
    assert found.payload == b""


@pytest.mark.parametrize(
    ("code", "status"),
    [("TooManyRequestsException", 429), ("ServiceException", 500), ("ThrottlingException", 400)],
)
def test_no_room_is_no_answer(stub: Stubber, client: Any, code: str, status: int) -> None:
    stub.add_client_error("invoke", code, http_status_code=status)
    with pytest.raises(TransientServiceError, match="Lambda"):
        ScorerFunctions(client).invoke(ARN, b"[]")


@pytest.mark.parametrize("code", ["AccessDeniedException", "ResourceNotFoundException"])
def test_what_may_not_be_invoked_ends_the_job(stub: Stubber, client: Any, code: str) -> None:
    stub.add_client_error("invoke", code, "secret", http_status_code=403)
    with pytest.raises(JobRefused, match=f"does not let the scorer be invoked: {code}") as caught:
        ScorerFunctions(client).invoke(ARN, b"[]")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("error", [ReadTimeoutError, ConnectionClosedError])
def test_a_lost_answer_is_not_asked_for_again(client: Any, error: Any) -> None:
    """The function ran: it was paid for."""

    class Losing:
        def invoke(self, **_: Any) -> Any:
            raise error(endpoint_url="https://lambda")

    found = ScorerFunctions(Losing()).invoke(ARN, b"[]")
    assert found.failure == f"the answer was lost ({error.__name__})"


def test_a_function_is_looked_at(stub: Stubber, client: Any) -> None:
    asked = {"FunctionName": ARN}
    stub.add_response("get_function_configuration", {"Timeout": LONGEST_ANSWER_SECONDS}, asked)
    assert ScorerFunctions(client).check(ARN, field="here") is None


def test_a_function_of_another_region_is_refused(client: Any) -> None:
    elsewhere = ARN.replace("us-east-1", "eu-west-1")
    with pytest.raises(ScorerNotUsable, match="is in eu-west-1, and the stack in us-east-1"):
        ScorerFunctions(client).check(elsewhere, field="here")


def test_a_function_that_may_take_too_long_is_refused(stub: Stubber, client: Any) -> None:
    stub.add_response("get_function_configuration", {"Timeout": 900})
    with pytest.raises(ScorerNotUsable, match="may take 900 seconds, and at most 600") as caught:
        ScorerFunctions(client).check(ARN, field="evaluations[1].function")
    assert caught.value.where == "evaluations[1].function"


def test_a_function_that_is_not_there_is_refused(stub: Stubber, client: Any) -> None:
    stub.add_client_error("get_function_configuration", "ResourceNotFoundException")
    with pytest.raises(ScorerNotUsable, match="There is no function"):
        ScorerFunctions(client).check(ARN, field="here")


def test_a_function_that_may_not_be_looked_at_is_told(stub: Stubber, client: Any) -> None:
    stub.add_client_error("get_function_configuration", "AccessDeniedException")
    assert "could not be looked at" in str(ScorerFunctions(client).check(ARN, field="here"))


def test_lambda_that_does_not_answer_is_asked_again(stub: Stubber, client: Any) -> None:
    stub.add_client_error("get_function_configuration", "ServiceException", http_status_code=500)
    with pytest.raises(TransientServiceError):
        ScorerFunctions(client).check(ARN, field="here")
