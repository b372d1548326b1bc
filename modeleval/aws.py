"""Calling AWS: one configuration for all clients, one translation of their errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as LostConnection

from modeleval.errors import TransientServiceError

# Three tries of at most 15 seconds: the state machine tries again after that, and a function that
# makes a few calls ends before its own timeout even if the service hangs.
CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 3},
    connect_timeout=5,
    read_timeout=10,
    user_agent_extra="modeleval",
)

_THROTTLES = frozenset(
    {
        "BandwidthLimitExceeded",
        "ConditionalRequestConflict",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
_QUOTED_VALUE = re.compile(r"(Value) '.*'( at )", re.DOTALL)
# Greedy: a value may itself hold what looks like its end. Better a field's name lost than content
# kept.


def error_code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "Unknown"))


def error_message(error: ClientError) -> str:
    """The service's own words, without the values that it quotes: those may be content."""
    return without_values(str(error.response.get("Error", {}).get("Message", "")))


def without_values(message: str) -> str:
    """A service's message without the values that it quotes, at most 500 characters."""
    return _QUOTED_VALUE.sub(r"\1\2", message)[:500]


def is_transient(error: ClientError) -> bool:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= 500 or error_code(error) in _THROTTLES  # noqa: PLR2004 - HTTP's own number


@contextmanager
def transient_errors(service: str) -> Iterator[None]:
    """Turn throttling, 5xx and lost connections into TransientServiceError; pass on the rest."""
    try:
        yield
    except ClientError as error:
        if not is_transient(error):
            raise
        raise _transient(service, error_code(error)) from error
    except (LostConnection, HTTPClientError) as error:
        raise _transient(service, type(error).__name__) from error


def _transient(service: str, cause: str) -> TransientServiceError:
    return TransientServiceError(
        f"{service} did not answer this time: {cause}", action="The step is tried again."
    )
