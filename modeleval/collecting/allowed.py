"""What the settings let a suite's target be. A suite alone allows nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from modeleval.collecting.document import Target
from modeleval.errors import TargetNotAllowed
from modeleval.settings import Settings

_HTTPS = 443
_READ_DIFFERENTLY = ("%", "\\", "//", ";")
"""What servers make another path of."""


class _Asked(NamedTuple):
    """Something that a target names, and the setting that would allow it."""

    field: str
    noun: str
    value: str
    setting: str
    allowed: bool


def check_allowed(
    document: Target, settings: Settings, *, field: str, region: str | None = None
) -> None:
    """Raise TargetNotAllowed for the first thing that the settings do not list.

    field: where the target stands in the suite. region: the stack's; a function elsewhere cannot
    be invoked.
    """
    for asked in _asked(document, settings):
        place = f"{field}.{asked.field}"
        if not asked.allowed:
            raise TargetNotAllowed(
                f"The settings do not allow this {asked.noun}: {asked.value[:200]}",
                where=place,
                action=f"List it in {asked.setting} in cdk.json and deploy.",
            )
        if asked.noun == "function" and region not in (None, asked.value.split(":")[3]):
            raise TargetNotAllowed(
                f"The function is in {asked.value.split(':')[3]}, and the stack in {region}",
                where=place,
                action=f"Deploy it here too, and name that ARN in {asked.setting}.",
            )


def _asked(document: Target, settings: Settings) -> Iterator[_Asked]:
    if document.model:
        allowed = document.model in settings.generator_models
        yield _Asked("model", "model", document.model, "generatorModels", allowed)
    if document.function:
        allowed = document.function in settings.target_function_arns
        yield _Asked("function", "function", document.function, "targetFunctionArns", allowed)
    if document.endpoint:
        allowed = is_below(document.endpoint, settings.target_endpoints)
        yield _Asked("endpoint", "endpoint", document.endpoint, "targetEndpoints", allowed)
    if document.secret:
        allowed = document.secret in settings.target_secret_arns
        yield _Asked("secret", "secret", document.secret, "targetSecretArns", allowed)
    if document.guardrail:
        allowed = _is_listed(document.guardrail.id, settings.guardrail_ids)
        yield _Asked("guardrail.id", "guardrail", document.guardrail.id, "guardrailIds", allowed)
    for number, tool in enumerate(document.tools):
        if tool.function:
            allowed = tool.function in settings.tool_function_arns
            place = f"tools[{number}].function"
            yield _Asked(place, "function", tool.function, "toolFunctionArns", allowed)


def is_below(endpoint: str, prefixes: Sequence[str]) -> bool:
    """Whether an endpoint is one of these addresses, or lies below one at a `/`.

    Host and port are compared as such; a path that servers may read as another lies below
    nothing.
    """
    return any(_lies_below(endpoint, prefix) for prefix in prefixes)


def _lies_below(endpoint: str, prefix: str) -> bool:
    inner, outer = urlsplit(endpoint), urlsplit(prefix)
    if inner.scheme != "https" or _place(inner.netloc) != _place(outer.netloc):
        return False
    path, base = inner.path or "/", outer.path or "/"
    if path == base:
        return True
    steps = path.split("/")
    if any(sign in path for sign in _READ_DIFFERENTLY) or "." in steps or ".." in steps:
        return False
    return path.startswith(base if base.endswith("/") else f"{base}/")


def _place(netloc: str) -> tuple[str, int]:
    """Host and port. Raises ValueError for a port that is no number: settings are checked."""
    host, _, port = netloc.partition(":")
    return host.lower().rstrip("."), int(port) if port else _HTTPS


def _is_listed(guardrail: str, names: Sequence[str]) -> bool:
    """As it is written, or by the id of a listed ARN; an ARN may be another account's."""
    return guardrail in names or any(name.endswith(f":guardrail/{guardrail}") for name in names)
