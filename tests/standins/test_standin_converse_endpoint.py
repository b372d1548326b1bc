"""A real model in Converse's place, behind an OpenAI-compatible endpoint: a server on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from conversation_world import LITE, Talk, assistant, result, text_of, tools, use, user, uses_of
from judge_server import PATH, JudgeServer, Reply
from standin_world import World
from test_standin_lambda import deploy, invoke

from demo.embedded import embedded_aws

MODEL, KEY = "target-model:8b", "key-of-the-target"


@pytest.fixture(scope="module")
def server() -> Iterator[JudgeServer]:
    made = JudgeServer()
    yield made
    made.close()


@pytest.fixture(scope="module")
def answered(server: JudgeServer) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MODELEVAL_TARGET_URL", server.url)
        patch.setenv("MODELEVAL_TARGET_MODEL", MODEL)
        patch.setenv("MODELEVAL_TARGET_API_KEY", KEY)
        patch.setenv("MODELEVAL_TARGET_TIMEOUT", "1")
        with embedded_aws(job_seconds=0.1) as aws:
            yield World(aws)


@pytest.fixture
def talk(answered: World, server: JudgeServer) -> Talk:
    answered.aws.control("POST", "reset")
    server.reset()
    return Talk(answered)


def completion(message: dict[str, Any], finish: str = "stop", **more: Any) -> Reply:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
    return Reply(body=json.dumps({"choices": [choice], **more}).encode())


def called(name: str = "lookup", arguments: Any = '{"order": "A1"}', identifier: Any = "c1") -> Any:
    call = {
        "id": identifier,
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }
    return completion({"content": None, "tool_calls": [call]}, "tool_calls")


def test_the_request(talk: Talk, server: JudgeServer) -> None:
    usage = {"prompt_tokens": 11, "completion_tokens": 5}
    server.queue = [completion({"content": "In the North Sea."}, usage=usage)]
    answer = talk.ask(
        user("Where does the Elbe end?"),
        assistant("I look.", use("u1", order="A1")),
        user(result("u1", {"sea": "North"}), "And please be quick."),
        system=[{"text": "Be brief."}, {"text": "Be polite."}],
        inferenceConfig={"maxTokens": 9, "temperature": 0.5, "topP": 0.9, "stopSequences": ["END"]},
        toolConfig=tools(),
    )
    assert (text_of(answer), answer["stopReason"]) == ("In the North Sea.", "end_turn")
    assert answer["usage"] == {"inputTokens": 11, "outputTokens": 5, "totalTokens": 16}
    (asked,) = server.asked
    assert asked.path == PATH
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    function = {"name": "lookup", "arguments": '{"order": "A1"}'}
    call = {"id": "u1", "type": "function", "function": function}
    assert asked.body["messages"] == [
        {"role": "system", "content": "Be brief.\nBe polite."},
        {"role": "user", "content": "Where does the Elbe end?"},
        {"role": "assistant", "content": "I look.", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "u1", "content": '{"sea": "North"}'},
        {"role": "user", "content": "And please be quick."},
    ]
    told = {name: asked.body[name] for name in ("model", "max_tokens", "temperature", "top_p")}
    assert told == {"model": MODEL, "max_tokens": 9, "temperature": 0.5, "top_p": 0.9}
    assert asked.body["stop"] == ["END"]
    (offered,) = asked.body["tools"]
    assert offered["function"]["name"] == "lookup"
    assert (
        offered["function"]["parameters"] == tools()["tools"][0]["toolSpec"]["inputSchema"]["json"]
    )


def test_a_round_of_tools(talk: Talk, server: JudgeServer) -> None:
    server.queue = [called(), completion({"content": "It is here."})]
    first = talk.ask("Where?", toolConfig=tools())
    assert first["stopReason"] == "tool_use"
    (call,) = uses_of(first)
    assert call == {"toolUseId": "c1", "name": "lookup", "input": {"order": "A1"}}
    given = user(result("c1", "gone", status="error"))
    answer = talk.ask("Where?", first["output"]["message"], given, toolConfig=tools())
    assert text_of(answer) == "It is here."
    assert server.asked[1].body["messages"][-1]["content"] == "Error: gone"


@pytest.mark.parametrize("identifier", [None, "a b", "x" * 65])
def test_ids_that_bedrock_would_not_give(talk: Talk, server: JudgeServer, identifier: Any) -> None:
    server.queue = [called(identifier=identifier)]
    (call,) = uses_of(talk.ask("Where?", toolConfig=tools()))
    assert call["toolUseId"].startswith("tooluse_")


@pytest.mark.parametrize(
    "reply",
    [
        called(arguments="{"),
        called(arguments="[1]"),
        called(name="not a name"),
        called(name=""),
        completion({"content": "x", "tool_calls": [{"id": "c1"}]}, "tool_calls"),
    ],
)
def test_a_malformed_call_ends_the_turn(talk: Talk, server: JudgeServer, reply: Reply) -> None:
    server.queue = [reply]
    answer = talk.ask("Where?", toolConfig=tools())
    assert (answer["stopReason"], uses_of(answer)) == ("malformed_tool_use", [])


@pytest.mark.parametrize(
    ("finish", "stopped"),
    [("length", "max_tokens"), ("content_filter", "content_filtered"), ("else", "end_turn")],
)
def test_why_it_stops(talk: Talk, server: JudgeServer, finish: str, stopped: str) -> None:
    server.queue = [completion({"content": "x", "reasoning_content": "because"}, finish)]
    answer = talk.ask("Where?")
    assert answer["stopReason"] == stopped
    assert "reasoningContent" in answer["output"]["message"]["content"][0]
    assert answer["usage"]["inputTokens"] == 2


@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        ({"any": {}}, "required"),
        ({"tool": {"name": "a"}}, {"type": "function", "function": {"name": "a"}}),
        ({"auto": {}}, "auto"),
    ],
)
def test_the_choice_of_tools(
    talk: Talk, server: JudgeServer, choice: dict[str, Any], sent: Any
) -> None:
    server.queue = [completion({"content": "x"})]
    talk.ask("Where?", toolConfig=tools("a", toolChoice=choice))
    assert server.asked[0].body["tool_choice"] == sent


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(status=429), "ThrottlingException"),
        (Reply(status=500), "ServiceUnavailableException"),
        (Reply(status=400), "ValidationException"),
        (Reply(status=401), "ModelErrorException"),
        (Reply(status=302, headers={"location": "/elsewhere"}), "ModelErrorException"),
        (Reply(delay=1.5), "ModelTimeoutException"),
        (Reply(body=b"<html>"), "ModelErrorException"),
        (Reply(body=b'{"choices": []}'), "ModelErrorException"),
        (Reply(body=b'{"choices": [3]}'), "ModelErrorException"),
        (Reply(body=b"[" * 50_000), "ModelErrorException"),
    ],
)
def test_trouble_is_told_and_nothing_is_tried_again(
    talk: Talk, server: JudgeServer, reply: Reply, code: str
) -> None:
    server.queue = [reply]
    found, message = talk.refused("Where?")
    assert found == code
    assert KEY not in message
    assert len(server.asked) == 1


def test_the_rules_hold_before_anyone_is_asked(talk: Talk, server: JudgeServer) -> None:
    assert talk.refused(assistant("Hello"))[0] == "ValidationException"
    assert talk.refused("Hello", modelId="none.such")[0] == "ValidationException"
    assert server.asked == []


def test_the_key_reaches_no_function(answered: World) -> None:
    answer, error = invoke(answered, deploy(answered), {})
    assert error is None
    assert not [name for name in answer["environment"] if name.startswith("MODELEVAL")]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"MODELEVAL_TARGET_MODEL": ""}, "MODELEVAL_TARGET_MODEL must both be set, or neither"),
        ({"MODELEVAL_TARGET_URL": "localhost:1"}, "TARGET_URL must be an http:// or https://"),
    ],
)
def test_an_environment_that_makes_no_sense(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], message: str
) -> None:
    sound = {"MODELEVAL_TARGET_URL": "http://127.0.0.1:1/v1", "MODELEVAL_TARGET_MODEL": LITE}
    for name, value in {**sound, **changes}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(RuntimeError, match=message), embedded_aws():
        pass
