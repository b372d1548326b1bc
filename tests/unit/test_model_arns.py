from __future__ import annotations

import time

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_registry_fake import arn

from modeleval.errors import ModelNotUsable
from modeleval.sagemaker.arns import base_model_arn, parse_arn, partition_of, read_arn
from modeleval.sagemaker.naming import Form, parse_model

FIELD = "input.model"
QUICK = 0.2  # seconds, for a text that a searching pattern would take minutes for

SAGEMAKER_TYPES = {
    "training-job/tune-1": "a TrainingJob ARN",
    "processing-job/p": "a ProcessingJob ARN",
    "transform-job/t": "a TransformJob ARN",
    "hyper-parameter-tuning-job/h": "a HyperParameterTuningJob ARN",
    "automl-job/a": "an AutoMLJob ARN",
    "compilation-job/c": "a CompilationJob ARN",
    "labeling-job/l": "a LabelingJob ARN",
    "optimization-job/o": "an OptimizationJob ARN",
    "inference-recommendations-job/i": "an InferenceRecommendationsJob ARN",
    "job/AgentRFT/j": "a Job ARN",
    "model/m": "a Model ARN",
    "endpoint/e": "an Endpoint ARN",
    "endpoint-config/e": "an EndpointConfig ARN",
    "model-card/m": "a ModelCard ARN",
    "algorithm/a": "an Algorithm ARN",
    "pipeline/p": "a Pipeline ARN",
    "pipeline/p/execution/abcdefghijkl": "a Pipeline ARN",
    "experiment/e": "an Experiment ARN",
    "experiment-trial/e": "a Trial ARN",
    "experiment-trial-component/e": "a TrialComponent ARN",
    "artifact/a": "an Artifact ARN",
    "action/a": "an Action ARN",
    "context/c": "a Context ARN",
    "feature-group/f": "a FeatureGroup ARN",
    "notebook-instance/n": "a NotebookInstance ARN",
    "domain/d": "a Domain ARN",
    "user-profile/d/u": "a UserProfile ARN",
    "app/d/u/JupyterLab/default": "an App ARN",
    "space/d/s": "a Space ARN",
    "image/i": "an Image ARN",
    "hub/h": "a Hub ARN",
    "mlflow-app/app-1": "a MlflowApp ARN",
    "mlflow-tracking-server/s": "a MlflowTrackingServer ARN",
    "inference-component/i": "an InferenceComponent ARN",
    "project/p": "a Project ARN",
    "hub-content/my-hub/DataSet/questions/1.0.0": "a hub DataSet ARN",
    "hub-content/my-hub/DataSet/questions": "a hub DataSet ARN",
    "hub-content/my-hub/JsonDoc/scorer/0.0.1": "a hub JsonDoc ARN (a registered evaluator)",
    "hub-content/my-hub/Model/m/1.0.0": "a Model ARN of the hub my-hub",
    "hub-content/my-hub/Notebook/n/1.0.0": "a hub Notebook ARN",
    "hub-content/my-hub": "a hub content ARN that is not complete",
    "Nonsense/x": "a SageMaker ARN of no known type",
}


def refused(text: str) -> str:
    with pytest.raises(ModelNotUsable) as caught:
        parse_model(text, field=FIELD)
    assert caught.value.where == FIELD
    assert caught.value.action
    return str(caught.value)


@pytest.mark.parametrize(
    "place",
    [
        {"part": "aws", "region": "us-west-2"},
        {"part": "aws", "region": "eu-central-1"},
        {"part": "aws-cn", "region": "cn-north-1"},
        {"part": "aws-us-gov", "region": "us-gov-west-1"},
    ],
)
@pytest.mark.parametrize(
    ("resource", "form", "name", "version"),
    [
        ("model-package/support-llama/3", Form.VERSION, "support-llama", 3),
        ("model-package/support-llama/123456789", Form.VERSION, "support-llama", 123456789),
        ("model-package/support-llama", Form.PACKAGE, "support-llama", None),
        ("model-package-group/support-llama", Form.GROUP, "support-llama", None),
        ("model-package/" + "a" * 63 + "/1", Form.VERSION, "a" * 63, 1),
    ],
)
def test_accepted_arns(
    place: dict[str, str], resource: str, form: Form, name: str, version: int | None
) -> None:
    text = arn(resource, **place)
    found = parse_model(f" {text}\n", field=FIELD)
    assert (found.text, found.form, found.name, found.version) == (text, form, name, version)
    assert found.arn is not None
    assert (found.arn.partition, found.arn.region) == (place["part"], place["region"])


@pytest.mark.parametrize("text", ["support-llama", "meta-textgeneration-llama-3-2-1b", "a", "7b"])
def test_names_without_a_dot_are_groups_or_jumpstart_models(text: str) -> None:
    assert parse_model(text, field=FIELD).form is Form.NAME


@pytest.mark.parametrize(
    "text",
    [
        "amazon.nova-lite-v1:0",
        "us.amazon.nova-lite-v1:0",
        "global.anthropic.claude-haiku-4-5-20251001-v1:0",
        "arn:aws:bedrock:us-west-2::foundation-model/amazon.nova-lite-v1:0",
        "arn:aws:bedrock:us-west-2:111122223333:provisioned-model/abcdefghijkl",
        "arn:aws:bedrock:us-west-2:111122223333:imported-model/abcdefghijkl",
    ],
)
def test_bedrock_models(text: str) -> None:
    assert parse_model(text, field=FIELD).form is Form.BEDROCK


@pytest.mark.parametrize(("resource", "look"), SAGEMAKER_TYPES.items())
def test_other_sagemaker_arns_are_called_by_their_type(resource: str, look: str) -> None:
    assert refused(arn(resource)).startswith(f"That is {look}")


def test_every_arn_type_of_the_service_model_is_refused_by_name() -> None:
    """Also the types that are not listed above: whatever the API has a pattern for."""
    model = botocore.session.get_session().get_service_model("sagemaker")
    types = set()
    for name in model.shape_names:
        pattern = str(model.shape_for(name).metadata.get("pattern", ""))
        if name.endswith("Arn") and ":sagemaker:" in pattern and "{12}:" in pattern:
            types.add(pattern.rsplit("{12}:", 1)[1].split("/", maxsplit=1)[0])
    slugs = {slug for slug in types if slug.replace("-", "").isalpha()}
    assert len(slugs) > 40
    for slug in slugs - {"model-package", "model-package-group"}:
        assert " ARN, and a model is wanted" in refused(arn(f"{slug}/x"))


@pytest.mark.parametrize(
    ("text", "action"),
    [
        (arn("training-job/tune-1"), "modeleval find-model tune-1"),
        (arn("endpoint/e"), "find-model"),
        (
            arn("hub-content/my-hub/DataSet/questions/1.0.0"),
            "modeleval find-model arn:aws:sagemaker",
        ),
        ("s3://bucket/checkpoints/step-10/", "modeleval find-model s3://bucket/checkpoints"),
        (
            arn("hub-content/SageMakerPublicHub/Model/llama-3/1.2.3", account="aws"),
            "Name the model by its JumpStart id: llama-3",
        ),
        (arn("hub-content/own/Model/llama-3/1.2.3"), "models of SageMakerPublicHub only"),
        ("support-llama/3", "model-package/support-llama/3"),
        ("Amazon.Nova-Lite-v1:0", "Did you mean amazon.nova-lite-v1:0?"),
        ("arn:aws:lambda:us-west-2:111122223333:function:score", "sagemaker-scorer"),
        ("arn:aws:bedrock:us-west-2:111122223333:custom-model/x", "its provisioned model"),
    ],
)
def test_refusals_say_what_to_do_instead(text: str, action: str) -> None:
    assert action in refused(text)


@pytest.mark.parametrize(
    ("text", "look"),
    [
        ("", "No model is named"),
        ("  \n", "No model is named"),
        ("x" * 2049, "a text of 2,049 characters"),
        ("x" * 64, "at most 63"),
        ("s3://bucket/checkpoint", "an S3 location"),
        ("S3://bucket", "an S3 location"),
        ("https://huggingface.co/m", "a web address"),
        ("meta-llama/Llama-3.2-1B", "Hugging Face"),
        ("-x", "-x (names are of letters"),
        ("x-", "x- (names are of letters"),
        ("arn:aws:lambda:us-west-2:111122223333:function:score", "a Lambda ARN"),
        ("arn:aws:s3:::bucket/key", "an S3 ARN"),
        ("arn:aws:iam::111122223333:role/r", "an IAM ARN"),
        ("arn:aws:states:us-west-2:111122223333:stateMachine:x", "a Step Functions ARN"),
        ("arn:aws:dynamodb:us-west-2:111122223333:table/t", "an ARN of the service dynamodb"),
        ("arn:aws:b\x00:::x", "an ARN, not of SageMaker"),
        ("arn:aws:bedrock:us-west-2:111122223333:guardrail/x", "a Bedrock guardrail ARN"),
        ("arn:aws:bedrock:us-west-2:111122223333:evaluation-job/x", "a Bedrock evaluation-job"),
        ("arn:aws:sagemaker", "the beginning of an ARN"),
        ("ARN:AWS:SAGEMAKER:US-WEST-2:111122223333:MODEL/x", "the beginning of an ARN"),
        (arn("model-package/"), "malformed name"),
        (arn("model-package/a/0"), "malformed name or version"),
        (arn("model-package/a/v3"), "malformed name or version"),
        (arn("model-package/a/3/4"), "malformed name or version"),
        (arn("model-package/a/"), "malformed name or version"),
        (arn("model-package/a/1234567890"), "malformed name or version"),
        (arn("model-package/a/٣"), "malformed name or version"),
        (arn("model-package-group/a/3"), "malformed name"),
        (arn("model-package-group/a_b"), "malformed name"),
        (arn("model-package/a/1", account="12345"), "malformed Region or account"),
        (arn("model-package/a/1", account=""), "malformed Region or account"),
        (arn("model-package/a/1", region=""), "malformed Region or account"),
        (arn("model-package/a/1", part="aws-iso"), "a partition other than"),
        (arn("model-package/a/1", part="aws-cn"), "does not hold the Region us-west-2"),
        (arn("model-package/a/1", region="cn-north-1"), "does not hold the Region cn-north-1"),
    ],
)
def test_refusals_say_what_it_looks_like(text: str, look: str) -> None:
    assert look in refused(text)


@pytest.mark.parametrize(
    "text",
    [
        "Please answer the customer's question about billing.",
        "secret\x1b[31m",
        "arn:aws:sagemaker:us-west-2:111122223333:Say the secret/x",
        "arn:aws:Say the secret:us-west-2:111122223333:x/x",
        "s3://secret bucket/x y",
    ],
)
def test_what_cannot_be_a_name_is_not_repeated(text: str) -> None:
    said = refused(text)
    assert "secret" not in said
    assert "customer" not in said


HOSTILE = st.one_of(
    st.text(),
    st.text(alphabet="aA0-.:/", max_size=3000),
    st.builds(
        lambda head, tail: head + tail,
        st.sampled_from(
            [
                "arn:",
                "arn:aws:sagemaker:us-west-2:111122223333:",
                "arn:aws:sagemaker:us-west-2:111122223333:model-package/",
                "arn:aws:sagemaker:us-west-2:aws:hub-content/",
                "arn:aws:bedrock:us-west-2::foundation-model/",
                "s3://",
            ]
        ),
        st.text(),
    ),
)


@given(HOSTILE)
def test_any_text_is_understood_or_refused(text: str) -> None:
    try:
        found = parse_model(text, field=FIELD)
    except ModelNotUsable:
        return
    assert found.text == text.strip()


@pytest.mark.parametrize("unit", ["a", "a-", "-", "a.", ".", ":", "/", "a:", "arn:", "0", "aws-"])
@pytest.mark.parametrize(
    "head", ["", "a.", "arn:aws", "arn:aws:sagemaker:us-west-2:111122223333:model-package/"]
)
@pytest.mark.parametrize("length", [2000, 2_000_000])
def test_long_texts_are_refused_at_once(head: str, unit: str, length: int) -> None:
    text = head + unit * (length // len(unit)) + "!"
    started = time.process_time()
    refused(text)
    assert time.process_time() - started < QUICK


@given(st.text(alphabet="arn:aws/-1", max_size=60))
def test_arns_are_put_together_as_they_were(text: str) -> None:
    parsed = parse_arn(text)
    assert parsed is None or str(parsed) == text


def test_an_answer_without_an_arn_is_an_error() -> None:
    with pytest.raises(ValueError, match="something else"):
        read_arn("support-llama")


@pytest.mark.parametrize(
    ("region", "partition"),
    [("us-east-1", "aws"), ("cn-northwest-1", "aws-cn"), ("us-gov-east-1", "aws-us-gov")],
)
def test_base_models_lie_in_the_partition(region: str, partition: str) -> None:
    assert partition_of(region) == partition
    made = base_model_arn(partition, region, "m", "1.0.0")
    assert made == (
        f"arn:{partition}:sagemaker:{region}:aws:hub-content/SageMakerPublicHub/Model/m/1.0.0"
    )
    assert base_model_arn(partition, region, "m", None) == made.removesuffix("/1.0.0")
