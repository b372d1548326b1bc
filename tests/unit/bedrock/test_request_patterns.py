"""Whatever a valid suite says, the request keeps the service model's patterns and lengths."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bedrock_shapes import violations
from hypothesis import given
from hypothesis import strategies as st
from made_requests import KEY, SPEC, context, request_for
from unit_documents import custom_metric, evaluation, suite

from modeleval.kinds.judge_jobs import request
from modeleval.scores.metrics import JUDGE_METRICS

# Facts, section 1: AWS documents "General", and the service model's enum lacks it.
GENERAL = (
    ".evaluationConfig.automated.datasetMetricConfigs[0].taskType: General is not one of "
    "Summarization, Classification, QuestionAndAnswer, Generation, Custom"
)
HERE = "arn:aws:bedrock:us-east-1:111122223333:"
HAIKU = "anthropic.claude-haiku-4-5-20251001-v1:0"
JUDGES = [
    "amazon.nova-pro-v1:0",
    "anthropic.claude-3-5-sonnet-20241022-v2:0",
    "meta.llama3-1-70b-instruct-v1:0",
    "mistral.mistral-large-2402-v1:0",
    "openai.gpt-5.4",
    f"us.{HAIKU}",
    f"global.{HAIKU}",
    f"{HERE}inference-profile/us.{HAIKU}",
]
GENERATORS = [
    *JUDGES,
    f"{HERE}application-inference-profile/abcdefghijkl",
    f"{HERE}provisioned-model/abcdefghijkl",
    f"{HERE}imported-model/abcdefghijkl",
    f"{HERE}default-prompt-router/anthropic.claude:1",
    "arn:aws:sagemaker:us-east-1:111122223333:endpoint/mine",
]
Check = Callable[[dict[str, Any]], list[str]]

letters = "abcdefghijklmnopqrstuvwxyz0123456789"
tag_text = st.text(letters + "ABC ._:/=+@-", max_size=256)
tag_keys = tag_text.filter(
    lambda key: 0 < len(key) <= 128 and not key.lower().startswith(("aws:", "modeleval:"))
)
names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", fullmatch=True)
prose = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="{}"), max_size=200)
words = st.text(letters, min_size=1, max_size=12)


@st.composite
def scales(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Levels with values of one kind, none of them twice."""
    labels = draw(st.lists(words, min_size=2, max_size=10, unique=True))
    if draw(st.booleans()):
        return [{"definition": one, "value": {"stringValue": one}} for one in labels]
    return [{"definition": one, "value": {"floatValue": float(n)}} for n, one in enumerate(labels)]


custom_metrics = st.lists(
    st.builds(
        lambda name, text, scale: custom_metric(
            name="x" + name, instructions=text + " Prompt: {{prompt}}", ratingScale=scale
        ),
        st.from_regex(r"[A-Za-z0-9._-]{0,62}", fullmatch=True),
        prose,
        scales(),
    ),
    max_size=10,
    unique_by=lambda metric: metric["name"],
)
precomputed = st.builds(
    lambda identifier: {"precomputed": identifier},
    st.from_regex(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,255}", fullmatch=True),
)
live = st.builds(
    lambda model, params: {"model": model, "inferenceParams": params},
    st.sampled_from(GENERATORS),
    st.dictionaries(words, st.integers() | st.booleans() | words | st.none(), max_size=10),
)
documents = st.builds(
    lambda name, tags, entry: suite(name=name, tags=tags, evaluations=[entry]),
    st.from_regex(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", fullmatch=True),
    st.dictionaries(tag_keys, tag_text, max_size=40),
    st.builds(
        lambda name, responses, judge, metrics, custom: evaluation(
            name=name, responses=responses, judge=judge, metrics=metrics, customMetrics=custom
        ),
        names,
        precomputed | live,
        st.sampled_from(JUDGES),
        st.lists(st.sampled_from(sorted(JUDGE_METRICS)), min_size=1, unique=True),
        custom_metrics,
    ),
)


@pytest.fixture(scope="module")
def check(bedrock_client: Any) -> Check:
    operation = bedrock_client.meta.service_model.operation_model("CreateEvaluationJob")
    return lambda request: list(violations(request, operation.input_shape))


@given(documents, st.sampled_from(["", KEY]))
def test_whatever_a_valid_suite_says_bedrock_takes_the_request(
    check: Check, document: dict[str, Any], key: str
) -> None:
    made = request_for(document, KMS_KEY_ARN=key)
    assert check(made) == [GENERAL]
    assert len(made["jobTags"]) <= 50  # an AWS resource has at most 50 tags


def test_a_description_is_cut_to_what_bedrock_takes(check: Check) -> None:
    made = request(context(SPEC | {"datasetName": "d" * 300}))
    assert len(made["jobDescription"]) == 200
    assert not [one for one in check(made) if "jobDescription" in one]


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("jobName", "Upper", "does not match"),
        ("jobDescription", "a" * 201, "length 201"),
        ("roleArn", "arn:aws:iam::1:user/x", "does not match"),
        ("customerEncryptionKeyId", "my key", "does not match"),
        ("applicationType", "Other", "is not one of"),
        ("jobTags", [{"key": "a", "value": "b*"}], "does not match"),
        ("inferenceConfig", {}, "a union of 0 members"),
        ("outputDataConfig", {}, "missing"),
        ("surprise", "x", "unknown"),
    ],
)
def test_the_check_itself_finds_what_is_wrong(
    check: Check, field: str, value: object, rule: str
) -> None:
    found = check(request_for(suite()) | {field: value})
    assert [one for one in found if field in one and rule in one]


def test_the_check_itself_finds_a_plain_id_that_the_generators_pattern_refuses(
    check: Check,
) -> None:
    made = request_for(suite(evaluations=[evaluation(responses={"model": JUDGES[0]})]))
    made["inferenceConfig"]["models"][0]["bedrockModel"]["modelIdentifier"] = f"global.{HAIKU}"
    assert [one for one in check(made) if "modelIdentifier: does not match" in one]
