"""From what a suite says of a target to one that can be asked, and whether it may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import boto3
from botocore.config import Config

from modeleval.aws import CONFIG
from modeleval.bedrock.models import GENERATOR, Models
from modeleval.collecting.allowed import check_allowed
from modeleval.collecting.application import MOST_ANSWER_BYTES
from modeleval.collecting.document import Target as TargetDocument
from modeleval.collecting.endpoint_target import EndpointTarget, Secret
from modeleval.collecting.function_target import FunctionTarget
from modeleval.collecting.functions import Functions
from modeleval.collecting.https import Https
from modeleval.collecting.model_target import ModelTarget
from modeleval.collecting.protocol import Target
from modeleval.collecting.tools import Tools
from modeleval.settings import Settings

MOST_CONNECTIONS = 32
"""Conversations that go on side by side share a client's connections."""
LOOK_SECONDS = 10


class Clients:
    """AWS's clients as targets need them: patient, and trying nothing twice by themselves."""

    def __init__(self, make: Callable[..., Any] = boto3.client) -> None:
        """make: `boto3.client`, or a session's."""
        self._make = make

    def of(self, service: str, *, timeout_seconds: int) -> Any:
        config = Config(
            read_timeout=timeout_seconds,
            retries={"mode": "standard", "total_max_attempts": 1},
            max_pool_connections=MOST_CONNECTIONS,
        )
        return self._make(service, config=CONFIG.merge(config))

    def functions(self, *, timeout_seconds: int = LOOK_SECONDS) -> Functions:
        return Functions(self.of("lambda", timeout_seconds=timeout_seconds))


def check_target(
    document: TargetDocument,
    settings: Settings,
    models: Models,
    *,
    field: str,
    region: str,
    functions: Functions | None = None,
    now: datetime | None = None,
) -> None:
    """Whether the stack may ask this target, before anything is paid for.

    field: where the suite names it, such as evaluations[0].dataset.target. region: the stack's.
    functions: where those that the target names are looked for; None of who may not look.
    Raises TargetNotAllowed, TargetRefused where a function is not there, the refusals of
    generators of modeleval.bedrock.models, and TransientServiceError.
    """
    check_allowed(document, settings, field=field, region=region)
    for place, arn in _functions(document):
        if functions is not None:
            functions.check(arn, field=f"{field}.{place}")
    if document.model is not None:
        models.check(
            document.model,
            GENERATOR,
            allowed=settings.generator_models,
            field=f"{field}.model",
            now=now,
        )


def _functions(document: TargetDocument) -> Iterator[tuple[str, str]]:
    """Where the target names a function, and its ARN."""
    if document.function is not None:
        yield "function", document.function
    for number, tool in enumerate(document.tools):
        if tool.function is not None:
            yield f"tools[{number}].function", tool.function


def target_of(
    document: TargetDocument,
    clients: Clients,
    settings: Settings | None,
    *,
    model: Mapping[str, str] | None = None,
    allow_private: bool = False,
) -> Target:
    """Who is asked.

    settings: the stack's, which hold once more; None on a machine of the caller's own, where only
    the guard of addresses does. model: the run's, as an application is told of it: `id`, `group`
    and `version`. allow_private: endpoints at private addresses, too; never in a stack.
    Raises TargetNotAllowed.
    """
    if settings is not None:
        check_allowed(document, settings, field="target")
    if document.function is not None:
        functions = clients.functions(timeout_seconds=document.timeout_seconds)
        return FunctionTarget(document.function, functions, model)
    if document.endpoint is not None:
        return _endpoint_target(document, clients, model, allow_private=allow_private)
    return _model_target(document, clients)


def _endpoint_target(
    document: TargetDocument,
    clients: Clients,
    model: Mapping[str, str] | None,
    *,
    allow_private: bool,
) -> EndpointTarget:
    url = str(document.endpoint)
    https = Https(
        url,
        seconds=document.timeout_seconds,
        most=MOST_ANSWER_BYTES,
        allow_private=allow_private,
    )
    if document.secret is None:
        return EndpointTarget(url, https, lambda: None, model)
    client = clients.of("secretsmanager", timeout_seconds=LOOK_SECONDS)
    return EndpointTarget(url, https, Secret(client, document.secret), model)


def _model_target(document: TargetDocument, clients: Clients) -> ModelTarget:
    seconds = document.timeout_seconds
    functions = None
    if any(tool.function for tool in document.tools):
        functions = clients.functions(timeout_seconds=seconds)
    return ModelTarget(
        document,
        clients.of("bedrock-runtime", timeout_seconds=seconds),
        Tools(document.tools, functions, seconds),
    )
