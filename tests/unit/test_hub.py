from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from botocore.stub import Stubber

from modeleval.errors import (
    DatasetNotFound,
    ModelNotUsable,
    ScorerNotUsable,
    TransientServiceError,
)
from modeleval.sagemaker.hub import Hub, HubDataset, HubScorer
from modeleval.sagemaker.hub_arns import (
    HubArn,
    parse_dataset_arn,
    parse_evaluator,
    parse_hub_arn,
)
from modeleval.sagemaker.recipes import (
    EvaluationRecipe,
    ParameterSpec,
    benchmark_recipe,
    parameter_specs,
)

LLAMA = "meta-textgeneration-llama-3-2-1b-instruct"
BASE = "arn:aws:sagemaker:us-west-2:111122223333:hub-content/MyHub/"
SCORER = BASE + "JsonDoc/my-scorer/1.0.0"
DATASET = BASE + "DataSet/my-data/2.0.0"
FIELD = "evaluations[0].evaluator"
BUCKET = "jumpstart-cache-prod-us-west-2"
OVERRIDES = {
    "top_p": {"default": 1.0, "type": "float", "min": 0, "max": 1},
    "max_new_tokens": {"default": 8192, "type": "integer", "min": 1, "max": 16384},
    "instance_count": {"default": 1, "type": "integer"},
    "aggregation": {"default": "mean", "type": "string", "enum": ["mean", "min"]},
    "postprocessing": {"type": "boolean"},
    "temperature": {"default": 0, "required": True},
    "max_model_len": 12000,
}


@pytest.fixture(scope="module")
def client() -> Any:
    return boto3.client(
        "sagemaker",
        region_name="us-west-2",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",  # noqa: S106 - no secret
    )


@pytest.fixture
def sagemaker(client: Any) -> Iterator[Stubber]:
    with Stubber(client) as stub:
        yield stub
        stub.assert_no_pending_responses()


class FileS3:
    def __init__(self, *answers: bytes | str) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, str]] = []

    def get_object(self, **request: str) -> dict[str, Any]:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, str):
            raise ClientError({"Error": {"Code": answer}}, "GetObject")
        return {"Body": StreamingBody(io.BytesIO(answer), len(answer))}


def content(arn: str, document: object, *, status: str = "Available") -> dict[str, Any]:
    parsed = parse_hub_arn(arn)
    assert parsed
    return {
        "HubContentName": parsed.name,
        "HubContentArn": arn,
        "HubContentVersion": parsed.version or "1.0.0",
        "HubContentType": parsed.content_type,
        "DocumentSchemaVersion": "2.0.0",
        "HubName": parsed.hub,
        "HubArn": parsed.hub_arn,
        "HubContentDocument": document if isinstance(document, str) else json.dumps(document),
        "HubContentStatus": status,
        "CreationTime": datetime(2026, 11, 1, tzinfo=UTC),
    }


def recipe(kind: str = "DeterministicEvaluation", **changes: Any) -> dict[str, Any]:
    uri = f"s3://{BUCKET}/recipes/{kind}.json"
    return {"Type": "Evaluation", "EvaluationType": kind, "SmtjOverrideParamsS3Uri": uri} | changes


def describe_model(stub: Stubber, document: object, name: str = LLAMA) -> None:
    arn = f"arn:aws:sagemaker:us-west-2:aws:hub-content/SageMakerPublicHub/Model/{name}/1.33.0"
    stub.add_response(
        "describe_hub_content",
        content(arn, document),
        {"HubName": "SageMakerPublicHub", "HubContentType": "Model", "HubContentName": name},
    )


def describe(stub: Stubber, arn: str, document: object, **changes: Any) -> None:
    stub.add_response("describe_hub_content", content(arn, document, **changes))


def missing(stub: Stubber, code: str = "ResourceNotFound") -> None:
    stub.add_client_error("describe_hub_content", service_error_code=code)


def hub(stub: Stubber, *files: bytes | str) -> Hub:
    s3 = FileS3(*files)
    return Hub(lambda: stub.client, lambda: s3)


def test_the_parameters_are_the_recipes_in_the_order_of_a_definition(sagemaker: Stubber) -> None:
    training = {"Type": "FineTuning", "EvaluationType": "DeterministicEvaluation"}
    describe_model(sagemaker, {"RecipeCollection": [training, recipe("LLMAJEvaluation"), recipe()]})
    s3 = FileS3(json.dumps(OVERRIDES).encode())
    found = Hub(lambda: sagemaker.client, lambda: s3).evaluation_parameters(
        LLAMA, EvaluationRecipe.DETERMINISTIC
    )
    assert s3.asked == [{"Bucket": BUCKET, "Key": "recipes/DeterministicEvaluation.json"}]
    assert list(found.items()) == [
        ("max_new_tokens", ParameterSpec(8192, "integer", 1, 16384)),
        ("temperature", ParameterSpec(0, required=True)),
        ("top_p", ParameterSpec(1.0, "float", 0, 1)),
        ("aggregation", ParameterSpec("mean", "string", choices=("mean", "min"))),
    ]


@pytest.mark.parametrize(
    ("entry", "spec"),
    [
        ({"type": "int", "min": "1", "max": "16384"}, ParameterSpec(0, "integer", 1, 16384)),
        ({"type": "Float", "min": "0.5", "max": "1e3"}, ParameterSpec(0, "float", 0.5, 1000)),
        ({"type": "bool"}, ParameterSpec(0, "boolean")),
        ({"type": "str"}, ParameterSpec(0, "string")),
        ({"min": "", "max": "much"}, ParameterSpec(0)),
        ({"min": "inf", "max": "1e999"}, ParameterSpec(0)),
        ({"min": True, "max": None}, ParameterSpec(0)),
    ],
)
def test_limits_may_be_texts_and_types_have_other_names(
    entry: dict[str, Any], spec: ParameterSpec
) -> None:
    file = json.dumps({"top_k": {"default": 0, **entry}}).encode()
    assert parameter_specs(file, base_model_name=LLAMA) == {"top_k": spec}


def test_a_model_is_described_once_for_several_evaluations(sagemaker: Stubber) -> None:
    describe_model(sagemaker, {"RecipeCollection": [recipe()]})
    looked = hub(sagemaker, b"{}", b"{}")
    for _ in range(2):
        assert looked.evaluation_parameters(LLAMA, EvaluationRecipe.DETERMINISTIC) == {}


@pytest.mark.parametrize(
    ("model", "benchmark", "wanted"),
    [
        (LLAMA, "mmlu", "DeterministicEvaluation"),
        (LLAMA, "mmmu", "DeterministicEvaluation"),
        ("amazon-Nova-lite", "mmlu", "DeterministicTextBenchmark"),
        ("amazon-nova-lite", "mmmu", "DeterministicMultiModalBenchmark"),
    ],
)
def test_nova_has_recipes_of_its_own(model: str, benchmark: str, wanted: str) -> None:
    assert benchmark_recipe(model, benchmark) == wanted


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({}, "DownstreamServiceUnavailable"),
        ({"RecipeCollection": []}, "no evaluation recipe DeterministicEvaluation"),
        ({"RecipeCollection": [recipe(Type="FineTuning")]}, "no evaluation recipe"),
        ({"RecipeCollection": [recipe("Other"), "x"]}, "it has Other"),
        ({"RecipeCollection": [recipe(SmtjOverrideParamsS3Uri=None)]}, "names no file"),
        ({"RecipeCollection": [recipe(SmtjOverrideParamsS3Uri="https://x/y")]}, "names no file"),
        ([], "no evaluation recipe"),
        ("not JSON", "is not JSON"),
    ],
)
def test_a_model_without_the_recipe_is_refused(
    sagemaker: Stubber, document: object, said: str
) -> None:
    describe_model(sagemaker, document)
    with pytest.raises(ModelNotUsable, match=said) as caught:
        hub(sagemaker).evaluation_parameters(LLAMA, EvaluationRecipe.DETERMINISTIC)
    assert LLAMA in str(caught.value)


def test_a_model_that_the_public_hub_lacks_is_refused(sagemaker: Stubber) -> None:
    missing(sagemaker)
    with pytest.raises(ModelNotUsable, match=f"has no model {LLAMA}"):
        hub(sagemaker).evaluation_parameters(LLAMA, EvaluationRecipe.DETERMINISTIC)


@pytest.mark.parametrize("file", [b"[1]", b"{", b"\xff", "NoSuchKey", "AccessDenied", "403"])
def test_a_file_of_parameters_that_is_none_is_refused(
    sagemaker: Stubber, file: bytes | str
) -> None:
    describe_model(sagemaker, {"RecipeCollection": [recipe()]})
    with pytest.raises(ModelNotUsable):
        hub(sagemaker, file).evaluation_parameters(LLAMA, EvaluationRecipe.DETERMINISTIC)


def test_what_may_not_be_read_is_awss_own_error(sagemaker: Stubber) -> None:
    """Of a file, `AccessDenied` may also mean that it is missing."""
    missing(sagemaker, "AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDenied"):
        hub(sagemaker).evaluation_parameters(LLAMA, EvaluationRecipe.DETERMINISTIC)


def test_a_throttled_hub_is_asked_again_later(sagemaker: Stubber) -> None:
    missing(sagemaker, "ThrottlingException")
    with pytest.raises(TransientServiceError):
        hub(sagemaker).evaluation_parameters(LLAMA, EvaluationRecipe.DETERMINISTIC)


DATA = {"DatasetS3Bucket": "data", "DatasetS3Prefix": "sets/a.jsonl"}


def test_a_dataset_lies_where_its_document_says(sagemaker: Stubber) -> None:
    sagemaker.add_response(
        "describe_hub_content",
        content(DATASET, DATA),
        {
            "HubName": "MyHub",
            "HubContentType": "DataSet",
            "HubContentName": "my-data",
            "HubContentVersion": "2.0.0",
        },
    )
    found = hub(sagemaker).dataset_document(DATASET)
    assert found == HubDataset("data", "sets/a.jsonl", DATASET, "2.0.0")
    assert found.uri == "s3://data/sets/a.jsonl"


def test_a_dataset_without_a_version_is_the_latest(sagemaker: Stubber) -> None:
    request = {"HubName": "MyHub", "HubContentType": "DataSet", "HubContentName": "my-data"}
    sagemaker.add_response("describe_hub_content", content(DATASET, DATA), request)
    found = hub(sagemaker).dataset_document(DATASET.removesuffix("/2.0.0"))
    assert (found.content_arn, found.version) == (DATASET, "2.0.0")


@pytest.mark.parametrize("own", [None, DATASET.replace("1111", "9999")])
def test_another_accounts_hub_is_asked_for_by_its_arn(sagemaker: Stubber, own: str | None) -> None:
    if own:
        describe(sagemaker, own, {"DatasetS3Bucket": "other", "DatasetS3Prefix": "x"})
    else:
        missing(sagemaker)
    arn = "arn:aws:sagemaker:us-west-2:111122223333:hub/MyHub"
    request = {"HubName": arn, "HubContentType": "DataSet", "HubContentName": "my-data"}
    sagemaker.add_response(
        "describe_hub_content", content(DATASET, DATA), request | {"HubContentVersion": "2.0.0"}
    )
    assert hub(sagemaker).dataset_document(DATASET).bucket == "data"


@pytest.mark.parametrize("code", ["ResourceNotFound", "AccessDeniedException"])
def test_a_dataset_that_is_not_there_is_refused(sagemaker: Stubber, code: str) -> None:
    missing(sagemaker)
    missing(sagemaker, code)
    with pytest.raises(DatasetNotFound, match="no such hub content") as caught:
        hub(sagemaker).dataset_document(DATASET, field="evaluations[1].dataset")
    assert caught.value.where == "evaluations[1].dataset"


@pytest.mark.parametrize("document", [{}, {"DatasetS3Bucket": "data"}, "x", "[]"])
def test_a_dataset_that_says_no_place_is_refused(sagemaker: Stubber, document: object) -> None:
    describe(sagemaker, DATASET, document)
    with pytest.raises(DatasetNotFound, match="does not say where"):
        hub(sagemaker).dataset_document(DATASET)


def test_content_that_is_not_available_is_refused(sagemaker: Stubber) -> None:
    describe(sagemaker, DATASET, DATA, status="ImportFailed")
    with pytest.raises(DatasetNotFound, match="is ImportFailed"):
        hub(sagemaker).dataset_document(DATASET)


def scorer_document(**changes: Any) -> dict[str, Any]:
    inner = {"Reference": "arn:lambda", "EvaluatorType": "RewardFunction"} | changes
    return {"SubType": "AWS/Evaluator", "JsonContent": json.dumps(inner)}


def test_a_scorer_stands_for_its_function(sagemaker: Stubber) -> None:
    describe(sagemaker, SCORER, scorer_document())
    assert hub(sagemaker).scorer(SCORER) == HubScorer(SCORER, "arn:lambda")


@pytest.mark.parametrize(
    "document", [{}, scorer_document(EvaluatorType="RewardPrompt"), scorer_document(Reference=None)]
)
def test_another_document_is_no_scorer(sagemaker: Stubber, document: object) -> None:
    describe(sagemaker, SCORER, document)
    with pytest.raises(ScorerNotUsable, match="is not a scorer"):
        hub(sagemaker).scorer(SCORER)


@pytest.mark.parametrize("text", ["prime_math", "prime_code", SCORER])
def test_a_scorer_is_named_by_its_name_or_arn(text: str) -> None:
    assert parse_evaluator(text, field=FIELD) == text


def test_the_built_in_scorers_may_be_written_in_capitals() -> None:
    assert parse_evaluator("Prime_Math", field=FIELD) == "prime_math"


LAMBDA = "arn:aws:lambda:us-west-2:111122223333:function:score-it"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LAMBDA, f"modeleval register scorer {LAMBDA}"),
        (f"{LAMBDA}:live", "is a Lambda function"),
        ("scorers/mine.py", "modeleval register scorer scorers/mine.py"),
        ("prime-maths", "Did you mean prime_math?"),
        ("whatever", "Use prime_math or prime_code"),
        (SCORER.removesuffix("/1.0.0"), "Append the version"),
        (DATASET, "of type DataSet; a scorer is a JsonDoc"),
        ("arn:aws:sagemaker:us-west-2:111122223333:pipeline/x", "sagemaker \\(pipeline\\)"),
        (SCORER.replace("1.0.0", "latest"), "a malformed hub content ARN"),
        (f"{SCORER}\n", "a malformed hub content ARN"),
        ("", "is not a scorer"),
    ],
)
def test_what_is_no_scorer_is_refused_with_what_to_do(text: str, said: str) -> None:
    with pytest.raises(ScorerNotUsable, match=said) as caught:
        parse_evaluator(text, field=FIELD)
    assert caught.value.where == FIELD


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_a_dataset_arn_is_taken_apart(partition: str) -> None:
    text = f"arn:{partition}:sagemaker:r-1:111122223333:hub-content/H-1/DataSet/d-2"
    arn = parse_dataset_arn(text, field=FIELD)
    assert arn == HubArn(text, partition, "r-1", "111122223333", "H-1", "DataSet", "d-2", None)
    assert arn.hub_arn == f"arn:{partition}:sagemaker:r-1:111122223333:hub/H-1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SCORER, "hub content of type JsonDoc"),
        ("s3://bucket/x.jsonl", "an S3 URI"),
        (LAMBDA, "an ARN of lambda \\(function\\)"),
        ("data.jsonl", "no ARN"),
        (DATASET.replace("my-data", "my_data"), "a malformed hub content ARN"),
    ],
)
def test_what_is_no_dataset_is_refused_with_what_it_looks_like(text: str, said: str) -> None:
    with pytest.raises(DatasetNotFound, match=said):
        parse_dataset_arn(text, field=FIELD)
