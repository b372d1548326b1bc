"""rest-json, both ways, driven by botocore's service models of ``bedrock`` and its kin."""

from __future__ import annotations

import functools
import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import botocore.session
from botocore.model import OperationModel, ServiceModel, Shape, StructureShape

from embedded_aws.errors import invalid
from embedded_aws.http import Request, Response, json_response

OPERATIONS = (
    "CreateEvaluationJob",
    "GetEvaluationJob",
    "ListEvaluationJobs",
    "StopEvaluationJob",
    "BatchDeleteEvaluationJob",
    "GetFoundationModel",
    "ListFoundationModels",
    "GetFoundationModelAvailability",
    "GetInferenceProfile",
    "ListInferenceProfiles",
    "GetProvisionedModelThroughput",
    "GetImportedModel",
    "GetPromptRouter",
)
OF_AGENTS = ("GetKnowledgeBase",)
"""Of ``bedrock-agent``, whose requests are signed for ``bedrock`` too."""
OF_RUNTIME = ("Converse",)
"""Of ``bedrock-runtime``, signed for ``bedrock`` as well."""


@functools.cache
def service_model(service: str = "bedrock") -> ServiceModel:
    """A service model that came with MiniStack's botocore."""
    return botocore.session.Session().get_service_model(service)


@functools.cache
def _routes() -> list[tuple[str, re.Pattern[str], OperationModel]]:
    routes = []
    wanted = [("bedrock", name) for name in OPERATIONS]
    wanted += [("bedrock-agent", name) for name in OF_AGENTS]
    wanted += [("bedrock-runtime", name) for name in OF_RUNTIME]
    for service, name in wanted:
        operation = service_model(service).operation_model(name)
        uri = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", operation.http["requestUri"])
        routes.append((operation.http["method"], re.compile(uri + "/?"), operation))
    return routes


def match(request: Request) -> tuple[OperationModel, dict[str, str]] | None:
    """The operation that a request calls, and its path parameters; None if it is no operation."""
    path = request.raw_path.split("?", 1)[0]
    for method, pattern, operation in _routes():
        found = pattern.fullmatch(path)
        if method == request.method and found:
            return operation, {name: unquote(text) for name, text in found.groupdict().items()}
    return None


def parse(operation: OperationModel, uri: dict[str, str], request: Request) -> dict[str, Any]:
    """The operation's input: path, query string and body put together by member name."""
    shape: Any = operation.input_shape
    result: dict[str, Any] = {}
    if any("location" not in member.serialization for member in shape.members.values()):
        result.update(_body(request.body))
    for name, member in shape.members.items():
        location = member.serialization.get("location")
        wire = member.serialization.get("name", name)
        if location == "uri":
            result[name] = uri[wire]
        elif location == "querystring" and wire in request.query:
            result[name] = _from_query(member, request.query[wire][0])
    return result


def _body(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body or b"{}")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise invalid("The request body is not a JSON object")
    return value


def _from_query(member: Shape, text: str) -> Any:
    try:
        if member.type_name == "integer":
            return int(text)
        if member.type_name == "timestamp":
            moment = datetime.fromisoformat(text)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except ValueError:
        return text  # of the wrong type, which the validation then says
    return text


def answer(operation: OperationModel, output: dict[str, Any]) -> Response:
    """The operation's answer, timestamps as ISO 8601; an output outside the model is a bug here."""
    status = operation.http.get("responseCode", 200)
    shape = operation.output_shape
    return json_response(status, _serialised(shape, output) if shape else {})


def _serialised(shape: Any, value: Any) -> Any:
    if getattr(shape, "is_document_type", False):
        return value
    if isinstance(shape, StructureShape):
        return {
            name: _serialised(shape.members[name], item)
            for name, item in value.items()
            if item is not None
        }
    if shape.type_name == "list":
        return [_serialised(shape.member, item) for item in value]
    if shape.type_name == "timestamp":
        return value.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    return value
