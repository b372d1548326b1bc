from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ParamValidationError,
    ReadTimeoutError,
)

from modeleval.aws import error_code, error_message, transient_errors
from modeleval.errors import TransientServiceError


def client_error(code: str, message: str = "", status: int = 400) -> ClientError:
    response: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(response, "Operation")


@pytest.mark.parametrize(
    "error",
    [
        client_error("ThrottlingException", status=429),
        client_error("ProvisionedThroughputExceededException"),
        client_error("SlowDown", status=503),
        client_error("InternalServerException", status=500),
        client_error("Unheard", status=502),
        EndpointConnectionError(endpoint_url="https://example.org"),
        ConnectTimeoutError(endpoint_url="https://example.org"),
        ReadTimeoutError(endpoint_url="https://example.org"),
    ],
)
def test_what_may_pass_is_worth_another_try(error: Exception) -> None:
    with pytest.raises(TransientServiceError) as caught, transient_errors("Bedrock"):
        raise error
    assert "Bedrock did not answer this time" in str(caught.value)


@pytest.mark.parametrize(
    "error",
    [
        client_error("AccessDeniedException", status=403),
        client_error("ValidationException"),
        client_error("ServiceQuotaExceededException"),
        client_error("ConditionalCheckFailedException"),
        ParamValidationError(report="x"),
        KeyError("x"),
    ],
)
def test_what_would_not_pass_is_left_as_it_is(error: Exception) -> None:
    with pytest.raises(type(error)) as caught, transient_errors("Bedrock"):
        raise error
    assert caught.value is error


def test_the_cause_is_named_and_the_services_words_are_not_repeated() -> None:
    with pytest.raises(TransientServiceError) as caught, transient_errors("S3"):
        raise client_error("SlowDown", "a prompt's own words", status=503)
    assert "SlowDown" in str(caught.value)
    assert "own words" not in str(caught.value)


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (
            "1 error: Value 'the secret' at 'jobName' failed: Member must satisfy: [a-z]+",
            "1 error: Value at 'jobName' failed: Member must satisfy: [a-z]+",
        ),
        ("Value 'it's the secret' at 'a' failed", "Value at 'a' failed"),
        ("Value 'the\nsecret' at 'a' failed", "Value at 'a' failed"),
        (
            "Value 'the secret' at 'a' failed; Value 'secret 2' at 'b' failed",
            "Value at 'b' failed",
        ),
        ("Value 'it says 'x' at 'y' here' at 'a' failed", "Value at 'a' failed"),
        ("The role cannot be assumed.", "The role cannot be assumed."),
    ],
)
def test_values_that_the_service_quotes_are_left_out(message: str, shown: str) -> None:
    assert error_message(client_error("ValidationException", message)) == shown


def test_a_long_message_is_cut() -> None:
    assert len(error_message(client_error("X", "a" * 2000))) == 500


def test_an_error_without_code_or_message_is_unknown() -> None:
    error = ClientError({}, "Operation")
    assert (error_code(error), error_message(error)) == ("Unknown", "")
