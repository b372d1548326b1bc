"""Errors as Step Functions can carry them: named, and short enough to arrive whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError

from modeleval.aws import error_code, error_message
from modeleval.errors import ModelevalError, ServiceRefused

LONGEST_MESSAGE = 20_000
"""Step Functions keeps 32,768 characters of a cause, which holds a stack trace too."""


@contextmanager
def short_errors() -> Iterator[None]:
    """Give AWS's unexpected refusals a name of ours, and cut what is too long to be kept."""
    try:
        yield
    except ModelevalError as error:
        if len(str(error)) > LONGEST_MESSAGE:
            error.what = error.what[: LONGEST_MESSAGE // 2]
            error.action = f"{error.action[: LONGEST_MESSAGE // 3]} ... (cut; see the run's files)"
        raise
    except ClientError as error:
        raise ServiceRefused(
            f"{error.operation_name} was refused: {error_code(error)}: {error_message(error)}",
            action="See docs/troubleshooting.md.",
        ) from None
