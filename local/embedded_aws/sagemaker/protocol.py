"""JSON 1.1, both ways, driven by botocore's service model of ``sagemaker``."""

from __future__ import annotations

import contextlib
import functools
import json
from datetime import UTC, datetime
from typing import Any

import botocore.session
from botocore.model import OperationModel, ServiceModel

from embedded_aws.errors import ServiceError, invalid
from embedded_aws.http import Request, Response, json_response
from embedded_aws.sagemaker.errors import status_of

_PREFIX = "SageMaker."
_TYPE = {"content-type": "application/x-amz-json-1.1"}


@functools.cache
def service_model() -> ServiceModel:
    """The ``sagemaker`` service model that came with MiniStack's botocore."""
    return botocore.session.Session().get_service_model("sagemaker")


def operation_name(request: Request) -> str:
    """The operation that a request names (X-Amz-Target), or ""."""
    for name, value in request.raw_headers:
        if name.lower() == b"x-amz-target":
            return value.decode("latin-1").removeprefix(_PREFIX)
    return ""


@functools.cache
def operation_model(name: str) -> OperationModel:
    """The operation in the service model."""
    return service_model().operation_model(name)


def parse(operation: OperationModel, request: Request) -> dict[str, Any]:
    """The operation's input; members that are timestamps become datetimes."""
    try:
        value = json.loads(request.body or b"{}")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise invalid("The request body is not a JSON object")
    present = {name: item for name, item in value.items() if item is not None}
    result: dict[str, Any] = _read(operation.input_shape, present)
    return result


def _read(shape: Any, value: Any) -> Any:
    """The value with its timestamps read; one of a wrong type is left for the validation."""
    kind = shape.type_name if shape is not None else ""
    if kind == "structure" and isinstance(value, dict):
        return {name: _read(shape.members.get(name), item) for name, item in value.items()}
    if kind == "list" and isinstance(value, list):
        return [_read(shape.member, item) for item in value]
    if kind == "timestamp" and isinstance(value, int | float) and not isinstance(value, bool):
        with contextlib.suppress(ValueError, OverflowError, OSError):
            return datetime.fromtimestamp(value, UTC)
    return value


def answer(operation: OperationModel, output: dict[str, Any]) -> Response:
    """The operation's answer; an output outside the service model is a bug here."""
    shape = operation.output_shape
    return json_response(200, _written(shape, output) if shape else {}, _TYPE)


def error(failure: ServiceError) -> Response:
    """An error's answer."""
    body = {"__type": failure.code, "message": failure.message}
    return json_response(status_of(failure), body, _TYPE)


def _written(shape: Any, value: Any) -> Any:
    """As it is sent: timestamps in seconds since 1970, nulls left out."""
    kind = shape.type_name
    if kind == "structure":
        return {
            name: _written(shape.members[name], item)
            for name, item in value.items()
            if item is not None
        }
    if kind == "list":
        return [_written(shape.member, item) for item in value]
    if kind == "map":
        return {name: _written(shape.value, item) for name, item in value.items()}
    if kind == "timestamp":
        return round(value.timestamp(), 3)
    return value
