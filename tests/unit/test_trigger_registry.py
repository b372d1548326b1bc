"""The registry's lists: every page, and only the groups that are meant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from modeleval.errors import TransientServiceError
from modeleval.triggers.registry import Registry
from modeleval.triggers.versions import ModelPackageVersion

WHEN = datetime(2026, 11, 22, tzinfo=UTC)
ARN = "arn:aws:sagemaker:us-east-1:111122223333:model-package"


@pytest.fixture
def sagemaker() -> Iterator[Stubber]:
    client = boto3.client(
        "sagemaker",
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",  # noqa: S106 - no secret
    )
    with Stubber(client) as stub:
        yield stub
        stub.assert_no_pending_responses()


def group(name: str) -> dict[str, Any]:
    return {
        "ModelPackageGroupName": name,
        "ModelPackageGroupArn": f"{ARN}-group/{name}",
        "CreationTime": WHEN,
        "ModelPackageGroupStatus": "Completed",
    }


def test_groups_are_those_of_all_pages_that_match(sagemaker: Stubber) -> None:
    operation = "list_model_package_groups"
    sagemaker.add_response(
        operation, {"ModelPackageGroupSummaryList": [group("a"), group("x")], "NextToken": "t"}, {}
    )
    sagemaker.add_response(
        operation, {"ModelPackageGroupSummaryList": [group("b")]}, {"NextToken": "t"}
    )
    assert Registry(sagemaker.client).groups(lambda name: name != "x") == ["a", "b"]


def versions(stub: Stubber) -> list[ModelPackageVersion]:
    return list(Registry(stub.client).versions("a", after=WHEN))


def test_versions_are_asked_for_by_group_and_time(sagemaker: Stubber) -> None:
    summary = {
        "ModelPackageArn": f"{ARN}/a/1",
        "ModelPackageGroupName": "a",
        "ModelPackageVersion": 1,
        "CreationTime": WHEN,
        "ModelPackageStatus": "Completed",
    }
    sagemaker.add_response(
        "list_model_packages",
        {"ModelPackageSummaryList": [summary]},
        {"ModelPackageGroupName": "a", "CreationTimeAfter": WHEN, "SortBy": "CreationTime"},
    )
    assert versions(sagemaker) == [ModelPackageVersion(f"{ARN}/a/1", "a", "Completed", WHEN)]


@pytest.mark.parametrize("code", ["ValidationException", "ResourceNotFound"])
def test_a_group_that_was_deleted_meanwhile_has_none(sagemaker: Stubber, code: str) -> None:
    sagemaker.add_client_error("list_model_packages", code)
    assert versions(sagemaker) == []


@pytest.mark.parametrize(
    ("code", "error"),
    [("AccessDeniedException", ClientError), ("ThrottlingException", TransientServiceError)],
)
def test_other_refusals_are_errors(sagemaker: Stubber, code: str, error: type[Exception]) -> None:
    sagemaker.add_client_error("list_model_packages", code)
    with pytest.raises(error):
        versions(sagemaker)
