"""AddTags and ListTags, for every resource by its ARN."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from embedded_aws import paging
from embedded_aws.callers import Caller
from embedded_aws.sagemaker.naming import own

if TYPE_CHECKING:
    from embedded_aws.sagemaker.service import SageMaker

_PAGE = 50


def operations(service: SageMaker) -> dict[str, Callable[[Caller, dict[str, Any]], dict[str, Any]]]:
    """The operations, by name; an ARN that names nothing has no tags."""

    def add(caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        arn = request["ResourceArn"]
        service.require(caller, "sagemaker:AddTags", arn)
        own(caller, "sagemaker:AddTags", arn)
        return {"Tags": _shown(service.tags.add(arn, request["Tags"]))}

    def listed(caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        arn = request["ResourceArn"]
        service.require(caller, "sagemaker:ListTags", arn)
        own(caller, "sagemaker:ListTags", arn)
        every = _shown(service.tags.of(arn))
        found, token = paging.page(every, request, _PAGE, paging.SAGEMAKER)
        return {"Tags": found, "NextToken": token}

    return {"AddTags": add, "ListTags": listed}


def _shown(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
