"""What the settings let a suite's target be."""

from __future__ import annotations

import posixpath
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from targets_world import ARN, MODEL, RECORDED, SECRET, TOOL_ARN, WEATHER, World, document_of
from unit_documents import JUDGE

from modeleval.bedrock.models import GENERATOR
from modeleval.collecting.allowed import check_allowed, is_below
from modeleval.collecting.functions import Functions
from modeleval.collecting.targets import Clients, check_target, target_of
from modeleval.errors import GeneratorNotFound, TargetNotAllowed, TargetRefused
from modeleval.settings import Settings, parse_settings

PLACE = "evaluations[0].dataset.target"
URL = "https://bot.example.com/v1/chat"
GUARDRAIL = "arn:aws:bedrock:us-east-1:111122223333:guardrail/abc123"
OTHERS_GUARDRAIL = "arn:aws:bedrock:us-east-1:999999999999:guardrail/abc123"

Fields = dict[str, Any]


def settings(**given: Any) -> Settings:
    return parse_settings({"judgeModels": [JUDGE], **given})


def guarded(name: str) -> Fields:
    return {"guardrail": {"id": name, "version": "1"}}


ALLOWED: list[tuple[Fields, Fields, str, str]] = [
    ({}, {}, "model", "generatorModels"),
    ({"tools": [WEATHER]}, {"toolFunctionArns": [TOOL_ARN]}, "tools[0].function",
     "toolFunctionArns"),
    (guarded("abc123"), {"guardrailIds": ["abc123"]}, "guardrail.id", "guardrailIds"),
    (guarded("abc123"), {"guardrailIds": [GUARDRAIL]}, "guardrail.id", "guardrailIds"),
    (guarded(GUARDRAIL), {"guardrailIds": [GUARDRAIL]}, "guardrail.id", "guardrailIds"),
    ({"name": "b", "function": ARN}, {"targetFunctionArns": [ARN]}, "function",
     "targetFunctionArns"),
    ({"name": "b", "endpoint": URL}, {"targetEndpoints": [URL]}, "endpoint", "targetEndpoints"),
    ({"name": "b", "endpoint": URL, "secret": SECRET},
     {"targetEndpoints": [URL], "targetSecretArns": [SECRET]}, "secret", "targetSecretArns"),
]  # fmt: skip


@pytest.mark.parametrize(("target", "allows", "field", "setting"), ALLOWED)
def test_a_target_is_allowed_by_its_setting_alone(
    target: Fields, allows: Fields, field: str, setting: str
) -> None:
    document = document_of(**target)
    full = {"generatorModels": [MODEL]} | allows
    check_allowed(document, settings(**full), field=PLACE, region="us-east-1")
    del full[setting]
    with pytest.raises(TargetNotAllowed) as refused:
        check_allowed(document, settings(**full), field=PLACE)
    assert f"({PLACE}.{field})" in str(refused.value)
    assert setting in refused.value.action


@pytest.mark.parametrize(
    ("target", "allows"),
    [
        ({"name": "b", "function": ARN}, {"toolFunctionArns": [ARN], "lambdaScorerArns": [ARN]}),
        ({"tools": [WEATHER]}, {"targetFunctionArns": [TOOL_ARN]}),
        (guarded(OTHERS_GUARDRAIL), {"guardrailIds": ["abc123", GUARDRAIL]}),
        (guarded("us"), {"guardrailIds": [GUARDRAIL.replace("/abc123", "-profile/us")]}),
        ({"model": "us.amazon.nova-lite-v1:0"}, {}),
    ],
)  # fmt: skip
def test_what_another_setting_allows_is_not_allowed(target: Fields, allows: Fields) -> None:
    full = settings(generatorModels=[MODEL], **allows)
    with pytest.raises(TargetNotAllowed):
        check_allowed(document_of(**target), full, field=PLACE)


@pytest.mark.parametrize(
    ("endpoint", "prefix"),
    [
        (URL, URL),
        (URL, "https://bot.example.com"),
        (URL, "https://bot.example.com/"),
        (URL, "https://bot.example.com/v1"),
        (URL, "https://bot.example.com/v1/"),
        (URL, "https://BOT.example.com:443/v1"),
        ("https://bot.example.com", "https://bot.example.com/"),
        ("https://bot.example.com:8443/x", "https://bot.example.com:8443"),
        ("https://bot.example.com/a%20b", "https://bot.example.com/a%20b"),
    ],
)
def test_endpoints_below(endpoint: str, prefix: str) -> None:
    assert is_below(endpoint, [prefix])


@pytest.mark.parametrize(
    ("endpoint", "prefix"),
    [
        (URL, "https://bot.example.com/v"),
        (URL, "https://bot.example.com/v1/chat/"),
        (URL, "https://bot.example.com:8443/"),
        ("https://bot.example.com:8443/", "https://bot.example.com/"),
        ("https://bot.example.com.evil.org/v1/chat", "https://bot.example.com"),
        ("https://evil.org/bot.example.com/", "https://bot.example.com"),
        ("https://bot.example.com/v1/../admin", "https://bot.example.com/v1"),
        ("https://bot.example.com/v1/./x", "https://bot.example.com/v1"),
        ("https://bot.example.com/v1/%2e%2e/admin", "https://bot.example.com/v1"),
        ("https://bot.example.com/v1//admin", "https://bot.example.com/v1"),
        ("https://bot.example.com/v1/..\\admin", "https://bot.example.com/v1"),
        ("https://bot.example.com/v1/..;/admin", "https://bot.example.com/v1"),
        ("http://bot.example.com/v1", "https://bot.example.com/v1"),
        (URL, "https://example.com"),
    ],
)
def test_endpoints_not_below(endpoint: str, prefix: str) -> None:
    assert not is_below(endpoint, [prefix])


PATHS = st.lists(
    st.sampled_from(["v1", "chat", ".", "..", "", "%2e%2e", "%2F", "\\", ";x", "..;", "v", "1"]),
    max_size=6,
).map("/".join)


@given(PATHS, st.sampled_from(["", "/", "/v1", "/v1/", "/v1/chat"]))
def test_however_a_server_reads_a_path_below_it_stays_below(path: str, base: str) -> None:
    if not is_below(f"https://a.example/{path}", [f"https://a.example{base}"]):
        return
    read = posixpath.normpath(unquote(f"/{path}").replace("\\", "/").split(";")[0])
    whole = posixpath.normpath(base or "/")
    assert read == whole or read.startswith(whole.rstrip("/") + "/")


@pytest.mark.parametrize(
    ("target", "allows"),
    [
        ({"name": "b", "function": ARN}, {"targetFunctionArns": [ARN]}),
        ({"tools": [WEATHER]}, {"toolFunctionArns": [TOOL_ARN], "generatorModels": [MODEL]}),
    ],
)
def test_a_function_of_another_region_is_refused(target: Fields, allows: Fields) -> None:
    with pytest.raises(TargetNotAllowed, match="in us-east-1, and the stack in eu-west-1"):
        check_allowed(document_of(**target), settings(**allows), field=PLACE, region="eu-west-1")


class _Models:
    """Looks at models; those of `missing` are not there."""

    def __init__(self, *missing: str) -> None:
        self.missing = missing
        self.asked: list[Any] = []

    def check(self, text: str, purpose: Any, **given: Any) -> None:
        self.asked.append((text, purpose, given["allowed"], given["field"]))
        if text in self.missing:
            raise GeneratorNotFound("There is none", action="Choose another.")


class _Functions(Functions):
    """Looks at functions; those of `missing` are not there."""

    def __init__(self, *missing: str) -> None:
        self.missing = missing
        self.looked: list[tuple[str, str]] = []

    def check(self, arn: str, *, field: str) -> None:
        self.looked.append((arn, field))
        if arn in self.missing:
            raise TargetRefused("There is none", where=field, action="Deploy it.")


def check(target: Fields, models: Any, functions: Functions | None = None, **given: Any) -> None:
    full = settings(generatorModels=[MODEL], **given)
    check_target(
        document_of(**target), full, models, field=PLACE, region="us-east-1", functions=functions
    )


def test_a_model_is_looked_at_before_anything_is_paid_for() -> None:
    models = _Models()
    check({}, models)
    assert models.asked == [(MODEL, GENERATOR, (MODEL,), f"{PLACE}.model")]
    with pytest.raises(GeneratorNotFound):
        check({}, _Models(MODEL))


def test_an_application_asks_no_model() -> None:
    models, functions = _Models(), _Functions()
    check({"name": "b", "function": ARN}, models, functions, targetFunctionArns=[ARN])
    assert models.asked == []
    assert functions.looked == [(ARN, f"{PLACE}.function")]


def test_the_functions_of_tools_are_looked_at_before_anything_is_paid_for() -> None:
    tools = {"tools": [RECORDED | {"name": "clock"}, WEATHER]}
    functions = _Functions()
    check(tools, _Models(), functions, toolFunctionArns=[TOOL_ARN])
    assert functions.looked == [(TOOL_ARN, f"{PLACE}.tools[1].function")]
    with pytest.raises(TargetRefused):
        check(tools, _Models(), _Functions(TOOL_ARN), toolFunctionArns=[TOOL_ARN])


def test_what_is_not_allowed_is_not_looked_at() -> None:
    functions = _Functions()
    with pytest.raises(TargetNotAllowed):
        check({"tools": [WEATHER]}, _Models(), functions)
    assert functions.looked == []


def test_who_would_ask_a_target_looks_at_the_settings_once_more() -> None:
    clients = Clients(World().make)
    with pytest.raises(TargetNotAllowed, match="targetEndpoints"):
        target_of(document_of(name="b", endpoint=URL), clients, settings())
    target_of(document_of(name="b", endpoint=URL), clients, settings(targetEndpoints=[URL]))
