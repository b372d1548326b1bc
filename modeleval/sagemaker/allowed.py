"""Calls that a person makes with their own credentials: what they may not do is said by name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError

from modeleval.aws import error_code, transient_errors
from modeleval.errors import RegistrationFailed

_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"})


def is_denied(error: ClientError) -> bool:
    return error_code(error) in _DENIED


@contextmanager
def allowed(action: str, resource: str, service: str) -> Iterator[None]:
    """Raises RegistrationFailed naming `action` (a permission) and `resource` if it is missing."""
    with transient_errors(service):
        try:
            yield
        except ClientError as error:
            if not is_denied(error):
                raise
            raise RegistrationFailed(
                f"These credentials may not use {action}",
                where=resource,
                action="Ask for that permission, or let somebody register it who has it: the "
                "suite only needs the ARN that comes out.",
            ) from None
