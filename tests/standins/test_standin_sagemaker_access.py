"""Callers' permissions for SageMaker, artifacts, faults and the record of calls."""

from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError
from sagemaker_world import BASE, UNCHECKED, SageMakerWorld, refused, tuned
from standin_world import World, statement

DENIED = "AccessDeniedException"
PUBLIC = "arn:aws:sagemaker:us-east-1:aws"


@pytest.fixture
def sagemaker(world: World) -> SageMakerWorld:
    return SageMakerWorld(world)


def test_a_reader_of_one_group(sagemaker: SageMakerWorld) -> None:
    ours, other = sagemaker.group(), sagemaker.group()
    arn, foreign = sagemaker.package(ours), sagemaker.package(other)
    reader = sagemaker.caller(
        statement(
            ["sagemaker:DescribeModelPackage", "sagemaker:ListModelPackages"],
            sagemaker.arn(f"model-package/{ours}/*"),
        )
    )
    assert reader.describe_model_package(ModelPackageName=arn)["ModelPackageVersion"] == 1
    assert reader.list_model_packages(ModelPackageGroupName=ours)["ModelPackageSummaryList"]
    message = refused(reader.describe_model_package, DENIED, ModelPackageName=foreign)
    assert f"perform: sagemaker:DescribeModelPackage on resource: {foreign}" in message
    refused(reader.list_model_packages, DENIED, ModelPackageGroupName=other)
    refused(reader.list_model_packages, DENIED)
    refused(reader.describe_model_package_group, DENIED, ModelPackageGroupName=ours)
    update = reader.update_model_package
    refused(update, DENIED, ModelPackageArn=arn, ModelApprovalStatus="Approved")
    create = reader.create_model_package
    refused(create, DENIED, ModelPackageGroupName=ours, InferenceSpecification=tuned())


def test_approval_can_be_kept_from_a_caller(sagemaker: SageMakerWorld) -> None:
    arn = sagemaker.package(sagemaker.group())
    rejecting = {"StringEquals": {"sagemaker:ModelApprovalStatus": "Rejected"}}
    allowed = statement("sagemaker:UpdateModelPackage", arn, Condition=rejecting)
    caller = sagemaker.caller(allowed)
    caller.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Rejected")
    update = caller.update_model_package
    refused(update, DENIED, ModelPackageArn=arn, ModelApprovalStatus="Approved")


def test_hub_content_needs_the_hub_and_the_content(sagemaker: SageMakerWorld) -> None:
    action = "sagemaker:DescribeHubContent"
    hub = f"{PUBLIC}:hub/SageMakerPublicHub"
    content = f"{PUBLIC}:hub-content/SageMakerPublicHub/Model/{BASE}"
    asked = {
        "HubName": "SageMakerPublicHub",
        "HubContentType": "Model",
        "HubContentName": BASE,
    }
    enough = sagemaker.caller(statement(action, [hub, content, f"{content}/*"]))
    enough.describe_hub_content(**asked)
    for resources in ([hub], [content, f"{content}/*"], [hub, content], [hub, f"{content}/*"]):
        caller = sagemaker.caller(statement(action, resources))
        refused(caller.describe_hub_content, DENIED, **asked)


def test_tags_at_creation_need_a_permission_of_their_own(sagemaker: SageMakerWorld) -> None:
    caller = sagemaker.caller(statement("sagemaker:CreateHub", "*"))
    caller.create_hub(HubName="plain", HubDescription="x")
    tags = [{"Key": "a", "Value": "b"}]
    message = refused(caller.create_hub, DENIED, HubName="tagged", HubDescription="x", Tags=tags)
    assert "sagemaker:AddTags" in message


def test_artifacts(sagemaker: SageMakerWorld) -> None:
    client, uri = sagemaker.client, sagemaker.package(sagemaker.group())
    source = {"SourceUri": uri, "SourceTypes": [{"SourceIdType": "Custom", "Value": "now"}]}
    request = {
        "ArtifactType": "Model",
        "Source": source,
        "Properties": {"ModelPackageArn": uri},
    }
    assert client.list_artifacts(SourceUri=uri)["ArtifactSummaries"] == []
    arn = client.create_artifact(**request)["ArtifactArn"]
    later = client.create_artifact(**request)["ArtifactArn"]
    found = client.list_artifacts(SourceUri=uri)["ArtifactSummaries"]
    assert [item["ArtifactArn"] for item in found] == [later, arn]
    shown = client.describe_artifact(ArtifactArn=arn)
    assert (shown["Source"], shown["Properties"]) == (source, request["Properties"])
    gone = sagemaker.arn("artifact/none")
    refused(client.describe_artifact, "ResourceNotFound", ArtifactArn=gone)
    lister = sagemaker.caller(statement("sagemaker:ListArtifacts", sagemaker.arn("artifact/*")))
    refused(lister.list_artifacts, DENIED, SourceUri=uri)
    refused(lister.describe_artifact, DENIED, ArtifactArn=arn)
    refused(lister.create_artifact, DENIED, **request)


def fault(sagemaker: SageMakerWorld, **value: Any) -> None:
    sagemaker.world.aws.control("POST", "faults", value)


def test_errors_on_demand(sagemaker: SageMakerWorld) -> None:
    name = sagemaker.group()
    describe = sagemaker.client.describe_model_package_group
    fault(sagemaker, kind="error", operation="DescribeModelPackageGroup", jobName=name, times=2)
    describe(ModelPackageGroupName=sagemaker.group())
    refused(describe, "ThrottlingException", ModelPackageGroupName=name)
    refused(describe, "ThrottlingException", ModelPackageGroupName=name)
    describe(ModelPackageGroupName=name)
    with pytest.raises(ValueError, match="DescribeModelPackageGroup"):
        fault(sagemaker, kind="error", operation="DescribeGroup")


def test_answers_can_be_late_or_lost(sagemaker: SageMakerWorld) -> None:
    name = sagemaker.group()
    fault(sagemaker, kind="delay", operation="ListHubs", seconds=0.3)
    began = time.monotonic()
    sagemaker.client.list_hubs()
    assert time.monotonic() - began >= 0.3
    fault(sagemaker, kind="lost-response", operation="CreateModelPackage")
    fault(sagemaker, kind="lost-response", operation="CreateModelPackage", how="cut")
    request = {"ModelPackageGroupName": name, "ClientToken": "once"}
    create = sagemaker.client.create_model_package
    refused(create, "InternalFailure", **request)
    with pytest.raises(ConnectionClosedError):
        create(**request)
    assert create(**request)["ModelPackageArn"].endswith("/1")
    assert sagemaker.package(name).endswith("/2")


def test_the_record_of_calls(sagemaker: SageMakerWorld) -> None:
    name = sagemaker.group()
    nobody = sagemaker.caller(statement("sagemaker:ListHubs", "*"))
    refused(nobody.describe_model_package_group, DENIED, ModelPackageGroupName=name)
    created, denied = sagemaker.control("GET", "calls")["calls"]
    assert (created["operation"], created["name"]) == ("CreateModelPackageGroup", name)
    assert (created["status"], created["error"]) == (200, None)
    assert (denied["status"], denied["error"]) == (400, DENIED)
    assert ":user/" in denied["caller"]


def test_what_is_not_there_is_an_unknown_operation(sagemaker: SageMakerWorld) -> None:
    code = "UnknownOperationException"
    message = refused(sagemaker.client.list_notebook_instances, code)
    assert "CreateModelPackage" in message


def test_broken_requests(sagemaker: SageMakerWorld) -> None:
    for body in (b"{", b"[]"):
        status, answer = sagemaker.raw("ListHubs", body)
        assert (status, answer["__type"]) == (400, "ValidationException")
    unchecked = sagemaker.world.aws.client("sagemaker", config=UNCHECKED)
    refused(unchecked.list_hubs, "ValidationException", MaxResults=101)
    refused(unchecked.describe_hub, "ValidationException")
    for wrong in ("yesterday", True, 1e300):
        status, answer = sagemaker.raw("ListModelPackages", {"CreationTimeAfter": wrong})
        assert (status, answer["__type"]) == (400, "ValidationException")


def test_credentials_are_checked(sagemaker: SageMakerWorld) -> None:
    stranger = sagemaker.world.aws.client(
        "sagemaker",
        config=UNCHECKED,
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="wrong",  # noqa: S106
    )
    refused(stranger.list_hubs, "UnrecognizedClientException")


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("settings", {"speed": 2}, "no setting 'speed'"),
        ("settings", {"packageStatus": "Gone"}, "packageStatus must be"),
        ("settings", {"hold": 1}, "hold must be bool"),
        ("settings", {"duplicateEvents": True}, "duplicateEvents must be int"),
        ("packages", {"arn": "arn:aws:s3:::x"}, "arn must match"),
        ("nothing", {}, "no such call"),
    ],
)
def test_the_control_api_says_what_is_wrong(
    sagemaker: SageMakerWorld, path: str, value: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        sagemaker.control("POST", path, value)
