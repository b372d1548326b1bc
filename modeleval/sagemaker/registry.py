"""SageMaker's model registry and public hub: small questions, and a word for each refusal.

Source of shapes: botocore's service model of `sagemaker`, API version 2017-07-24. The registry's
operations declare no errors; what is not there is ValidationException ("... does not exist") for
packages and groups, and ResourceNotFound for hub content.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from modeleval.aws import error_code, transient_errors
from modeleval.errors import TransientServiceError
from modeleval.sagemaker.arns import PUBLIC_HUB, package_version

_DENIED = frozenset({"AccessDenied", "AccessDeniedException"})
_NOT_THERE = frozenset({"ResourceNotFound", "ResourceNotFoundException", "ValidationException"})
_PAGE = 100


class NotThere(Exception):
    """SageMaker knows nothing of that name here."""


class Denied(Exception):
    """AWS does not let this caller look at it: a policy of ours, or of the owner's account."""


class Group(NamedTuple):
    name: str
    arn: str


class Version(NamedTuple):
    """One version of a group, as the list shows it."""

    number: int
    arn: str
    status: str
    approval: str


class ModelRegistry:
    """Questions, and one change; throttling and the service's faults are TransientServiceError."""

    def __init__(self, client: Callable[[], Any]) -> None:
        self._client = client

    def package(self, arn: str) -> dict[str, Any]:
        """DescribeModelPackage; raises NotThere and Denied."""
        with _answers():
            return dict(self._client().describe_model_package(ModelPackageName=arn))

    def update_package(self, arn: str, changes: Mapping[str, Any]) -> None:
        """UpdateModelPackage; raises NotThere (also for what SageMaker refuses) and Denied.

        That somebody else changes the package at this moment is a TransientServiceError.
        """
        with _answers():
            try:
                self._client().update_model_package(ModelPackageArn=arn, **changes)
            except ClientError as error:
                if error_code(error) == "ConflictException":
                    raise TransientServiceError(
                        "Somebody changes the model package at this moment",
                        action="The step is tried again.",
                    ) from error
                raise

    def group(self, name_or_arn: str) -> Group:
        """Raises NotThere and Denied."""
        with _answers():
            found = self._client().describe_model_package_group(ModelPackageGroupName=name_or_arn)
        return Group(found["ModelPackageGroupName"], found["ModelPackageGroupArn"])

    def versions(self, group: str, *, approved: bool = False) -> Iterator[Version]:
        """Every version of a group (its name, or its ARN in another account), in no order.

        Raises NotThere and Denied.
        """
        wanted = {"ModelApprovalStatus": "Approved"} if approved else {}
        for one in self._pages(
            "list_model_packages", "ModelPackageSummaryList", ModelPackageGroupName=group, **wanted
        ):
            arn = one["ModelPackageArn"]
            number = one.get("ModelPackageVersion") or package_version(arn.rpartition("/")[2])
            approval = one.get("ModelApprovalStatus", "")
            if number is not None and (not approved or approval == "Approved"):
                yield Version(number, arn, one["ModelPackageStatus"], approval)

    def latest(self, group: str, *, approved: bool = False) -> Version | None:
        """The version with the highest number; None if there is none."""
        versions = self.versions(group, approved=approved)
        return max(versions, key=lambda version: version.number, default=None)

    def groups(self, contains: str = "") -> Iterator[Group]:
        """Every group whose name contains a text; raises Denied."""
        wanted = {"NameContains": contains} if contains else {}
        for one in self._pages(
            "list_model_package_groups", "ModelPackageGroupSummaryList", **wanted
        ):
            yield Group(one["ModelPackageGroupName"], one["ModelPackageGroupArn"])

    def hub_model(self, name: str) -> dict[str, Any]:
        """DescribeHubContent of a model of the public hub, latest version; raises NotThere."""
        with _answers():
            return dict(
                self._client().describe_hub_content(
                    HubName=PUBLIC_HUB, HubContentType="Model", HubContentName=name
                )
            )

    def hub_models(self) -> Iterator[str]:
        """The name of every model of the public hub; raises NotThere and Denied.

        ListHubContents has no paginator.
        """
        request = {"HubName": PUBLIC_HUB, "HubContentType": "Model", "MaxResults": _PAGE}
        while True:
            with _answers():
                answer = self._client().list_hub_contents(**request)
            for one in answer["HubContentSummaries"]:
                yield one["HubContentName"]
            if not answer.get("NextToken"):
                return
            request["NextToken"] = answer["NextToken"]

    def training_job(self, name: str) -> dict[str, Any]:
        """DescribeTrainingJob; raises NotThere and Denied."""
        with _answers():
            return dict(self._client().describe_training_job(TrainingJobName=name))

    def jobs_reading(self, location: str, filter_name: str) -> Iterator[dict[str, Any]]:
        """The training jobs one of whose channels names a location; raises NotThere and Denied.

        filter_name: the channel's property, below `InputDataConfig.DataSource`.
        """
        nested = {
            "NestedPropertyName": "InputDataConfig",
            "Filters": [
                {
                    "Name": f"InputDataConfig.DataSource.{filter_name}",
                    "Operator": "Contains",
                    "Value": location,
                }
            ],
        }
        for one in self._pages(
            "search",
            "Results",
            Resource="TrainingJob",
            SearchExpression={"NestedFilters": [nested]},
        ):
            yield dict(one["TrainingJob"])

    def _pages(self, operation: str, member: str, **request: Any) -> Iterator[Any]:
        with _answers():
            pages = self._client().get_paginator(operation)
            for page in pages.paginate(**request, PaginationConfig={"PageSize": _PAGE}):
                yield from page.get(member, [])


@contextmanager
def _answers() -> Iterator[None]:
    with transient_errors("SageMaker"):
        try:
            yield
        except ClientError as error:
            if error_code(error) in _NOT_THERE:
                raise NotThere from error
            if error_code(error) in _DENIED:
                raise Denied from error
            raise
