"""What all operations on pipelines share: names, permissions, pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from embedded_aws import paging
from embedded_aws.callers import Caller
from embedded_aws.sagemaker.errors import invalid, missing
from embedded_aws.sagemaker.naming import own
from embedded_aws.sagemaker.pipelines import role
from embedded_aws.sagemaker.pipelines.records import Pipeline, Version
from embedded_aws.sagemaker.pipelines.store import Store

if TYPE_CHECKING:
    from embedded_aws.sagemaker.service import SageMaker

Request = dict[str, Any]
Answer = dict[str, Any]


class Shared:
    """What the operations have at hand."""

    def __init__(self, service: SageMaker, store: Store) -> None:
        self.service = service
        self.store = store

    def arn(self, caller: Caller, name: str) -> str:
        """A pipeline's ARN, of its name or an ARN; AWS writes the name in it in small letters."""
        if name.startswith("arn:"):
            return name
        kept = self.service.settings.pipelineArns == "kept"
        return caller.arn_of(f"pipeline/{name if kept else name.lower()}")

    def permitted(self, caller: Caller, operation: str, arn: str) -> None:
        """Raise AccessDeniedException unless the caller may do it to this resource of its own."""
        action = f"sagemaker:{operation}"
        self.service.require(caller, action, arn)
        own(caller, action, arn)

    def existing(self, caller: Caller, operation: str, name: str) -> Pipeline:
        """The pipeline of a name or an ARN, if the caller may do the operation to it."""
        arn = self.arn(caller, name)
        self.permitted(caller, operation, arn)
        found = self.store.pipeline(arn)
        if found is None:
            raise missing(f"Pipeline '{arn}' does not exist.")
        return found

    def check_pass(self, caller: Caller, role_arn: str) -> None:
        """May the caller hand this role of its account to SageMaker?"""
        if role_arn.split(":")[4] != caller.account:
            raise invalid("Cross-account pass role is not allowed.")
        context = {"iam:PassedToService": role.PRINCIPAL}
        self.service.require(caller, "iam:PassRole", role_arn, context=context)

    def page(self, items: list[Any], request: Request) -> tuple[list[Any], str | None]:
        """One page of a listing."""
        return paging.page(items, request, self.service.settings.pageSize, paging.SAGEMAKER)


def chosen(pipeline: Pipeline, number: int | None) -> Version:
    """The version of a number, or the latest one."""
    if number is None:
        return pipeline.latest
    for version in pipeline.versions:
        if version.id == number:
            return version
    raise missing(f"Pipeline version {number} of {pipeline.arn} does not exist.")
