"""A client of the chat completions API that OpenAI, Ollama, vLLM and gateways speak."""

from __future__ import annotations

import http.client
import json
import random
import ssl
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from embedded_aws.judging import JudgeUnavailable

_TRIES = 5
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 60.0
_LARGEST = 4 * 1024 * 1024  # bytes of an answer
_TOO_MANY, _SERVER_ERRORS = 429, 500
_NOT_UNDERSTOOD = (400, 422)
# Not every server or model knows both: tried in this order, and kept to once understood.
_JSON = {"response_format": {"type": "json_object"}}
_STEADY = {"temperature": 0}
_FORMS: tuple[dict[str, Any], ...] = ({**_STEADY, **_JSON}, _STEADY, _JSON, {})


class _Again(Exception):
    """Worth another try: what happened, and how long the server asks to wait."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


@dataclass
class Chat:
    """One model at one endpoint. ``url`` is what comes before /chat/completions."""

    url: str
    model: str
    key: str = field(repr=False)
    seconds: float
    _form: int = 0

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("MODELEVAL_JUDGE_URL must be an http:// or https:// address")
        if parts.username or parts.password:
            raise ValueError("a key belongs into MODELEVAL_JUDGE_API_KEY, not into the address")
        self.host = parts.netloc
        # Straight to the endpoint: the emulator has no proxy settings.
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=ssl.create_default_context()),
            _NoRedirect(),
        )

    def complete(self, messages: list[dict[str, str]]) -> str:
        """The model's text. Tries again when that may help; raises JudgeUnavailable in the end."""
        for number in range(1, _TRIES + 1):
            try:
                return self._try(messages)
            except _Again as problem:
                if number == _TRIES:
                    raise self._unavailable(f"{problem}, {_TRIES} times") from None
                wait = _FIRST_WAIT * 2 ** (number - 1) * random.uniform(0.5, 1)
                time.sleep(min(_LONGEST_WAIT, wait if problem.wait is None else problem.wait))
        raise AssertionError("unreachable")

    def _try(self, messages: list[dict[str, str]]) -> str:
        """One try, in each form of request from the one that was understood last."""
        for form in range(self._form, len(_FORMS)):
            answer = self._ask({"model": self.model, "messages": messages, **_FORMS[form]})
            if answer is not None:
                self._form = max(self._form, form)
                return answer
        raise self._unavailable("HTTP 400")

    def _ask(self, body: dict[str, Any]) -> str | None:
        """The text of the answer; None if the server does not understand the request."""
        try:
            with self._opener.open(self._request(body), timeout=self.seconds) as answer:
                return _text(answer.read(_LARGEST))
        except urllib.error.HTTPError as error:
            with error:
                self._refuse(error)
            return None
        except TimeoutError:
            raise _Again(f"no answer within {self.seconds:g} s") from None
        except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
            raise _Again(f"no connection ({_reason(error)})") from None

    def _request(self, body: dict[str, Any]) -> urllib.request.Request:
        headers = {"content-type": "application/json", "accept": "application/json"}
        if self.key:
            headers["authorization"] = f"Bearer {self.key}"
        return urllib.request.Request(  # noqa: S310 - http or https, checked above
            f"{self.url.rstrip('/')}/chat/completions", json.dumps(body).encode(), headers
        )

    def _refuse(self, error: urllib.error.HTTPError) -> None:
        """Raise what the status means, unless another form of request may be understood."""
        if error.code == _TOO_MANY or error.code >= _SERVER_ERRORS:
            raise _Again(f"HTTP {error.code}", _asked_to_wait(error))
        if error.code not in _NOT_UNDERSTOOD:
            raise self._unavailable(f"HTTP {error.code}")

    def _unavailable(self, reason: str) -> JudgeUnavailable:
        return JudgeUnavailable(
            f"The judge model {self.model} at {self.host} cannot be asked: {reason}. Check that it "
            "runs and knows this model, and MODELEVAL_JUDGE_URL (which ends before "
            "/chat/completions), MODELEVAL_JUDGE_MODEL and MODELEVAL_JUDGE_API_KEY; or unset them "
            "for the stand-in judge, and start the embedded AWS again."
        )


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirected POST would become a GET, and take the key to another host."""

    def redirect_request(self, *_: Any) -> None:
        """Never."""


def _text(body: bytes) -> str:
    """The text of an answer; empty if it has none, which no judge can use."""
    try:
        content = json.loads(body)["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
    return content if isinstance(content, str) else ""


def _asked_to_wait(error: urllib.error.HTTPError) -> float | None:
    try:
        return max(0.0, float(error.headers.get("retry-after", "")))
    except ValueError:
        return None


def _reason(error: Exception) -> str:
    inner = error.reason if isinstance(error, urllib.error.URLError) else error
    return type(inner).__name__ if isinstance(inner, Exception) else "refused"
