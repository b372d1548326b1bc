"""A SageMaker client in memory: groups, packages, hub models, training jobs, in pages of two."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import botocore.session
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

ACCOUNT = "111122223333"
OTHER = "444455556666"
REGION = "us-west-2"
BASE = "meta-textgeneration-llama-3-2-1b-instruct"
CREATED = datetime(2026, 11, 20, 7, 30, 1, 250999, tzinfo=UTC)
_PAGE = 2
_SERVICE = botocore.session.get_session().get_service_model("sagemaker")


def arn(resource: str, *, account: str = ACCOUNT, region: str = REGION, part: str = "aws") -> str:
    return f"arn:{part}:sagemaker:{region}:{account}:{resource}"


def error(code: str, operation: str = "Describe", status: int = 400) -> ClientError:
    return ClientError(
        {
            "Error": {"Code": code, "Message": "does not exist"},
            "ResponseMetadata": {"HTTPStatusCode": status},
        },
        operation,
    )


class FakeSageMaker:
    """Answers as botocore shapes them; `failures` maps an operation to the code that it fails with.

    calls: every operation, with its request.
    """

    def __init__(self, *, base: str = BASE) -> None:
        self.packages: dict[str, dict[str, Any]] = {}
        self.groups: dict[str, dict[str, Any]] = {}
        self.hub = {base: "1.33.0"}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.failures: dict[str, str] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def add_group(self, name: str, **place: str) -> str:
        made = arn(f"model-package-group/{name}", **place)
        self.groups[made] = {"ModelPackageGroupName": name, "ModelPackageGroupArn": made}
        return made

    def add_version(
        self, group: str, version: int, *, place: dict[str, str] | None = None, **changes: Any
    ) -> str:
        """A package that SageMaker's fine-tuning made; a change to None removes the field."""
        place = place or {}
        self.add_group(group, **place)
        return self._add(
            arn(f"model-package/{group}/{version}", **place),
            {"ModelPackageGroupName": group, "ModelPackageVersion": version} | changes,
        )

    def add_unversioned(self, name: str, **changes: Any) -> str:
        return self._add(arn(f"model-package/{name}"), {"ModelPackageName": name} | changes)

    def _add(self, made: str, changes: dict[str, Any]) -> str:
        package = {
            "ModelPackageArn": made,
            "ModelPackageStatus": "Completed",
            "ModelApprovalStatus": "PendingManualApproval",
            "CreationTime": CREATED,
            "InferenceSpecification": {"Containers": [container(made.rpartition(":")[2])]},
        } | changes
        self.packages[made] = {key: value for key, value in package.items() if value is not None}
        return made

    def _called(self, operation: str, request: dict[str, Any]) -> None:
        shape = _SERVICE.operation_model(operation.title().replace("_", "")).input_shape
        report = ParamValidator().validate(request, shape)
        assert not report.has_errors(), report.generate_report()
        self.calls.append((operation, request))
        if operation in self.failures:
            code = self.failures[operation]
            raise error(code, operation, 503 if code == "ServiceUnavailable" else 400)

    def asked(self, operation: str) -> list[dict[str, Any]]:
        return [request for called, request in self.calls if called == operation]

    def describe_model_package(self, **request: Any) -> dict[str, Any]:
        self._called("describe_model_package", request)
        if request["ModelPackageName"] not in self.packages:
            raise error("ValidationException")
        return self.packages[request["ModelPackageName"]]

    def describe_model_package_group(self, **request: Any) -> dict[str, Any]:
        self._called("describe_model_package_group", request)
        return self._group(request["ModelPackageGroupName"])

    def _group(self, asked: str) -> dict[str, Any]:
        whole = asked if asked.startswith("arn:") else arn(f"model-package-group/{asked}")
        if whole not in self.groups:
            raise error("ValidationException")
        return self.groups[whole]

    def describe_hub_content(self, **request: Any) -> dict[str, Any]:
        self._called("describe_hub_content", request)
        assert request["HubName"] == "SageMakerPublicHub"
        assert request["HubContentType"] == "Model"
        name = request["HubContentName"]
        if name not in self.hub:
            raise error("ResourceNotFound")
        version = self.hub[name]
        return {
            "HubContentName": name,
            "HubContentVersion": version,
            "HubContentArn": arn(
                f"hub-content/SageMakerPublicHub/Model/{name}/{version}", account="aws"
            ),
            "CreationTime": CREATED,
        }

    def list_hub_contents(self, **request: Any) -> dict[str, Any]:
        self._called("list_hub_contents", request)
        assert (request["HubName"], request["HubContentType"]) == ("SageMakerPublicHub", "Model")
        start = int(request.get("NextToken", 0))
        following = {"NextToken": str(start + _PAGE)} if start + _PAGE < len(self.hub) else {}
        shown = [{"HubContentName": name} for name in list(self.hub)[start : start + _PAGE]]
        return {"HubContentSummaries": shown, **following}

    def describe_training_job(self, **request: Any) -> dict[str, Any]:
        self._called("describe_training_job", request)
        if request["TrainingJobName"] not in self.jobs:
            raise error("ResourceNotFound")
        return self.jobs[request["TrainingJobName"]]

    def get_paginator(self, operation: str) -> FakePages:
        return FakePages(self, operation)

    def listed(self, operation: str, request: dict[str, Any]) -> tuple[str, list[Any]]:
        self._called(operation, request)
        if operation == "list_model_package_groups":
            part = request.get("NameContains", "")
            found = [one for one in self.groups.values() if part in one["ModelPackageGroupName"]]
            return "ModelPackageGroupSummaryList", found
        if operation == "list_model_packages":
            group = self._group(request["ModelPackageGroupName"])["ModelPackageGroupArn"]
            prefix = group.replace("model-package-group", "model-package") + "/"
            approval = request.get("ModelApprovalStatus")
            return "ModelPackageSummaryList", [
                package
                for made, package in self.packages.items()
                if made.startswith(prefix) and approval in (None, package["ModelApprovalStatus"])
            ]
        return "Results", [{"TrainingJob": job} for job in self._searched(request)]

    def _searched(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        [nested] = request["SearchExpression"]["NestedFilters"]
        [wanted] = nested["Filters"]
        path = wanted["Name"].removeprefix("InputDataConfig.").split(".")
        found = []
        for job in self.jobs.values():
            for channel in job.get("InputDataConfig", []):
                value: Any = channel
                for part in path:
                    value = value.get(part, {})
                if isinstance(value, str) and wanted["Value"] in value:
                    found.append(job)
        return found


class FakePages:
    def __init__(self, client: FakeSageMaker, operation: str) -> None:
        self._client = client
        self._operation = operation

    def paginate(self, *, PaginationConfig: Any, **request: Any) -> Iterator[dict[str, Any]]:  # noqa: N803 - boto3's
        assert PaginationConfig["PageSize"] <= 100
        member, found = self._client.listed(self._operation, request)
        for start in range(0, max(len(found), 1), _PAGE):
            yield {member: found[start : start + _PAGE]}


def container(at: str, **changes: Any) -> dict[str, Any]:
    made = {
        "ModelDataSource": {"S3DataSource": {"S3Uri": f"s3://models/{at}/weights/"}},
        "BaseModel": {"HubContentName": BASE, "HubContentVersion": "1.33.0"},
    } | changes
    return {key: value for key, value in made.items() if value is not None}
