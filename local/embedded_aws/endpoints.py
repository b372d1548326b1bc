"""SageMaker's DescribeEndpoint, for the endpoints that are registered as models."""

from __future__ import annotations

import functools
import json
from typing import Any

import botocore.session
from botocore.model import ServiceModel

from embedded_aws.bedrock.callers import authenticate
from embedded_aws.bedrock.errors import ServiceError, invalid
from embedded_aws.bedrock.registry import Registered, Registry
from embedded_aws.bedrock.validation import validate
from embedded_aws.http import Request, Response, Signature, json_response

TARGET = b"SageMaker.DescribeEndpoint"


@functools.cache
def _model() -> ServiceModel:
    return botocore.session.Session().get_service_model("sagemaker")


def is_ours(headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether a request for SageMaker is answered here."""
    return any(name.lower() == b"x-amz-target" and value == TARGET for name, value in headers)


def answer(registry: Registry, request: Request, signed: Signature) -> Response:
    """Answer a signed request, in SageMaker's JSON 1.1."""
    try:
        return json_response(200, _describe(registry, request, signed))
    except ServiceError as error:
        return json_response(error.status, {"__type": error.code, "message": error.message})


def _describe(registry: Registry, request: Request, signed: Signature) -> dict[str, Any]:
    caller = authenticate(request, signed)
    try:
        value = json.loads(request.body or b"{}")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise invalid("The request body is not a JSON object")
    name = value.get("EndpointName")
    arn = f"arn:aws:sagemaker:{caller.region}:{caller.account}:endpoint/{name}"
    caller.require("sagemaker:DescribeEndpoint", arn)
    validate(_model().shape_for("DescribeEndpointInput"), value)
    endpoint = registry.find("endpoint", arn)
    if endpoint is None:
        raise invalid(f'Could not find endpoint "{arn}".')
    return _shown(endpoint)


def _shown(endpoint: Registered) -> dict[str, Any]:
    moment = endpoint.created.timestamp()
    name = endpoint.arn.rsplit("/", 1)[-1]
    failed = {"FailureReason": "The endpoint failed."} if endpoint.status == "Failed" else {}
    return {
        "EndpointName": name,
        "EndpointArn": endpoint.arn,
        "EndpointConfigName": f"{name}-config",
        "EndpointStatus": endpoint.status,
        "CreationTime": moment,
        "LastModifiedTime": moment,
        **failed,
    }
