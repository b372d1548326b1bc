from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from botocore.exceptions import ClientError
from model_registry_fake import BASE, OTHER, REGION, FakeSageMaker, arn, container

from modeleval.bedrock.models import Purpose
from modeleval.errors import ModelNotUsable, TransientServiceError
from modeleval.sagemaker.registry import ModelRegistry
from modeleval.sagemaker.resolved import ModelSource, ResolvedModel, timestamp
from modeleval.sagemaker.resolver import Resolver

GROUP = "support-llama"
NOVA = "amazon.nova-lite-v1:0"


class FakeModels:
    """Bedrock's models: those that are there."""

    def __init__(self, *there: str) -> None:
        self._there = there

    def check(self, text: str, purpose: Purpose, *, allowed: tuple[str, ...], field: str) -> None:
        assert text in allowed
        if text not in self._there:
            raise purpose.not_found(f"There is no {text}", where=field, action="Choose another.")


def never() -> Any:
    raise AssertionError("not to be asked")


def resolver(client: FakeSageMaker, region: str = REGION) -> Resolver:
    return Resolver(ModelRegistry(lambda: client), never, region=region)


def resolve(client: FakeSageMaker, text: str, **options: Any) -> ResolvedModel:
    return resolver(client).resolve(text, **options)


def refused(client: FakeSageMaker, text: str, **options: Any) -> str:
    with pytest.raises(ModelNotUsable) as caught:
        resolve(client, text, **options)
    assert caught.value.where == options.get("field", "input.model")
    return str(caught.value)


@pytest.fixture
def client() -> FakeSageMaker:
    """Versions 1 to 11 of a group, registered out of order; 2 and 9 are approved."""
    fake = FakeSageMaker()
    for version in (3, 10, 1, 11, 2, 9, 4, 5, 6, 7, 8):
        approval = "Approved" if version in (2, 9) else "PendingManualApproval"
        fake.add_version(GROUP, version, ModelApprovalStatus=approval)
    fake.add_version("support-llama-old", 99)
    return fake


def test_a_versioned_package(client: FakeSageMaker) -> None:
    text = arn(f"model-package/{GROUP}/3")
    assert resolve(client, f" {text} ").to_document() == {
        "asked": text,
        "source": "modelPackage",
        "identifier": text,
        "group": GROUP,
        "groupArn": arn(f"model-package-group/{GROUP}"),
        "version": 3,
        "approvalStatus": "PendingManualApproval",
        "createdAt": "2026-11-20T07:30:01.250Z",
        "baseModelName": BASE,
        "baseModelVersion": "1.33.0",
        "baseModelArn": arn(f"hub-content/SageMakerPublicHub/Model/{BASE}/1.33.0", account="aws"),
        "artifactUri": f"s3://models/model-package/{GROUP}/3/weights/",
    }


def test_the_document_is_read_back(client: FakeSageMaker) -> None:
    model = resolve(client, GROUP)
    assert ResolvedModel.model_validate(model.to_document()) == model


@pytest.mark.parametrize(
    "text", [GROUP, arn(f"model-package-group/{GROUP}"), arn(f"model-package/{GROUP}")]
)
@pytest.mark.parametrize(("which", "version"), [("latest", 11), ("approved", 9)])
def test_a_group_means_its_highest_version(
    client: FakeSageMaker, text: str, which: str, version: int
) -> None:
    model = resolve(client, text, which=which)
    assert (model.asked, model.version) == (text, version)
    assert model.subject == f"{GROUP}/{version}"


def test_a_named_version_is_that_version_whichever_is_wanted(client: FakeSageMaker) -> None:
    assert resolve(client, arn(f"model-package/{GROUP}/4"), which="approved").version == 4


def test_an_unversioned_package_of_no_group(client: FakeSageMaker) -> None:
    text = client.add_unversioned("alone")
    model = resolve(client, text)
    assert (model.identifier, model.group, model.group_arn, model.version) == (
        text,
        None,
        None,
        None,
    )
    assert (model.name, model.version_text, model.subject) == ("alone", "alone", "alone")


@pytest.mark.parametrize(
    ("part", "region"), [("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1")]
)
@pytest.mark.parametrize("resource", ["model-package/g/1", "model-package-group/g"])
def test_other_partitions_keep_their_own(part: str, region: str, resource: str) -> None:
    fake = FakeSageMaker()
    place = {"part": part, "region": region}
    fake.add_version("g", 1, place=place)
    model = resolver(fake, region).resolve(arn(resource, **place))
    assert model.identifier == arn("model-package/g/1", **place)
    assert model.group_arn == arn("model-package-group/g", **place)
    assert model.base_model_arn == arn(
        f"hub-content/SageMakerPublicHub/Model/{BASE}/1.33.0", account="aws", **place
    )


@pytest.mark.parametrize(
    "resource",
    [f"model-package/{GROUP}/7", f"model-package/{GROUP}", f"model-package-group/{GROUP}"],
)
def test_another_account_is_asked_by_arn(client: FakeSageMaker, resource: str) -> None:
    """The account's own group of the same name is not meant."""
    client.add_version(GROUP, 7, place={"account": OTHER})
    model = resolve(client, arn(resource, account=OTHER))
    assert model.identifier == arn(f"model-package/{GROUP}/7", account=OTHER)
    assert all(
        OTHER in request["ModelPackageGroupName"]
        for request in client.asked("list_model_packages")
        + client.asked("describe_model_package_group")
    )


@pytest.mark.parametrize(
    ("resource", "operation"),
    [
        (f"model-package/{GROUP}/7", "describe_model_package"),
        (f"model-package/{GROUP}", "describe_model_package_group"),
        (f"model-package-group/{GROUP}", "list_model_packages"),
    ],
)
def test_a_denial_names_the_resource_policy(
    client: FakeSageMaker, resource: str, operation: str
) -> None:
    client.add_version(GROUP, 7, place={"account": OTHER})
    client.failures[operation] = "AccessDeniedException"
    said = refused(client, arn(resource, account=OTHER))
    assert "put-model-package-group-policy" in said
    assert OTHER in said


def test_a_denial_of_a_plain_name_is_no_word_on_the_model(client: FakeSageMaker) -> None:
    client.failures["describe_model_package_group"] = "AccessDeniedException"
    with pytest.raises(ClientError):
        resolve(client, GROUP)


def test_another_region_is_refused_without_asking(client: FakeSageMaker) -> None:
    said = refused(client, arn(f"model-package/{GROUP}/3", region="eu-west-1"))
    assert "eu-west-1" in said
    assert REGION in said
    assert client.calls == []


def test_a_jumpstart_model_is_its_own_base_model(client: FakeSageMaker) -> None:
    model = resolve(client, BASE)
    assert model.source is ModelSource.JUMPSTART
    assert (model.identifier, model.name, model.subject) == (BASE, BASE, BASE)
    assert (model.base_model_name, model.version_text) == (BASE, "1.33.0")
    assert model.base_model_arn == arn(
        f"hub-content/SageMakerPublicHub/Model/{BASE}/1.33.0", account="aws"
    )
    assert model.group_arn is None


def test_a_group_comes_before_a_jumpstart_model_of_the_same_name(client: FakeSageMaker) -> None:
    client.add_version(BASE, 1)
    assert resolve(client, BASE).source is ModelSource.PACKAGE


def test_a_bedrock_model_needs_no_sagemaker() -> None:
    asked = Resolver(
        ModelRegistry(never), lambda: FakeModels(NOVA), region=REGION, bedrock_models=(NOVA,)
    )
    found = asked.resolve(NOVA)
    assert found == ResolvedModel.model_validate(
        {"asked": NOVA, "source": "bedrock", "identifier": NOVA}
    )
    assert (found.name, found.version_text, found.subject) == (NOVA, NOVA, NOVA)
    assert not found.is_nova


def test_a_bedrock_model_that_is_not_there() -> None:
    asked = Resolver(ModelRegistry(never), FakeModels, region=REGION, bedrock_models=(NOVA,))
    with pytest.raises(ModelNotUsable, match=r"There is no .*input\.model"):
        asked.resolve(NOVA)


@pytest.mark.parametrize("name", ["nova-textgeneration-lite-v2", "amazon-NOVA-micro"])
def test_nova_by_the_base_models_name(name: str) -> None:
    fake = FakeSageMaker(base=name)
    fake.add_version(
        "g",
        1,
        InferenceSpecification={"Containers": [container("x", BaseModel={"HubContentName": name})]},
    )
    model = resolve(fake, "g")
    assert model.is_nova
    assert model.base_model_version is None
    assert model.base_model_arn == arn(
        f"hub-content/SageMakerPublicHub/Model/{name}", account="aws"
    )


PRIVATE_HUB = {
    "S3DataSource": {
        "S3Uri": "s3://b/w",
        "HubAccessConfig": {"HubContentArn": arn(f"hub-content/own-hub/Model/{BASE}/1.0.0")},
    }
}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"InferenceSpecification": None}, "no InferenceSpecification"),
        ({"InferenceSpecification": {}}, "no InferenceSpecification"),
        ({"InferenceSpecification": {"Containers": []}}, "names no container"),
        ({"Containers": [{"Image": "i"}]}, "names no base model"),
        ({"Containers": [{"BaseModel": {}}]}, "names no base model"),
        ({"Containers": [{"BaseModel": {"HubContentVersion": "1.0.0"}}]}, "names no base model"),
        ({"Containers": [{"Image": "i"}, container("x")]}, "names no base model"),
        ({"Containers": [{"BaseModel": {"HubContentName": "own"}}]}, "own, which is not in Sage"),
        ({"Containers": [container("x", ModelDataSource=PRIVATE_HUB)]}, "in another hub"),
        ({"ModelPackageStatus": "Pending"}, "is Pending, not Completed"),
        ({"ModelPackageStatus": "InProgress"}, "Wait until it is Completed"),
        ({"ModelPackageStatus": "Failed"}, "Register it again"),
        ({"ModelPackageStatus": "Deleting"}, "is Deleting"),
    ],
)
def test_packages_that_cannot_be_evaluated(
    client: FakeSageMaker, changes: dict[str, Any], said: str
) -> None:
    if "Containers" in changes:
        changes = {"InferenceSpecification": changes}
    client.add_version(GROUP, 12, **changes)
    assert said in refused(client, GROUP)  # and not silently version 11


@pytest.mark.parametrize(
    ("changes", "uri"),
    [
        ({}, "s3://models/x/weights/"),
        ({"ModelDataSource": None, "ModelDataUrl": "s3://b/model.tar.gz"}, "s3://b/model.tar.gz"),
        (
            {
                "ModelDataSource": None,
                "AdditionalModelDataSources": [{"S3DataSource": {"S3Uri": "s3://b/adapter/"}}],
            },
            "s3://b/adapter/",
        ),
        ({"ModelDataSource": None}, None),
    ],
)
def test_where_the_weights_lie(changes: dict[str, Any], uri: str | None) -> None:
    fake = FakeSageMaker()
    fake.add_version("g", 1, InferenceSpecification={"Containers": [container("x", **changes)]})
    assert resolve(fake, "g").artifact_uri == uri


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (arn(f"model-package/{GROUP}/12"), "has no version 12 (input.model). Its latest is 11."),
        (arn("model-package/suport-llama/3"), "Did you mean support-llama or support-llama-old?"),
        (arn("model-package/suport-llama"), "Did you mean support-llama"),
        (arn("model-package-group/suport-llama"), "Did you mean support-llama"),
        ("Support-Lama", "Did you mean support-llama"),
        ("quite-different", "find-model"),
        (arn("model-package/support-lama/3", account=OTHER), "There is no model package"),
    ],
)
def test_what_is_not_there(client: FakeSageMaker, text: str, said: str) -> None:
    assert said in refused(client, text)


def test_groups_of_this_account_are_not_proposed_for_another(client: FakeSageMaker) -> None:
    said = refused(client, arn("model-package/support-lama/3", account=OTHER))
    assert "Did you mean" not in said


@pytest.mark.parametrize("form", ["{}", arn("model-package-group/{}")])
def test_a_mistyped_jumpstart_id_is_told_the_closest_ones(client: FakeSageMaker, form: str) -> None:
    """A group's ARN means no JumpStart model."""
    client.hub |= dict.fromkeys(["a-model", "b-model", "meta-textgeneration-llama-3-3-70b"], "1.0")
    said = refused(client, form.format("meta-textgeneration-llama-3-2-1b-instuct"))
    named = "Did you mean meta-textgeneration-llama-3-2-1b-instruct or meta-textgeneration" in said
    assert named is (form == "{}")
    assert len(client.asked("list_hub_contents")) == (2 if form == "{}" else 0)


def test_groups_are_proposed_where_the_hub_may_not_be_listed(client: FakeSageMaker) -> None:
    client.failures["list_hub_contents"] = "AccessDeniedException"
    assert "Did you mean support-llama" in refused(client, "suport-llama")


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException", "Strange"])
def test_a_hint_that_fails_hides_nothing(client: FakeSageMaker, code: str) -> None:
    client.failures["list_model_package_groups"] = code
    assert "There is no model package group" in refused(client, "suport-llama", field="model")


def test_groups_without_versions(client: FakeSageMaker) -> None:
    client.add_group("empty")
    assert "has no version (input.model)" in refused(client, "empty")
    client.add_version("new", 1)
    assert "has no version that is approved" in refused(client, "new", which="approved")


@pytest.mark.parametrize("code", ["ThrottlingException", "ServiceUnavailable"])
@pytest.mark.parametrize(
    "operation",
    [
        "describe_model_package",
        "describe_model_package_group",
        "list_model_packages",
        "describe_hub_content",
    ],
)
def test_throttling_is_worth_another_try(client: FakeSageMaker, operation: str, code: str) -> None:
    client.failures[operation] = code
    with pytest.raises(TransientServiceError):
        resolve(client, GROUP)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (None, None),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "2026-01-02T03:04:05.000Z"),
        (
            datetime(2026, 1, 2, 3, 4, 5, 999, tzinfo=timezone(timedelta(hours=2))),
            "2026-01-02T01:04:05.000Z",
        ),
        (datetime(2026, 1, 2, 3, 4, 5), "2026-01-02T03:04:05.000Z"),  # noqa: DTZ001 - that is it
    ],
)
def test_timestamps(moment: datetime | None, text: str | None) -> None:
    assert timestamp(moment) == text
