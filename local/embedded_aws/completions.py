"""One request to the chat completions API that OpenAI, Ollama, vLLM and gateways speak."""

from __future__ import annotations

import http.client
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

_LARGEST = 4 * 1024 * 1024  # bytes of an answer
_SECONDS = 120.0  # a model on a laptop takes its time


class NoAnswer(Exception):
    """The endpoint gave none: what happened, its status, and how long it asks to wait.

    timed_out: it took too long. Without a status there was no answer at all.
    """

    def __init__(
        self,
        reason: str,
        *,
        status: int | None = None,
        wait: float | None = None,
        timed_out: bool = False,
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.wait = wait
        self.timed_out = timed_out


@dataclass
class Completions:
    """One model at one endpoint. ``url`` is what comes before /chat/completions.

    ``variables`` is how the variables begin that name them, for what is said of them.
    """

    variables: str
    url: str
    model: str
    key: str = field(repr=False)
    seconds: float

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{self.variables}_URL must be an http:// or https:// address")
        if parts.username or parts.password:
            raise ValueError(f"a key belongs into {self.variables}_API_KEY, not into the address")
        self.host = parts.netloc
        # Straight to the endpoint: the emulator has no proxy settings.
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=ssl.create_default_context()),
            _NoRedirect(),
        )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], variables: str) -> Self | None:
        """The model that the environment names, if it does; ValueError says what is wrong with it.

        To be called before the environment is made anew: certificates that it names are read here,
        and the key must not reach a function.
        """
        names = {part: f"{variables}_{part}" for part in ("URL", "MODEL", "API_KEY", "TIMEOUT")}
        told = {part: environment.get(name, "").strip() for part, name in names.items()}
        if not told["URL"] and not told["MODEL"]:
            return None
        if not told["URL"] or not told["MODEL"]:
            raise ValueError(f"{names['URL']} and {names['MODEL']} must both be set, or neither")
        try:
            seconds = float(told["TIMEOUT"] or _SECONDS)
        except ValueError:
            seconds = 0.0
        if not 0 < seconds < float("inf"):
            raise ValueError(f"{names['TIMEOUT']} must be a number of seconds")
        return cls(variables, told["URL"], told["MODEL"], told["API_KEY"], seconds)

    def ask(self, body: dict[str, Any]) -> bytes:
        """The body of the answer, its beginning if it is too long; raises NoAnswer."""
        try:
            with self._opener.open(self._request(body), timeout=self.seconds) as answer:
                return bytes(answer.read(_LARGEST))
        except urllib.error.HTTPError as error:
            with error:
                wait = _asked_to_wait(error)
                raise NoAnswer(f"HTTP {error.code}", status=error.code, wait=wait) from None
        except TimeoutError:
            raise NoAnswer(f"no answer within {self.seconds:g} s", timed_out=True) from None
        except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
            raise NoAnswer(f"no connection ({_reason(error)})") from None

    def _request(self, body: dict[str, Any]) -> urllib.request.Request:
        headers = {"content-type": "application/json", "accept": "application/json"}
        if self.key:
            headers["authorization"] = f"Bearer {self.key}"
        return urllib.request.Request(  # noqa: S310 - http or https, checked above
            f"{self.url.rstrip('/')}/chat/completions",
            json.dumps({"model": self.model, **body}).encode(),
            headers,
        )


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirected POST would become a GET, and take the key to another host."""

    def redirect_request(self, *_: Any) -> None:
        """Never."""


def _asked_to_wait(error: urllib.error.HTTPError) -> float | None:
    try:
        return max(0.0, float(error.headers.get("retry-after", "")))
    except ValueError:
        return None


def _reason(error: Exception) -> str:
    inner = error.reason if isinstance(error, urllib.error.URLError) else error
    return type(inner).__name__ if isinstance(inner, Exception) else "refused"
