"""The model registry: groups, versions, approval, metadata, pages."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from sagemaker_world import BASE, SageMakerWorld, refused, tuned
from standin_world import World, unique

INVALID = "ValidationException"


@pytest.fixture
def sagemaker(world: World) -> SageMakerWorld:
    return SageMakerWorld(world)


def test_a_group_and_its_versions(sagemaker: SageMakerWorld) -> None:
    client, name = sagemaker.client, sagemaker.group()
    group = client.describe_model_package_group(ModelPackageGroupName=name)
    assert group["ModelPackageGroupArn"] == sagemaker.arn(f"model-package-group/{name}")
    first, second = sagemaker.package(name), sagemaker.package(name)
    assert first == sagemaker.arn(f"model-package/{name}/1")
    assert second == sagemaker.arn(f"model-package/{name}/2")
    for identifier in (second, f"{name}/2"):
        package = client.describe_model_package(ModelPackageName=identifier)
        assert package["ModelPackageArn"] == second
        assert package["ModelPackageVersion"] == 2
        assert package["ModelPackageStatus"] == "Completed"
        assert package["ModelApprovalStatus"] == "PendingManualApproval"
        (container,) = package["InferenceSpecification"]["Containers"]
        assert container["BaseModel"] == {"HubContentName": BASE, "HubContentVersion": "1.33.0"}


def test_a_version_number_never_comes_twice(sagemaker: SageMakerWorld) -> None:
    name = sagemaker.group()
    sagemaker.package(name)
    sagemaker.client.delete_model_package(ModelPackageName=sagemaker.package(name))
    assert sagemaker.package(name).endswith("/3")


def test_a_group_with_versions_stays(sagemaker: SageMakerWorld) -> None:
    client, name = sagemaker.client, sagemaker.group()
    arn = sagemaker.package(name)
    delete = client.delete_model_package_group
    refused(delete, "ConflictException", ModelPackageGroupName=name)
    client.delete_model_package(ModelPackageName=arn)
    delete(ModelPackageGroupName=name)
    message = refused(client.describe_model_package, INVALID, ModelPackageName=arn)
    assert "does not exist" in message
    refused(client.describe_model_package_group, INVALID, ModelPackageGroupName=name)


def test_a_package_without_a_group(sagemaker: SageMakerWorld) -> None:
    client, name = sagemaker.client, unique("single")
    request = {"ModelPackageName": name, "InferenceSpecification": tuned()}
    arn = client.create_model_package(**request)["ModelPackageArn"]
    assert arn == sagemaker.arn(f"model-package/{name}")
    package = client.describe_model_package(ModelPackageName=name)
    assert "ModelPackageVersion" not in package
    assert "ModelApprovalStatus" not in package
    refused(client.create_model_package, INVALID, **request)
    refused(
        client.update_model_package, INVALID, ModelPackageArn=arn, ModelApprovalStatus="Approved"
    )
    listed = client.list_model_packages(ModelPackageType="Both", NameContains=name)
    assert [item["ModelPackageArn"] for item in listed["ModelPackageSummaryList"]] == [arn]


def test_pages_hold_ten_at_most(sagemaker: SageMakerWorld) -> None:
    name = sagemaker.group()
    arns = [sagemaker.package(name) for _ in range(12)]
    first = sagemaker.client.list_model_packages(ModelPackageGroupName=name, MaxResults=100)
    assert len(first["ModelPackageSummaryList"]) == 10
    pages = sagemaker.client.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=sagemaker.arn(f"model-package-group/{name}"),
        SortBy="CreationTime",
        SortOrder="Descending",
    )
    found = [item["ModelPackageArn"] for page in pages for item in page["ModelPackageSummaryList"]]
    assert found == arns[::-1]
    other = {"ModelPackageGroupName": sagemaker.group(), "NextToken": first["NextToken"]}
    refused(sagemaker.client.list_model_packages, INVALID, **other)


def test_lists_can_be_narrowed(sagemaker: SageMakerWorld) -> None:
    client, name = sagemaker.client, sagemaker.group()
    sagemaker.package(name)
    time.sleep(0.01)
    between = datetime.now(UTC)
    time.sleep(0.01)
    approved = sagemaker.package(name, ModelApprovalStatus="Approved")

    def listed(**more: Any) -> list[str]:
        answer = client.list_model_packages(ModelPackageGroupName=name, **more)
        return [item["ModelPackageArn"] for item in answer["ModelPackageSummaryList"]]

    assert listed(ModelApprovalStatus="Approved") == [approved]
    assert listed(CreationTimeAfter=between) == [approved]
    assert len(listed(CreationTimeBefore=between)) == 1
    assert listed(ModelApprovalStatus="Rejected") == []
    groups = client.list_model_package_groups(NameContains=name.upper())
    assert [item["ModelPackageGroupName"] for item in groups["ModelPackageGroupSummaryList"]] == [
        name
    ]
    message = refused(client.list_model_packages, INVALID, ModelPackageGroupName="none")
    assert "does not exist" in message


def test_approval_and_metadata(sagemaker: SageMakerWorld) -> None:
    client, arn = sagemaker.client, sagemaker.package(sagemaker.group())
    client.update_model_package(
        ModelPackageArn=arn,
        ModelApprovalStatus="Approved",
        ApprovalDescription="good enough",
        CustomerMetadataProperties={"suite": "rivers", "score": "0.7"},
    )
    client.update_model_package(
        ModelPackageArn=arn,
        CustomerMetadataProperties={"score": "0.8"},
        CustomerMetadataPropertiesToRemove=["suite"],
    )
    package = client.describe_model_package(ModelPackageName=arn)
    assert package["ModelApprovalStatus"] == "Approved"
    assert package["ApprovalDescription"] == "good enough"
    assert package["CustomerMetadataProperties"] == {"score": "0.8"}
    assert package["LastModifiedTime"] >= package["CreationTime"]
    many = {f"key-{number}": "x" for number in range(50)}
    update = client.update_model_package
    refused(update, INVALID, ModelPackageArn=arn, CustomerMetadataProperties=many)
    assert client.describe_model_package(ModelPackageName=arn)["CustomerMetadataProperties"] == {
        "score": "0.8"
    }


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"ModelPackageGroupName": "no-such-group"}, "does not exist"),
        ({"ModelPackageName": "both"}, "not both"),
        ({"Tags": [{"Key": "a", "Value": "b"}]}, "takes none"),
        ({"ModelApprovalStatus": "Perhaps"}, "enum value set"),
        ({"CustomerMetadataProperties": {"a": "x" * 257}}, "less than or equal to 256"),
        ({"CustomerMetadataProperties": {"a!": "x"}}, "regular expression"),
        ({"ClientToken": "t" * 37}, "less than or equal to 36"),
        ({"ModelPackageDescription": "a\u0007b"}, "regular expression"),
        ({"ModelPackageColour": "red"}, "known to the service"),
    ],
)
def test_requests_are_held_against_the_service_model(
    sagemaker: SageMakerWorld, changes: dict[str, Any], part: str
) -> None:
    request = {"ModelPackageGroupName": sagemaker.group(), **changes}
    status, answer = sagemaker.raw("CreateModelPackage", request)
    assert (status, answer["__type"]) == (400, INVALID)
    assert part in answer["message"]


def test_text_of_any_language_is_accepted(sagemaker: SageMakerWorld) -> None:
    arn = sagemaker.package(sagemaker.group(), ModelPackageDescription="Flüsse, 河川, 100 %")
    package = sagemaker.client.describe_model_package(ModelPackageName=arn)
    assert package["ModelPackageDescription"] == "Flüsse, 河川, 100 %"


def test_a_client_token_counts_once(sagemaker: SageMakerWorld) -> None:
    name = sagemaker.group()
    token = {"ClientToken": unique("token")}
    first = sagemaker.package(name, **token)
    assert sagemaker.package(name, **token) == first
    refused(
        sagemaker.client.create_model_package,
        "ConflictException",
        ModelPackageGroupName=name,
        **token,
    )
    assert sagemaker.package(name).endswith("/2")


def test_packages_can_fail_and_take_time(sagemaker: SageMakerWorld) -> None:
    sagemaker.control("POST", "settings", {"packageStatus": "Failed", "packageSeconds": 0.3})
    arn = sagemaker.package(sagemaker.group())
    states = []
    end = time.monotonic() + 5
    while "Failed" not in states and time.monotonic() < end:
        package = sagemaker.client.describe_model_package(ModelPackageName=arn)
        states.append(package["ModelPackageStatus"])
        time.sleep(0.05)
    assert (states[0], states[-1]) == ("Pending", "Failed")
    (status,) = package["ModelPackageStatusDetails"]["ValidationStatuses"]
    assert status["Status"] == "Failed"


def test_other_accounts_and_regions(sagemaker: SageMakerWorld) -> None:
    client = sagemaker.client
    foreign = "arn:aws:sagemaker:us-east-1:111122223333:model-package/theirs/4"
    describe = client.describe_model_package
    refused(describe, "AccessDeniedException", ModelPackageName=foreign)
    sagemaker.control("POST", "packages", {"arn": foreign, "InferenceSpecification": tuned()})
    assert describe(ModelPackageName=foreign)["ModelPackageVersion"] == 4
    group = "arn:aws:sagemaker:us-east-1:111122223333:model-package-group/theirs"
    listed = client.list_model_packages(ModelPackageGroupName=group)["ModelPackageSummaryList"]
    assert [item["ModelPackageArn"] for item in listed] == [foreign]
    elsewhere = sagemaker.arn("model-package/x/1").replace("us-east-1", "eu-west-1")
    assert "another Region" in refused(describe, INVALID, ModelPackageName=elsewhere)
    other_kind = sagemaker.arn("training-job/x")
    assert "is no model-package" in refused(describe, INVALID, ModelPackageName=other_kind)


def test_tags(sagemaker: SageMakerWorld) -> None:
    client, name = sagemaker.client, unique("models")
    tag = {"Key": "team", "Value": "rivers"}
    made = client.create_model_package_group(ModelPackageGroupName=name, Tags=[tag])
    arn = made["ModelPackageGroupArn"]
    client.add_tags(ResourceArn=arn, Tags=[{"Key": "cost", "Value": "7"}])
    tags = client.list_tags(ResourceArn=arn)["Tags"]
    assert tags == [tag, {"Key": "cost", "Value": "7"}]
    refused(client.add_tags, INVALID, ResourceArn=arn, Tags=[tag, tag])


def test_reset_forgets_the_registry(sagemaker: SageMakerWorld) -> None:
    name = sagemaker.group()
    sagemaker.package(name)
    sagemaker.control("POST", "settings", {"pageSize": 1})
    sagemaker.world.aws.control("POST", "reset")
    assert sagemaker.control("GET", "packages") == {"packages": []}
    assert sagemaker.control("GET", "calls") == {"calls": []}
    assert sagemaker.control("GET", "settings")["pageSize"] == 10
    refused(sagemaker.client.describe_model_package_group, INVALID, ModelPackageGroupName=name)
