from __future__ import annotations

import json
from typing import Any

import pytest
import typer
from botocore.exceptions import ClientError
from model_registry_fake import BASE, FakeSageMaker, arn, container
from typer.testing import CliRunner

from modeleval.cli import models
from modeleval.errors import ModelNotUsable
from modeleval.sagemaker.clues import related
from modeleval.sagemaker.finding import FoundGroup, find, nothing_found

DATASET = arn("hub-content/own/DataSet/questions/1.0.0")


@pytest.fixture
def client() -> FakeSageMaker:
    """Two groups of one word; the job `tune-7` made support-llama/2 and says so, `tune-8` does
    not say that it made billing-llama/1."""
    fake = FakeSageMaker()
    for version in (2, 1, 10):
        fake.add_version("support-llama", version)
    fake.add_version("support-qwen", 1)
    fake.add_version(
        "billing-llama",
        1,
        InferenceSpecification={
            "Containers": [
                container("x", ModelDataSource=None, ModelDataUrl="s3://out/tune-8/output/model/")
            ]
        },
    )
    fake.jobs = {
        "tune-7": {
            "TrainingJobName": "tune-7",
            "OutputModelPackageArn": arn("model-package/support-llama/2"),
            "OutputDataConfig": {"S3OutputPath": "s3://out"},
            "InputDataConfig": [
                {"DataSource": {"DatasetSource": {"DatasetArn": DATASET}}},
            ],
        },
        "tune-8": {
            "TrainingJobName": "tune-8",
            "OutputDataConfig": {"S3OutputPath": "s3://out/"},
            "InputDataConfig": [
                {"DataSource": {"S3DataSource": {"S3Uri": "s3://data/billing/train.jsonl"}}},
            ],
        },
    }
    return fake


def marked(groups: list[FoundGroup]) -> dict[str, str]:
    return {
        f"{group.name}/{package.version}": package.match
        for group in groups
        for package in group.packages
        if package.match
    }


def test_by_part_of_a_name(client: FakeSageMaker) -> None:
    groups = find("support", client)
    assert [group.name for group in groups] == ["support-llama", "support-qwen"]
    assert [package.version for package in groups[0].packages] == [10, 2, 1]
    assert groups[0].packages[0].to_document() == {
        "arn": arn("model-package/support-llama/10"),
        "version": 10,
        "status": "Completed",
        "approvalStatus": "PendingManualApproval",
        "createdAt": "2026-11-20T07:30:01.250Z",
        "baseModelName": BASE,
        "baseModelVersion": "1.33.0",
        "artifactUris": ["s3://models/model-package/support-llama/10/weights/"],
    }


@pytest.mark.parametrize(
    ("keyword", "found"),
    [
        ("tune-7", {"support-llama/2": "made by the training job tune-7"}),
        (arn("training-job/tune-7"), {"support-llama/2": "made by the training job tune-7"}),
        ("tune-8", {"billing-llama/1": "made by the training job tune-8"}),
        (arn("training-job/tune-8"), {"billing-llama/1": "made by the training job tune-8"}),
        (DATASET, {"support-llama/2": "made by the training job tune-7"}),
        (
            "s3://data/billing/train.jsonl",
            {"billing-llama/1": "made by the training job tune-8"},
        ),
        ("s3://data/billing/", {"billing-llama/1": "made by the training job tune-8"}),
        ("s3://out/tune-8", {"billing-llama/1": "lies at s3://out/tune-8"}),
        (
            "s3://out/tune-8/output/model/part.bin",
            {"billing-llama/1": "lies at s3://out/tune-8/output/model/part.bin"},
        ),
        (
            arn("model-package/support-llama/1"),
            {"support-llama/1": "the package that was named"},
        ),
        ("s3://out/tune", {}),
        ("tune-9", {}),
        (arn("training-job/tune-9"), {}),
        (arn("model-package/support-llama/77"), {}),
        (arn("hub-content/own/DataSet/other/1.0.0"), {}),
        ("arn:x", {}),
        ("what is this?", {}),
    ],
)
def test_what_leads_to_one_package(
    client: FakeSageMaker, keyword: str, found: dict[str, str]
) -> None:
    groups = find(keyword, client)
    assert marked(groups) == found
    assert len(groups) == len(found)


def test_a_word_that_is_a_group_and_a_job(client: FakeSageMaker) -> None:
    client.jobs["support"] = client.jobs["tune-8"] | {"TrainingJobName": "support"}
    client.jobs["support"]["ModelArtifacts"] = {"S3ModelArtifacts": "s3://out/tune-8/output/"}
    groups = find("support", client)
    assert [group.name for group in groups] == ["billing-llama", "support-llama", "support-qwen"]
    assert list(marked(groups)) == ["billing-llama/1"]


def test_a_group_by_its_arn(client: FakeSageMaker) -> None:
    [group] = find(arn("model-package-group/support-qwen"), client)
    assert group.name == "support-qwen"


def test_a_job_that_names_its_group_is_searched_for_there_only(client: FakeSageMaker) -> None:
    group = arn("model-package-group/billing-llama")
    client.jobs["tune-8"]["ModelPackageConfig"] = {"ModelPackageGroupArn": group}
    assert marked(find(arn("training-job/tune-8"), client))
    assert client.asked("list_model_package_groups") == []


def test_packages_without_base_model_are_shown(client: FakeSageMaker) -> None:
    client.add_version("plain", 1, InferenceSpecification=None)
    [group] = find("plain", client)
    assert (group.packages[0].base_model_name, group.packages[0].artifact_uris) == (None, ())


@pytest.mark.parametrize(
    "keyword", [arn("endpoint/e"), "arn:aws:lambda:us-west-2:111122223333:function:f"]
)
def test_other_arns_are_refused(client: FakeSageMaker, keyword: str) -> None:
    with pytest.raises(ModelNotUsable, match=r"ARN.*KEYWORD"):
        find(keyword, client)


def test_who_may_not_look_at_jobs_still_finds_groups(client: FakeSageMaker) -> None:
    client.failures["describe_training_job"] = "AccessDeniedException"
    assert find("support", client)
    with pytest.raises(ClientError, match="AccessDenied"):
        find(arn("training-job/tune-7"), client)


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("s3://b/a", "s3://b/a", True),
        ("s3://b/a/", "s3://b/a", True),
        ("s3://b/a", "s3://b/a/c", True),
        ("s3://b/a/c", "s3://b/a", True),
        ("s3://b/a", "s3://b/ab", False),
        ("s3://b/a", "s3://c/a", False),
        ("s3://b", "s3://bc/a", False),
    ],
)
def test_below_and_above(one: str, other: str, found: bool) -> None:
    assert related(one, other) is found


def run(client: FakeSageMaker, monkeypatch: pytest.MonkeyPatch, *words: str) -> Any:
    monkeypatch.setattr(models.boto3, "client", lambda *_, **__: client)
    app = typer.Typer()
    models.register(app)
    app.command("other")(lambda: None)  # with one command alone, typer wants no name
    return CliRunner().invoke(app, ["find-model", *words])


def test_the_command_prints_a_table(client: FakeSageMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(client, monkeypatch, "tune-7")
    assert result.exit_code == 0, result.output
    assert arn("model-package/support-llama/2") in result.output
    assert "made by the training job tune-7" in result.output
    assert "Base model" in result.output


def test_the_command_prints_json(client: FakeSageMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(client, monkeypatch, "qwen", "--json")
    [group] = json.loads(result.output)
    assert group["arn"] == arn("model-package-group/support-qwen")


def test_no_result_is_an_error_with_the_closest_names(
    client: FakeSageMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run(client, monkeypatch, "suport-lama")
    assert result.exit_code == 1
    assert isinstance(result.exception, ModelNotUsable)
    assert "support-llama" in result.exception.action
    assert "similar" not in nothing_found("zzzzzz", client).action
