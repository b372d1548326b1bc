"""A model as a target: what Converse is asked, and what its answers mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError
from targets_world import (
    DEFAULTS,
    MODEL,
    SCHEMA,
    WEATHER,
    World,
    a_world,
    asked,
    assistant,
    call,
    converse_answer,
    user,
)

from modeleval.collecting.protocol import Answer, Step, TargetBusy, TurnFailed, Usage
from modeleval.errors import TargetRefused

SPEC = {"tools": [{"toolSpec": {"name": "weather", "inputSchema": {"json": SCHEMA}}}]}


@pytest.fixture
def world() -> Iterator[World]:
    with a_world() as found:
        yield found


def test_the_seeds_parameters_are_sent_and_the_text_comes_back(world: World) -> None:
    target = world.target()
    world.bedrock.add_response(
        "converse",
        converse_answer({"text": "one"}, {"text": "two"}),
        {
            "modelId": MODEL,
            "messages": [{"role": "user", "content": [{"text": "hello"}]}],
            "inferenceConfig": DEFAULTS,
        },
    )
    assert target.step(asked()) == Step(
        [assistant({"text": "one\ntwo"})],
        Answer("one\ntwo", stop_reason="end_turn"),
        Usage(1, 0, 11, 7),
    )


def test_all_that_a_target_may_say_is_sent(world: World) -> None:
    target = world.target(
        system="Be brief.",
        inferenceParams={"maxTokens": 5, "topP": None, "temperature": 0, "stopSequences": ["END"]},
        guardrail={"id": "abc123", "version": "2"},
        tools=[WEATHER | {"description": "Tells the weather."}],
        timeoutSeconds=33,
    )
    spec = {"name": "weather", "description": "Tells the weather.", "inputSchema": {"json": SCHEMA}}
    world.bedrock.add_response(
        "converse",
        converse_answer({"text": "hi"}),
        {
            "modelId": MODEL,
            "messages": [user("hello")],
            "system": [{"text": "Be brief."}],
            "inferenceConfig": {"maxTokens": 5, "temperature": 0, "stopSequences": ["END"]},
            "guardrailConfig": {"guardrailIdentifier": "abc123", "guardrailVersion": "2"},
            "toolConfig": {"tools": [{"toolSpec": spec}]},
        },
    )
    target.step(asked())
    config = world.configs["bedrock-runtime"]
    assert config.read_timeout == 33
    assert config.retries == {"mode": "standard", "total_max_attempts": 1}


def test_without_any_inference_parameter_none_is_sent(world: World) -> None:
    params = {"maxTokens": None, "topP": None, "temperature": None}
    target = world.target(inferenceParams=params)
    expected = {"modelId": MODEL, "messages": [user("hello")]}
    world.bedrock.add_response("converse", converse_answer({"text": "hi"}), expected)
    target.step(asked())


@pytest.mark.parametrize("stop", ["tool_use", "end_turn", "stop_sequence"])
def test_a_message_that_calls_tools_ends_no_turn(world: World, stop: str) -> None:
    target = world.target(tools=[WEATHER])
    blocks = [{"text": "let me look"}, call(city="Rome"), call(number=2, city="Oslo")]
    world.bedrock.add_response("converse", converse_answer(*blocks, stop=stop))
    assert target.step(asked()) == Step([assistant(*blocks)], usage=Usage(1, 0, 11, 7))


def test_reasoning_is_never_in_an_answer(world: World) -> None:
    target = world.target()
    thought = {"reasoningContent": {"reasoningText": {"text": "hmm", "signature": "sig"}}}
    world.bedrock.add_response("converse", converse_answer(thought, {"text": "hi"}))
    step = target.step(asked())
    assert step.messages == [assistant({"text": "hi"})]
    assert step.answer == Answer("hi", stop_reason="end_turn")


def test_signed_reasoning_is_handed_back_with_the_call_that_it_led_to(world: World) -> None:
    target = world.target(tools=[WEATHER])
    signed = {"reasoningContent": {"reasoningText": {"text": "hmm", "signature": "sig"}}}
    secret = {"reasoningContent": {"redactedContent": b"\x00\xff"}}
    unsigned = {"reasoningContent": {"reasoningText": {"text": "hmm"}}}
    blocks = [signed, secret, unsigned, {"text": " "}, call(city="Rome")]
    world.bedrock.add_response("converse", converse_answer(*blocks, stop="tool_use"))
    first = target.step(asked())
    kept = {"reasoningContent": {"redactedContent": "AP8="}}
    assert first.messages == [assistant(signed, kept, call(city="Rome"))]

    result = {"toolResult": {"toolUseId": "call-1", "content": [{"text": "sunny"}]}}
    answered = {"role": "user", "content": [result]}
    world.bedrock.add_response(
        "converse",
        converse_answer({"text": "sunny"}),
        {
            "modelId": MODEL,
            "messages": [user("hello"), assistant(signed, secret, call(city="Rome")), answered],
            "inferenceConfig": DEFAULTS,
            "toolConfig": SPEC,
        },
    )
    assert target.step(asked(user("hello"), *first.messages, answered)).answer is not None


@pytest.mark.parametrize(
    "stop", ["max_tokens", "guardrail_intervened", "content_filtered", "stop_sequence"]
)
def test_what_was_cut_or_blocked_is_an_answer_like_others(world: World, stop: str) -> None:
    target = world.target()
    world.bedrock.add_response("converse", converse_answer({"text": "Sorry"}, stop=stop))
    assert target.step(asked()).answer == Answer("Sorry", stop_reason=stop)


def test_a_call_that_was_cut_is_not_executed(world: World) -> None:
    target = world.target(tools=[WEATHER])
    answer = converse_answer({"text": "let me"}, call(city="R"), stop="max_tokens")
    world.bedrock.add_response("converse", answer)
    assert target.step(asked()).messages == [assistant({"text": "let me"})]


def deep(levels: int) -> Any:
    value: Any = {}
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("blocks", "stop", "reason"),
    [
        ([{"text": "x"}], "malformed_model_output", "invalidAnswer"),
        ([call()], "malformed_tool_use", "invalidAnswer"),
        ([{"text": "x"}], "tool_use", "invalidAnswer"),
        ([{"text": "\ud800"}], "end_turn", "invalidAnswer"),
        ([call(city="\udfff")], "tool_use", "invalidAnswer"),
        ([call(city=deep(70))], "tool_use", "invalidAnswer"),
        ([call(city=deep(5000))], "tool_use", "invalidAnswer"),
        (
            [{"toolUse": {"toolUseId": "a", "name": "weather", "input": "Rome"}}],
            "tool_use",
            "invalidAnswer",
        ),
        ([call(city="x" * 600_000)], "tool_use", "answerTooLong"),
        ([{"text": "x" * (1024 * 1024 + 1)}], "end_turn", "answerTooLong"),
        ([], "model_context_window_exceeded", "conversationTooLong"),
    ],
)
def test_what_is_no_answer_fails_the_turn(
    world: World, blocks: list[dict[str, Any]], stop: str, reason: str
) -> None:
    target = world.target(tools=[WEATHER])
    world.bedrock.deactivate()  # botocore's own validation of the answer would stop at the depth
    world.bedrock.client.converse = lambda **_: converse_answer(*blocks, stop=stop)
    with pytest.raises(TurnFailed) as failed:
        target.step(asked())
    assert failed.value.reason == reason
    assert failed.value.usage.requests == 1


@pytest.mark.parametrize(
    ("name", "kept"),
    [("functions.weather", "functions_weather"), ("x" * 80, "x" * 64), ("", "_"), ("ü", "_")],
)
def test_a_tools_name_that_the_api_would_not_take_back_is_written_otherwise(
    world: World, name: str, kept: str
) -> None:
    target = world.target(tools=[WEATHER])
    answer = converse_answer({"text": "let me look"}, call(name), stop="tool_use")
    world.bedrock.client.converse = lambda **_: answer
    [message] = target.step(asked()).messages
    assert message == assistant({"text": "let me look"}, call(kept))


def test_a_number_that_json_does_not_have_is_none(world: World) -> None:
    target = world.target(tools=[WEATHER])
    answer = converse_answer(call(city=float("nan")), stop="tool_use")
    world.bedrock.add_response("converse", answer)
    assert target.step(asked()).messages == [assistant(call(city=None))]


def test_a_model_without_tools_that_calls_one_fails_the_turn(world: World) -> None:
    target = world.target()
    world.bedrock.add_response("converse", converse_answer(call(), stop="tool_use"))
    with pytest.raises(TurnFailed, match="toolUnknown"):
        target.step(asked())


def test_an_answer_without_a_message_is_an_empty_one(world: World) -> None:
    target = world.target()
    answer = converse_answer()
    answer["output"] = {}
    world.bedrock.client.converse = lambda **_: answer
    assert target.step(asked()).answer == Answer("", stop_reason="end_turn")


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ThrottlingException", 429),
        ("TooManyRequestsException", 429),
        ("ModelErrorException", 424),
        ("ServiceQuotaExceededException", 400),
        ("InternalServerException", 500),
        ("ServiceUnavailableException", 503),
        ("SomethingNew", 502),
    ],
)
def test_what_passes_is_worth_another_try(world: World, code: str, status: int) -> None:
    target = world.target()
    world.bedrock.add_client_error("converse", code, "hello", status)
    with pytest.raises(TargetBusy, match=code):
        target.step(asked())


def test_a_model_that_is_being_loaded_is_given_time(world: World) -> None:
    target = world.target()
    world.bedrock.add_client_error("converse", "ModelNotReadyException", "hello", 429)
    with pytest.raises(TargetBusy) as busy:
        target.step(asked())
    assert busy.value.after == 30


@pytest.mark.parametrize(
    ("code", "status", "reason"),
    [
        ("ModelTimeoutException", 408, "timeout"),
        ("ValidationException", 400, "refusedRequest"),
        ("SomethingNew", 400, "refusedRequest"),
    ],
)
def test_what_is_wrong_with_one_turn_fails_it(
    world: World, code: str, status: int, reason: str
) -> None:
    target = world.target()
    world.bedrock.add_client_error("converse", code, "hello", status)
    with pytest.raises(TurnFailed) as failed:
        target.step(asked())
    assert (failed.value.reason, failed.value.usage) == (reason, Usage(requests=1))


@pytest.mark.parametrize(
    ("code", "status", "message", "says"),
    [
        ("AccessDeniedException", 403, "no identity-based policy", "no identity-based policy"),
        ("ExpiredTokenException", 403, "expired", "ExpiredTokenException"),
        ("ResourceNotFoundException", 404, "Model use case details", "use case details"),
        (
            "ValidationException",
            400,
            "Invocation of model ID x with on-demand throughput isn't supported. Retry",
            "Name an inference profile",
        ),
        ("ValidationException", 400, "The provided model identifier is invalid.", "Region"),
        ("ValidationException", 400, "This model doesn't support tool use.", "another model"),
        (
            "ValidationException",
            400,
            "The maximum tokens you requested exceeds the model limit of 10.",
            "inferenceParams.maxTokens",
        ),
    ],
)
def test_what_no_turn_can_change_refuses_the_target(
    world: World, code: str, status: int, message: str, says: str
) -> None:
    target = world.target()
    world.bedrock.add_client_error("converse", code, message, status)
    with pytest.raises(TargetRefused, match=says):
        target.step(asked())


def raising(error: Exception) -> Any:
    def converse(**_: Any) -> Any:
        raise error

    return converse


def test_a_model_that_hangs_fails_the_turn(world: World) -> None:
    target = world.target()
    world.bedrock.client.converse = raising(ReadTimeoutError(endpoint_url="x"))
    with pytest.raises(TurnFailed, match="timeout"):
        target.step(asked())


@pytest.mark.parametrize(
    "error", [ConnectTimeoutError(endpoint_url="x"), EndpointConnectionError(endpoint_url="x")]
)
def test_a_connection_that_is_lost_is_worth_another_try(world: World, error: Exception) -> None:
    target = world.target()
    world.bedrock.client.converse = raising(error)
    with pytest.raises(TargetBusy):
        target.step(asked())
