"""DescribeEndpoint, for the endpoints that are registered as models (``POST /_standin/models``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from embedded_aws.bedrock.registry import Registered
from embedded_aws.callers import Caller
from embedded_aws.sagemaker.errors import invalid

if TYPE_CHECKING:
    from embedded_aws.sagemaker.service import SageMaker


def operations(service: SageMaker) -> dict[str, Callable[[Caller, dict[str, Any]], dict[str, Any]]]:
    """The operation, by name."""

    def describe(caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        arn = caller.arn_of(f"endpoint/{request['EndpointName']}")
        service.require(caller, "sagemaker:DescribeEndpoint", arn)
        endpoint = service.registry.find("endpoint", arn)
        if endpoint is None:
            raise invalid(f'Could not find endpoint "{arn}".')
        return _shown(endpoint)

    return {"DescribeEndpoint": describe}


def _shown(endpoint: Registered) -> dict[str, Any]:
    name = endpoint.arn.rsplit("/", 1)[-1]
    failed = {"FailureReason": "The endpoint failed."} if endpoint.status == "Failed" else {}
    return {
        "EndpointName": name,
        "EndpointArn": endpoint.arn,
        "EndpointConfigName": f"{name}-config",
        "EndpointStatus": endpoint.status,
        "CreationTime": endpoint.created,
        "LastModifiedTime": endpoint.created,
        **failed,
    }
