"""What Converse refuses: the service model's constraints, the API's own rules, the models'."""

from __future__ import annotations

from typing import Any

import pytest
from conversation_world import LITE, Talk, assistant, raw, result, tool, tools, use, user
from standin_world import World

SONNET = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
IMAGE = {"image": {"format": "png", "source": {"bytes": b"x"}}}
ASKED = [user("Where?"), assistant("I look.", use("u1"), use("u2"))]
GIVEN = user(result("u1", "here"), result("u2", {"a": 1}))
SAMPLED = {"inferenceConfig": {"temperature": 0.7, "topP": 0.9}}
SCHEMA = {"toolConfig": {"tools": [tool(schema={"type": "array"})]}}


@pytest.fixture
def talk(world: World) -> Talk:
    return Talk(world)


@pytest.mark.parametrize(
    ("messages", "more", "told"),
    [
        ([], {}, "must start with a user message"),
        ([assistant("Hello")], {}, "must start with a user message"),
        ([user("a"), user("b")], {}, "must alternate"),
        ([user("a"), assistant("b"), assistant("c"), user("d")], {}, "must alternate"),
        ([user("a"), {"role": "system", "content": [{"text": "b"}]}], {}, "must alternate"),
        ([user("a"), assistant("b")], {}, "must end with a user message"),
        ([user()], {}, "content field in the Message object at messages.0 is empty"),
        ([user("a"), assistant(), user("b")], {}, "object at messages.1 is empty"),
        ([user("a", " \n")], {}, "ContentBlock object at messages.0.content.1 is blank"),
        ([user("a")], {"system": [{"text": " "}]}, "object at system.0 is blank"),
        ([user(IMAGE)], {}, "user role has no image"),
        ([user(use())], {"toolConfig": tools()}, "user role has no toolUse"),
        ([user("a"), assistant(result()), user("b")], {}, "assistant role has no toolResult"),
        ([*ASKED, GIVEN], {}, "toolConfig field must be defined"),
        ([*ASKED, user("Well?")], {"toolConfig": tools()}, "following Ids: u1, u2"),
        ([*ASKED, user(result("u1", "a"))], {"toolConfig": tools()}, "following Ids: u2"),
        (
            [*ASKED, user(*GIVEN["content"], result("u1", "again"))],
            {"toolConfig": tools()},
            "exceeds the number of toolUse blocks",
        ),
        ([user(result("u1", "a"))], {"toolConfig": tools()}, "exceeds the number of toolUse"),
        (
            [user("a"), assistant(use("u1"), use("u1")), user(result("u1", "a"))],
            {"toolConfig": tools()},
            "ids must be unique",
        ),
        (
            [user("a"), assistant(use()), user(result()), assistant(use()), user(result())],
            {"toolConfig": tools()},
            "ids must be unique",
        ),
        (
            [user("a"), assistant(use()), user(result("u1", [1, 2]))],
            {"toolConfig": tools()},
            "toolResult.content.0.json is invalid. Provide a json object",
        ),
        (
            [user("a"), assistant(use()), user(result("u1", " "))],
            {"toolConfig": tools()},
            "toolResult.content.0 is blank",
        ),
        (
            [user("a"), assistant(use()), user(result("u1", status="error"))],
            {"toolConfig": tools()},
            "cannot be empty when status value is error",
        ),
        ([user("a")], {"toolConfig": tools("a", "a")}, "different names"),
        ([user("a")], SCHEMA, "json.type must be one of the following: object"),
        (
            [user("a")],
            {"toolConfig": tools("a", toolChoice={"tool": {"name": "b"}})},
            "toolChoice names is none",
        ),
        ([user("a")], {"promptVariables": {"a": {"text": "b"}}}, "support the promptVariables"),
        ([user("a")], {"inferenceConfig": {"maxTokens": 10_001}}, "model limit of 10000"),
        ([user("a")], {"inferenceConfig": {"stopSequences": [" "]}}, "non-whitespace"),
        ([user("word " * 130_000)], {}, "too long for requested model"),
    ],
)
def test_a_request_that_breaks_a_rule(
    talk: Talk, messages: list[dict[str, Any]], more: dict[str, Any], told: str
) -> None:
    code, message = talk.refused(*messages, **more)
    assert code == "ValidationException"
    assert told in message


def test_a_sound_request_with_tools(talk: Talk) -> None:
    assert talk.ask(*ASKED, GIVEN, toolConfig=tools())["stopReason"] == "end_turn"
    empty = user(result("u1"), result("u2", "b"))
    assert talk.ask(*ASKED, empty, toolConfig=tools())["stopReason"] == "end_turn"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"{", "not a JSON object"),
        ({"messages": "a"}, "must be of type list"),
        ({"messages": [{"role": "user"}]}, "Member must not be null"),
        ({"messages": [{"role": "tool", "content": []}]}, "enum value set"),
        ({"messages": [{"role": "user", "content": [{"text": "a", "b": 1}]}]}, "exactly one"),
        ({"messages": [user("a")], "colour": "red"}, "Member must be known"),
        ({"messages": [user("a")], "inferenceConfig": {"temperature": 1.5}}, "equal to 1"),
        ({"messages": [user("a")], "inferenceConfig": {"maxTokens": 0}}, "equal to 1"),
        ({"messages": [user("a")], "inferenceConfig": {"maxTokens": True}}, "of type integer"),
        ({"messages": [user("a")], "toolConfig": {"tools": [tool("a b")]}}, "pattern"),
    ],
)
def test_a_request_outside_the_service_model(world: World, body: Any, told: str) -> None:
    status, answer = raw(world, body)
    assert status == 400
    assert told in answer["message"]


@pytest.mark.parametrize(
    ("model", "more", "told"),
    [
        (SONNET, SAMPLED, "`temperature` and `top_p` cannot both be specified"),
        ("us.anthropic.claude-opus-4-7", {"inferenceConfig": {"temperature": 0}}, "deprecated"),
        (
            "meta.llama3-1-8b-instruct-v1:0",
            {"inferenceConfig": {"stopSequences": ["END"]}},
            "support the stopSequences",
        ),
        ("amazon.rerank-v1:0", {}, "action doesn't support the model"),
        ("amazon.no-such-model-v1:0", {}, "model identifier is invalid"),
        ("amazon.nova-2-lite-v1:0", {}, "with on-demand throughput isn't supported"),
    ],
)
def test_what_single_models_refuse(talk: Talk, model: str, more: dict[str, Any], told: str) -> None:
    code, message = talk.refused("Hello", modelId=model, **more)
    assert code == "ValidationException"
    assert told in message


def test_a_sampler_alone_and_both_where_the_model_takes_them(talk: Talk) -> None:
    for name in ("temperature", "topP"):
        answer = talk.ask("Hello", modelId=SONNET, inferenceConfig={name: 0.5})
        assert answer["stopReason"] == "end_turn"
    assert talk.ask("Hello", modelId=LITE, **SAMPLED)["stopReason"] == "end_turn"


@pytest.mark.parametrize(
    "model",
    ["anthropic.claude-3-5-sonnet-20240620-v1:0", "anthropic.claude-3-5-sonnet-20241022-v2:0"],
)
def test_a_model_past_its_end_of_life_is_not_found(talk: Talk, model: str) -> None:
    code, message = talk.refused("Hello", modelId=model)
    assert code == "ResourceNotFoundException"
    assert "reached the end of its life" in message


def test_a_refusal_never_repeats_a_text(talk: Talk) -> None:
    said = "only-between-us"
    for messages in ([user(said), user(said)], [user(said), assistant(said)]):
        assert said not in talk.refused(*messages)[1]
