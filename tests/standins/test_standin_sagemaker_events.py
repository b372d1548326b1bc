"""The state-change event of model packages."""

from __future__ import annotations

from typing import Any

import pytest
from sagemaker_world import Inbox, SageMakerWorld, tuned
from standin_world import World

CHANGE = "SageMaker Model Package State Change"


@pytest.fixture
def sagemaker(world: World) -> SageMakerWorld:
    return SageMakerWorld(world)


@pytest.fixture
def group(sagemaker: SageMakerWorld) -> str:
    return sagemaker.group()


@pytest.fixture
def inbox(sagemaker: SageMakerWorld, group: str) -> Inbox:
    pattern: dict[str, Any] = {
        "source": ["aws.sagemaker"],
        "detail-type": [CHANGE],
        "detail": {"ModelPackageGroupName": [{"wildcard": f"{group[:-2]}*"}]},
    }
    return Inbox(sagemaker.world, pattern)


def test_registration_and_every_change(sagemaker: SageMakerWorld, group: str, inbox: Inbox) -> None:
    arn = sagemaker.package(group)
    client = sagemaker.client
    client.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
    client.update_model_package(ModelPackageArn=arn, CustomerMetadataProperties={"a": "b"})
    created, approved, described = inbox.wait(3)
    assert created["source"] == "aws.sagemaker"
    assert created["detail-type"] == CHANGE
    assert created["resources"] == [arn]
    assert (created["account"], created["region"]) == ("000000000000", "us-east-1")
    detail = created["detail"]
    moment = detail.pop("CreationTime")
    assert detail.pop("LastModifiedTime") == moment
    assert moment.endswith("Z")
    assert detail == {
        "ModelPackageGroupName": group,
        "ModelPackageVersion": 1,
        "ModelPackageArn": arn,
        "InferenceSpecification": tuned(),
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []},
        "CertifyForMarketplace": False,
        "ModelApprovalStatus": "PendingManualApproval",
    }
    assert approved["detail"]["ModelApprovalStatus"] == "Approved"
    assert described["detail"]["ModelApprovalStatus"] == "Approved"
    assert len({event["id"] for event in (created, approved, described)}) == 3


def test_events_come_twice_or_never(sagemaker: SageMakerWorld, group: str, inbox: Inbox) -> None:
    sagemaker.control("POST", "settings", {"loseEvents": True})
    sagemaker.package(group)
    sagemaker.control("POST", "settings", {"loseEvents": False, "duplicateEvents": 3})
    arn = sagemaker.package(group)
    events = inbox.wait(3)
    assert [event["resources"] for event in events] == [[arn]] * 3


def test_an_event_can_be_sent_again(sagemaker: SageMakerWorld, group: str, inbox: Inbox) -> None:
    arn = sagemaker.package(group)
    inbox.wait(1)
    told = {"arn": arn, "detail": {"ModelPackageStatus": "Failed"}, "times": 2}
    sagemaker.control("POST", "events", told)
    for event in inbox.wait(2):
        assert event["detail"]["ModelPackageStatus"] == "Failed"
        assert event["detail"]["ModelPackageArn"] == arn
    with pytest.raises(ValueError, match="needs a detail"):
        sagemaker.control("POST", "events", {"arn": f"{arn}9"})


def test_a_pending_package_is_told_twice(
    sagemaker: SageMakerWorld, group: str, inbox: Inbox
) -> None:
    sagemaker.control("POST", "settings", {"packageSeconds": 0.2})
    sagemaker.package(group)
    states = [event["detail"]["ModelPackageStatus"] for event in inbox.wait(2)]
    assert states == ["Pending", "Completed"]


def test_nobody_else_sends_as_sagemaker(world: World) -> None:
    entry = {"Source": "aws.sagemaker", "DetailType": CHANGE, "Detail": "{}"}
    answer = world.aws.client("events").put_events(Entries=[entry])
    assert answer["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"
