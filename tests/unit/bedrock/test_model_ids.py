"""Which identifiers are understood, beside what the API's own patterns take."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeleval.bedrock.model_ids import ModelId, ModelKind, parse_model_id, profile_arn

HERE = "arn:aws:bedrock:us-east-1:111122223333:"
OWN = "arn:aws:bedrock:us-east-1::foundation-model/"
TWELVE = "abcdefghijkl"
HAIKU = "anthropic.claude-haiku-4-5-20251001-v1:0"
PATTERNS = {"judge": "EvaluatorModelIdentifier", "generator": "EvaluationBedrockModelIdentifier"}


class Case(NamedTuple):
    """An identifier, what it is, its model, and which of the API's patterns take it."""

    text: str
    kind: ModelKind
    model: str | None
    judge: bool = True
    generator: bool = True


def of_model(model: str, text: str | None = None) -> Case:
    return Case(text or model, ModelKind.FOUNDATION, model)


def of_profile(prefix: str, model: str, *, plain_generator: bool = True) -> list[Case]:
    name = f"{prefix}.{model}"
    return [
        Case(name, ModelKind.PROFILE, model, generator=plain_generator),
        Case(f"{HERE}inference-profile/{name}", ModelKind.PROFILE, model),
    ]


def generating(kind: ModelKind, text: str) -> Case:
    return Case(text, kind, None, judge=False)


# Real identifiers: the judges of the user guide's evaluation-judge page, and what generates.
CASES = [
    of_model("amazon.nova-pro-v1:0"),
    of_model("amazon.nova-2-lite-v1:0"),
    of_model("anthropic.claude-3-5-sonnet-20241022-v2:0"),
    of_model(HAIKU),
    of_model("anthropic.claude-opus-4-6-v1"),
    of_model("anthropic.claude-opus-4-7"),
    of_model("meta.llama3-1-70b-instruct-v1:0"),
    of_model("mistral.mistral-large-2402-v1:0"),
    of_model("openai.gpt-5.4"),
    of_model("openai.gpt-oss-120b-1:0"),
    of_model("amazon.nova-pro-v1:0", OWN + "amazon.nova-pro-v1:0"),
    of_model("openai.gpt-5.4", OWN + "openai.gpt-5.4"),
    of_model(
        "amazon.nova-pro-v1:0",
        "arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/amazon.nova-pro-v1:0",
    ),
    *of_profile("us", HAIKU),
    *of_profile("eu", "amazon.nova-pro-v1:0"),
    *of_profile("apac", "amazon.nova-micro-v1:0"),
    *of_profile("au", HAIKU),
    *of_profile("jp", HAIKU),
    *of_profile("global", "anthropic.claude-sonnet-4-6"),
    *of_profile("global", "openai.gpt-5.4", plain_generator=False),
    *of_profile("global", HAIKU, plain_generator=False),
    *of_profile("us-gov", "amazon.nova-pro-v1:0", plain_generator=False),
    generating(ModelKind.APPLICATION_PROFILE, f"{HERE}application-inference-profile/{TWELVE}"),
    generating(ModelKind.PROVISIONED, f"{HERE}provisioned-model/{TWELVE}"),
    generating(ModelKind.IMPORTED, f"{HERE}imported-model/{TWELVE}"),
    generating(ModelKind.PROMPT_ROUTER, f"{HERE}default-prompt-router/anthropic.claude:1"),
    generating(ModelKind.PROMPT_ROUTER, f"{HERE}prompt-router/{TWELVE}"),
    generating(
        ModelKind.ENDPOINT, "arn:aws:sagemaker:us-east-1:111122223333:endpoint/my-endpoint-2"
    ),
]
every_case = pytest.mark.parametrize("case", CASES, ids=[case.text for case in CASES])

REFUSED = [
    "",
    "nova",
    "amazon.",
    ".nova",
    "Amazon.Nova-Pro",
    "amazon.nova pro",
    "amazon.nova-pro-v1:0\n",
    " amazon.nova-pro-v1:0",
    "amazon..nova",
    "amazon.nova-pro-v1:",
    f"{HERE}custom-model/amazon.nova-lite-v1:0:300k/{TWELVE}",
    f"{HERE}provisioned-model/short",
    f"{HERE}foundation-model/amazon.nova-pro-v1:0",
    f"{HERE}evaluation-job/{TWELVE}",
    f"arn:aws:bedrock:us-east-1::inference-profile/us.{HAIKU}",
    f"arn:aws:bedrock:us-east-1::imported-model/{TWELVE}",
    "arn:aws:sagemaker:us-east-1::endpoint/mine",
    "arn:aws:sagemaker:us-east-1:111122223333:endpoint/Mine",
    "arn:aws:s3:::bucket/amazon.nova-pro-v1:0",
    "a." + "b" * 2050,
]


@pytest.fixture(scope="module")
def patterns(bedrock_client: Any) -> dict[str, re.Pattern[str]]:
    model = bedrock_client.meta.service_model
    return {
        purpose: re.compile(model.shape_for(shape).metadata["pattern"])
        for purpose, shape in PATTERNS.items()
    }


def understood(text: str) -> ModelId:
    found = parse_model_id(text)
    assert found is not None
    return found


@every_case
def test_an_identifier_is_understood_by_kind_and_model(case: Case) -> None:
    found = understood(case.text)
    assert (found.kind, found.model, found.text) == (case.kind, case.model, case.text)
    assert found.is_arn is case.text.startswith("arn:")
    assert found.may_judge is case.judge


@every_case
def test_the_apis_patterns_take_it_as_the_table_says(
    case: Case, patterns: dict[str, re.Pattern[str]]
) -> None:
    taken = {purpose: bool(one.fullmatch(case.text)) for purpose, one in patterns.items()}
    assert taken == {"judge": case.judge, "generator": case.generator}


@every_case
def test_what_is_sent_to_the_generators_field_is_what_its_pattern_takes(
    case: Case, patterns: dict[str, re.Pattern[str]]
) -> None:
    found = understood(case.text)
    sent = case.text
    if found.kind is ModelKind.PROFILE:
        sent = profile_arn(found, partition="aws", region="us-east-1", account="111122223333")
    assert patterns["generator"].fullmatch(sent)


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_identifier_is_none(text: str) -> None:
    assert parse_model_id(text) is None


@pytest.mark.parametrize("text", [text for text in REFUSED if text.startswith("arn:")])
def test_an_arn_that_is_refused_here_is_refused_by_the_api(
    text: str, patterns: dict[str, re.Pattern[str]]
) -> None:
    assert not any(one.fullmatch(text) for one in patterns.values())


@pytest.mark.timeout(10)
@pytest.mark.parametrize("tail", ["!", " ", "_x", "/x", "\n", ":", "."])
def test_a_wrong_identifier_however_long_is_refused_at_once(tail: str) -> None:
    assert parse_model_id(f"anthropic.{'claude-sonnet-' * 100}{tail}") is None
    assert parse_model_id("a." + "b.c:" * 400 + tail) is None
    assert parse_model_id(OWN + "a." + "b" * 60 + tail) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"global.{HAIKU}", True),
        (f"{HERE}inference-profile/global.{HAIKU}", True),
        (f"us.{HAIKU}", False),
        ("global.model", False),
        (HAIKU, False),
    ],
)
def test_a_global_profile_is_known_by_its_prefix(text: str, *, expected: bool) -> None:
    assert understood(text).is_global is expected


def test_the_region_is_that_of_the_arn() -> None:
    assert understood(OWN + HAIKU).region == "us-east-1"
    assert understood(f"us.{HAIKU}").region is None


def test_a_profiles_arn_is_that_of_the_account_and_region_that_call() -> None:
    made = profile_arn(
        understood(f"global.{HAIKU}"), partition="aws-x", region="eu-west-1", account="1" * 12
    )
    assert made == f"arn:aws-x:bedrock:eu-west-1:111111111111:inference-profile/global.{HAIKU}"


def test_a_profile_that_is_named_by_its_arn_stays_as_it_is() -> None:
    arn = f"{HERE}inference-profile/us.{HAIKU}"
    assert profile_arn(understood(arn), partition="p", region="r", account="a") == arn


pieces = st.sampled_from(["arn:aws:bedrock:", "us-east-1", ":", ".", "/", "us.", TWELVE, HERE, OWN])


@given(st.lists(pieces | st.text(max_size=6), max_size=8).map("".join))
def test_no_text_raises_and_what_is_understood_is_kept_as_it_was_written(text: str) -> None:
    found = parse_model_id(text)
    assert found is None or (found.text == text and found.name in text)
