"""An application behind an HTTPS endpoint as a target."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable, Mapping
from functools import cached_property
from http.client import HTTPException, HTTPMessage
from threading import Lock
from typing import Any

from modeleval.collecting.addresses import AddressRefused
from modeleval.collecting.application import LONGEST_WAIT_SECONDS, request_of, step_of
from modeleval.collecting.https import Https, Received
from modeleval.collecting.protocol import ONE_REQUEST, Asked, Step, TargetBusy, TurnFailed
from modeleval.collecting.refusals import asking
from modeleval.collecting.timed_socket import TooMuch
from modeleval.errors import TargetRefused

MOST_REQUEST_BYTES = 6 * 1024 * 1024

_OK, _REDIRECT, _REFUSED, _FAULT, _BUSY = 200, 300, 400, 500, 429
_NOT_LET_IN = frozenset({401, 403})
_HEADER = re.compile(r"[!-~]+( [!-~]+)*")
_CORRECT = "Correct the target's endpoint."


class EndpointTarget:
    """Posts to the endpoint once per turn."""

    def __init__(
        self,
        url: str,
        https: Https,
        authorization: Callable[[], str | None],
        model: Mapping[str, str] | None,
    ) -> None:
        """authorization: the header's value, asked for when it is needed; model: the run's."""
        self._url = url
        self._https = https
        self._authorization = authorization
        self._model = model
        self._let_in = False

    def step(self, asked: Asked) -> Step:
        """See modeleval.collecting.protocol."""
        request = request_of(asked, self._model)
        if len(request) > MOST_REQUEST_BYTES:
            raise TurnFailed("conversationTooLong")
        received = self._post(request)
        self._check(received.status, received.headers)
        self._let_in = True
        if received.headers.get("Content-Encoding", "").strip().lower() not in ("", "identity"):
            raise TurnFailed("invalidAnswer", ONE_REQUEST)
        return step_of(received.body)

    def _post(self, request: bytes) -> Received:
        headers = {
            "Accept": "application/json",
            "Connection": "close",
            "Content-Type": "application/json",
            "User-Agent": "modeleval",
        }
        if value := self._authorization():
            headers["Authorization"] = value
        try:
            return self._https.post(request, headers)
        except AddressRefused:
            raise self._refused(
                "its name leads to an address that is private, this machine's own, or reserved",
                "An endpoint is one that the internet reaches.",
            ) from None
        except ssl.SSLCertVerificationError as error:
            raise self._refused(
                f"its certificate is not accepted ({error.verify_message})",
                "It must be issued for this name by an authority that this machine trusts.",
            ) from None
        except TimeoutError:
            raise TurnFailed("timeout", ONE_REQUEST) from None
        except TooMuch:
            raise TurnFailed("answerTooLong", ONE_REQUEST) from None
        except (OSError, HTTPException) as error:
            raise self._lost(error) from None

    def _lost(self, error: Exception) -> Exception:
        if isinstance(error, socket.gaierror) and error.errno == socket.EAI_NONAME:
            return self._refused("there is no such host", _CORRECT)
        return TargetBusy(type(error).__name__)

    def _check(self, status: int, headers: HTTPMessage) -> None:
        """Raise what a status means, if it is not one of success."""
        if status == _BUSY or status >= _FAULT:
            raise TargetBusy(f"HTTP {status}", seconds_to_wait(headers.get("Retry-After")))
        if status in _NOT_LET_IN and not self._let_in:  # else it is this turn that is kept out
            raise self._refused(
                f"it answers HTTP {status}",
                "Name the secret whose value is its Authorization header, and check that value.",
            )
        if _REDIRECT <= status < _REFUSED:
            raise self._refused(
                f"it answers HTTP {status}, and no redirect is followed",
                "Name the address that answers by itself.",
            )
        if status >= _REFUSED:
            raise TurnFailed("refusedRequest", ONE_REQUEST)
        if status < _OK:
            raise TurnFailed("invalidAnswer", ONE_REQUEST)

    def _refused(self, what: str, action: str) -> TargetRefused:
        return TargetRefused(f"{self._url} cannot be asked: {what}", action=action)


class Secret:
    """The value of a secret, read once. Used by several threads at once."""

    def __init__(self, client: Any, arn: str) -> None:
        self._client = client
        self._arn = arn
        self._lock = Lock()

    def __call__(self) -> str:
        """Raises TargetRefused and TargetBusy."""
        with self._lock:
            return self._value

    @cached_property
    def _value(self) -> str:
        try:
            with asking("Secrets Manager", self._arn):
                found = self._client.get_secret_value(SecretId=self._arn)
        except TurnFailed as failed:
            raise TargetBusy(f"secret: {failed.reason}") from None
        value = str(found.get("SecretString", "")).strip()
        if value.startswith("{") or not _HEADER.fullmatch(value):
            raise TargetRefused(
                f"{self._arn} holds no value of a header",
                action="Store the whole value of the Authorization header as plain text, such as "
                "Bearer and a token, in one line.",
            )
        return value


def seconds_to_wait(retry_after: str | None) -> float | None:
    """Of a Retry-After in seconds, at most LONGEST_WAIT_SECONDS; None of a date, or of none."""
    if retry_after is None or not re.fullmatch(r"[0-9]{1,9}", retry_after.strip()):
        return None
    return min(float(retry_after), LONGEST_WAIT_SECONDS)
