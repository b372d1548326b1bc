"""Hub contents: the public hub's models with their files, and the account's own hubs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from sagemaker_world import BASE, SageMakerWorld, refused
from standin_world import FAST, World, statement, unique

PUBLIC = "SageMakerPublicHub"
FILES = "jumpstart-cache-prod-us-east-1"
LAMBDA = "arn:aws:lambda:us-east-1:000000000000:function:scorer"


@pytest.fixture
def sagemaker(world: World) -> SageMakerWorld:
    return SageMakerWorld(world)


def model(sagemaker: SageMakerWorld, name: str, **more: Any) -> dict[str, Any]:
    content: dict[str, Any] = sagemaker.client.describe_hub_content(
        HubName=PUBLIC, HubContentType="Model", HubContentName=name, **more
    )
    return content


def recipes(content: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    collection = json.loads(content["HubContentDocument"])["RecipeCollection"]
    return [recipe for recipe in collection if recipe.get("EvaluationType") == kind]


def body(client: Any, uri: str) -> Any:
    bucket, key = uri.removeprefix("s3://").split("/", 1)
    return json.loads(client.get_object(Bucket=bucket, Key=key)["Body"].read())


def test_a_base_model_and_its_parameters(sagemaker: SageMakerWorld) -> None:
    content = model(sagemaker, BASE)
    arn = f"arn:aws:sagemaker:us-east-1:aws:hub-content/{PUBLIC}/Model/{BASE}"
    assert content["HubContentArn"] == f"{arn}/1.33.0"
    assert model(sagemaker, BASE, HubContentVersion="1.32.0")["HubContentVersion"] == "1.32.0"
    (recipe,) = recipes(content, "DeterministicEvaluation")
    assert recipe["Type"] == "Evaluation"
    parameters = body(sagemaker.world.s3, recipe["SmtjOverrideParamsS3Uri"])
    assert parameters["max_new_tokens"]["default"] == 8192
    defaults = {name: str(entry["default"]) for name, entry in parameters.items()}
    assert defaults["max_model_len"] == "12000"
    assert defaults["postprocessing"] == "False"


def test_every_recipe_has_its_file(sagemaker: SageMakerWorld) -> None:
    answer = sagemaker.client.list_hub_contents(HubName=PUBLIC, HubContentType="Model")
    seen = 0
    for summary in answer["HubContentSummaries"]:
        content = model(sagemaker, summary["HubContentName"])
        for recipe in json.loads(content["HubContentDocument"])["RecipeCollection"]:
            parameters = body(sagemaker.world.s3, recipe["SmtjOverrideParamsS3Uri"])
            assert all("default" in entry for entry in parameters.values())
            seen += 1
    assert seen > 10


def test_versions_are_ordered_by_number(sagemaker: SageMakerWorld) -> None:
    assert model(sagemaker, "huggingface-reasoning-qwen3-06b")["HubContentVersion"] == "1.10.0"


def test_nova_and_a_model_without_evaluation(sagemaker: SageMakerWorld) -> None:
    nova = model(sagemaker, "nova-textgeneration-lite-v2")
    assert recipes(nova, "DeterministicTextBenchmark")
    assert recipes(nova, "DeterministicMultiModalBenchmark")
    none = model(sagemaker, "huggingface-llm-mistral-7b-instruct")
    assert not recipes(none, "DeterministicEvaluation")


def test_unknown_contents_and_hubs(sagemaker: SageMakerWorld) -> None:
    describe = sagemaker.client.describe_hub_content
    missing = "ResourceNotFound"
    asked = {"HubContentType": "Model", "HubContentName": "no-such-model"}
    refused(describe, missing, HubName=PUBLIC, **asked)
    refused(describe, missing, HubName="NoSuchHub", **asked)
    known = {"HubContentType": "Model", "HubContentName": BASE}
    refused(describe, missing, HubName=PUBLIC, HubContentVersion="9.9.9", **known)


def test_pages_of_models(sagemaker: SageMakerWorld) -> None:
    asked = {"HubName": PUBLIC, "HubContentType": "Model", "SortBy": "HubContentName"}
    found, token = [], {}
    while True:  # botocore has no paginator for it
        page = sagemaker.client.list_hub_contents(**asked, MaxResults=2, **token)
        found.append([item["HubContentName"] for item in page["HubContentSummaries"]])
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    names = [name for page in found for name in page]
    assert len(found) > 1
    assert names == sorted(names)
    assert names.count(BASE) == 1
    some = sagemaker.client.list_hub_contents(
        HubName=PUBLIC, HubContentType="Model", NameContains="LLAMA"
    )
    assert {"llama" in item["HubContentName"] for item in some["HubContentSummaries"]} == {True}


def test_the_public_files_need_a_policy(sagemaker: SageMakerWorld) -> None:
    aws, key = sagemaker.world.aws, "fmhMetadata/supported-llmaj-judge-models.json"
    reader = statement("s3:GetObject", f"arn:aws:s3:::{FILES}/*")
    allowed = aws.client("s3", config=FAST, **sagemaker.user(reader))
    judges = body(allowed, f"s3://{FILES}/{key}")["supported_judge_models"]
    assert {"model_id": "amazon.nova-pro-v1:0"} in judges
    other = statement("s3:GetObject", "arn:aws:s3:::elsewhere/*")
    denied = aws.client("s3", config=FAST, **sagemaker.user(other))
    with pytest.raises(ClientError, match="AccessDenied"):
        denied.get_object(Bucket=FILES, Key=key)


def evaluator(**changes: Any) -> str:
    inner = {"Reference": LAMBDA, "EvaluatorType": "RewardFunction", **changes}
    return json.dumps({"SubType": "AWS/Evaluator", "JsonContent": json.dumps(inner)})


@pytest.fixture
def own(sagemaker: SageMakerWorld) -> str:
    name = unique("hub")
    sagemaker.client.create_hub(HubName=name, HubDescription="ours")
    return name


def imported(own: str, **changes: Any) -> dict[str, Any]:
    return {
        "HubName": own,
        "HubContentType": "JsonDoc",
        "HubContentName": "scorer",
        "DocumentSchemaVersion": "2.0.0",
        "HubContentDocument": evaluator(),
        **changes,
    }


def test_contents_of_ones_own(sagemaker: SageMakerWorld, own: str) -> None:
    client, keywords = sagemaker.client, ["@evaluatortype:rewardfunction"]
    request = imported(own, HubContentVersion="1.0.0", HubContentSearchKeywords=keywords)
    arn = client.import_hub_content(**request)["HubContentArn"]
    assert arn == sagemaker.arn(f"hub-content/{own}/JsonDoc/scorer/1.0.0")
    refused(client.import_hub_content, "ResourceInUse", **request)
    assert client.import_hub_content(**imported(own))["HubContentArn"].endswith("/1.0.1")
    asked = {"HubName": own, "HubContentType": "JsonDoc", "HubContentName": "scorer"}
    assert client.describe_hub_content(**asked)["HubContentVersion"] == "1.0.1"
    shown = client.describe_hub_content(**asked, HubContentVersion="1.0.0")
    assert shown["HubContentDocument"] == evaluator()
    assert shown["HubContentSearchKeywords"] == keywords
    assert shown["HubContentStatus"] == "Available"
    client.delete_hub_content(**asked, HubContentVersion="1.0.1")
    assert client.describe_hub_content(**asked)["HubContentVersion"] == "1.0.0"


def test_hubs(sagemaker: SageMakerWorld, own: str) -> None:
    client = sagemaker.client
    assert client.describe_hub(HubName=own)["HubStatus"] == "InService"
    by_arn = client.describe_hub(HubName=sagemaker.arn(f"hub/{own}"))
    assert by_arn["HubDescription"] == "ours"
    hubs = client.list_hubs(NameContains=own)["HubSummaries"]
    assert [hub["HubName"] for hub in hubs] == [own]
    refused(client.create_hub, "ResourceInUse", HubName=own, HubDescription="again")
    refused(client.describe_hub, "ResourceNotFound", HubName="NoSuchHub")


@pytest.mark.parametrize(
    "changes",
    [
        {"DocumentSchemaVersion": "9.0.0"},
        {"HubContentDocument": "not JSON"},
        {"HubContentDocument": "{}"},
        {"HubContentDocument": evaluator(Reference="s3://bucket/file.py")},
        {"HubContentDocument": evaluator(EvaluatorType="Judge")},
        {"HubContentType": "DataSet"},
        {"HubContentName": "_scorer"},
        {"HubContentVersion": "one.0.0"},
    ],
)
def test_imports_are_checked(sagemaker: SageMakerWorld, own: str, changes: dict[str, Any]) -> None:
    request = imported(own, **changes)
    refused(sagemaker.client.import_hub_content, "ValidationException", **request)


def test_data_sets(sagemaker: SageMakerWorld, own: str) -> None:
    document = {"DatasetS3Bucket": "data", "DatasetS3Prefix": "questions.jsonl"}
    request = imported(
        own,
        HubContentType="DataSet",
        HubContentName="questions",
        HubContentDocument=json.dumps(document),
    )
    arn = sagemaker.client.import_hub_content(**request)["HubContentArn"]
    assert arn.endswith("/DataSet/questions/1.0.0")


def test_the_public_hub_is_not_ours(sagemaker: SageMakerWorld) -> None:
    call = sagemaker.client.import_hub_content
    refused(call, "AccessDeniedException", **imported(PUBLIC))
