"""The tools of a model: executed, recorded, or answered with an error that the model may read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from targets_world import (
    RECORDED,
    TOOL_ARN,
    WEATHER,
    World,
    a_world,
    asked,
    assistant,
    call,
    document_of,
    function_answer,
    user,
)

from modeleval.collecting.functions import Functions
from modeleval.collecting.protocol import Step, TargetBusy, TurnFailed, Usage
from modeleval.collecting.tools import Tools
from modeleval.errors import TargetRefused


@pytest.fixture
def world() -> Iterator[World]:
    with a_world() as found:
        yield found


def calling(*calls: dict[str, Any], **fields: Any) -> Any:
    return asked(user("weather?"), assistant(*calls), **fields)


def answered(step: Step) -> list[Mapping[str, Any]]:
    """The results of a step's one message."""
    [message] = step.messages
    assert message["role"] == "user"
    return [block["toolResult"] for block in message["content"]]


def ok(content: dict[str, Any], number: int = 1) -> dict[str, Any]:
    return {"toolUseId": f"call-{number}", "content": [content]}


def error(text: str, number: int = 1) -> dict[str, Any]:
    return ok({"text": text}, number) | {"status": "error"}


def test_a_function_gets_the_call_and_where_it_comes_from(world: World) -> None:
    target = world.target(tools=[WEATHER])
    payload = {
        "tool": "weather",
        "toolUseId": "call-1",
        "input": {"city": "Rome"},
        "scenario": "s1",
        "turn": 1,
        "context": {"plan": "gold"},
    }
    expected = {
        "FunctionName": TOOL_ARN,
        "Payload": json.dumps(payload, separators=(",", ":")).encode(),
    }
    world.functions.add_response("invoke", function_answer(b'{"sky": "blue"}'), expected)
    assert target.step(calling({"text": "let me look"}, call(city="Rome"))) == Step(
        [{"role": "user", "content": [{"toolResult": ok({"json": {"sky": "blue"}})}]}],
        usage=Usage(tool_calls=1),
        rounds=1,
    )


@pytest.mark.parametrize(
    ("result", "content"),
    [
        (b'"sunny"', {"text": "sunny"}),
        (b'" "', {"json": {"result": " "}}),
        (b'{"a": 1}', {"json": {"a": 1}}),
        (b"[1]", {"json": {"result": [1]}}),
        (b"7", {"json": {"result": 7}}),
        (b"null", {"json": {"result": None}}),
    ],
)
def test_any_json_is_a_result_as_converse_takes_it(
    world: World, result: bytes, content: dict[str, Any]
) -> None:
    target = world.target(tools=[WEATHER])
    world.functions.add_response("invoke", function_answer(result))
    assert answered(target.step(calling(call()))) == [ok(content)]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (function_answer(b'{"errorMessage": "secret"}', FunctionError="Unhandled"), "failed"),
        (function_answer(b"no json, secret", FunctionError="Unhandled"), "failed"),
        (
            function_answer(b'{"errorType": "Sandbox.Timedout"}', FunctionError="Unhandled"),
            "did not answer in time",
        ),
        (function_answer(b"secret"), "failed"),
        (function_answer(b"NaN"), "failed"),
        (function_answer(b'"\\ud800"'), "failed"),
        (function_answer(b"[" * 65 + b"]" * 65), "failed"),
        (function_answer(b"[" * 9000 + b"]" * 9000), "failed"),
        (function_answer(b'"' + b"x" * 65536 + b'"'), "result is too long"),
    ],
)
def test_a_tool_that_fails_is_an_error_in_words_of_ours(
    world: World, answer: dict[str, Any], says: str
) -> None:
    target = world.target(tools=[WEATHER])
    world.functions.add_response("invoke", answer)
    step = target.step(calling(call()))
    [result] = answered(step)
    assert result["status"] == "error"
    assert says in result["content"][0]["text"]
    assert "secret" not in str(result)
    assert step.usage == Usage(tool_calls=1)


def test_results_up_to_the_limits_are_taken(world: World) -> None:
    target = world.target(tools=[WEATHER])
    text = "x" * 65534
    world.functions.add_response("invoke", function_answer(f'"{text}"'.encode()))
    assert answered(target.step(calling(call()))) == [ok({"text": text})]
    nested = b'{"a": ' * 63 + b"{}" + b"}" * 63
    world.functions.add_response("invoke", function_answer(nested))
    assert answered(target.step(calling(call()))) == [ok({"json": json.loads(nested)})]


def test_an_input_that_is_too_long_never_reaches_the_function(world: World) -> None:
    target = world.target(tools=[WEATHER])
    step = target.step(calling(call(city="x" * 256 * 1024)))
    assert answered(step) == [error("The tool's input is too long.")]


def test_every_call_of_a_message_is_answered_in_its_order(world: World) -> None:
    other = RECORDED | {"name": "clock"}
    target = world.target(tools=[WEATHER, other])
    world.functions.add_response("invoke", function_answer(b'"one"'))
    world.functions.add_response("invoke", function_answer(b'"four"'))
    calls = [
        call(number=1), call("clock", 2), call("guess", 3), call(number=4), call("clock", 5),
    ]  # fmt: skip
    step = target.step(calling(*calls, tool_results={"clock": ["noon", "night"]}))
    assert answered(step) == [
        ok({"text": "one"}, 1),
        ok({"text": "noon"}, 2),
        error("There is no tool of that name.", 3),
        ok({"text": "four"}, 4),
        ok({"text": "night"}, 5),
    ]
    assert (step.usage, step.rounds, step.used) == (Usage(tool_calls=5), 1, {"clock": 2})


def test_a_single_recorded_result_is_always_the_answer(world: World) -> None:
    target = world.target(tools=[RECORDED])
    given = {"tool_results": {"weather": [{"sky": "blue"}]}, "used": {"weather": 7}}
    step = target.step(calling(call(), call(number=2), **given))
    assert answered(step) == [ok({"json": {"sky": "blue"}}, number) for number in (1, 2)]
    assert step.used == {"weather": 2}


def test_recorded_results_go_on_where_the_last_turn_ended(world: World) -> None:
    target = world.target(tools=[RECORDED])
    given: dict[str, Any] = {"tool_results": {"weather": ["a", "b", "c"]}, "used": {"weather": 1}}
    step = target.step(calling(call(), **given))
    assert (answered(step), step.used) == ([ok({"text": "b"})], {"weather": 1})


@pytest.mark.parametrize("results", [{}, {"weather": []}, {"weather": ["a", "b"]}])
def test_a_call_for_which_nothing_was_recorded_fails_the_turn(
    world: World, results: dict[str, Any]
) -> None:
    target = world.target(tools=[RECORDED])
    with pytest.raises(TurnFailed, match="toolNotRecorded"):
        target.step(calling(call(), tool_results=results, used={"weather": 2}))


def test_a_recorded_result_that_is_too_long_is_an_error(world: World) -> None:
    target = world.target(tools=[RECORDED])
    step = target.step(calling(call(), tool_results={"weather": ["x" * 65536]}))
    assert answered(step) == [error("The tool's result is too long.")]


@pytest.mark.parametrize(("rounds", "limit"), [(0, 0), (2, 2), (10, None)])
def test_no_round_begins_beyond_the_limit(world: World, rounds: int, limit: int | None) -> None:
    given = {} if limit is None else {"maxToolRounds": limit}
    target = world.target(tools=[WEATHER], **given)
    with pytest.raises(TurnFailed, match="toolRoundLimit"):
        target.step(calling(call(), rounds=rounds))


def test_the_last_allowed_round_is_executed(world: World) -> None:
    target = world.target(tools=[WEATHER])
    world.functions.add_response("invoke", function_answer(b"1"))
    assert target.step(calling(call(), rounds=9)).rounds == 1


def test_a_function_without_room_is_asked_again_later(world: World) -> None:
    target = world.target(tools=[WEATHER])
    world.functions.add_client_error("invoke", "TooManyRequestsException", "", 429)
    with pytest.raises(TargetBusy):
        target.step(calling(call()))


@pytest.mark.parametrize(
    ("code", "status"), [("AccessDeniedException", 403), ("ResourceNotFoundException", 404)]
)
def test_a_function_that_cannot_be_invoked_refuses_the_target(
    world: World, code: str, status: int
) -> None:
    target = world.target(tools=[WEATHER])
    world.functions.add_client_error("invoke", code, "", status)
    with pytest.raises(TargetRefused, match=TOOL_ARN):
        target.step(calling(call()))


def test_a_tool_that_hangs_is_told_to_the_model(world: World) -> None:
    target = world.target(tools=[WEATHER], timeoutSeconds=7)

    def invoke(**_: Any) -> Any:
        raise ReadTimeoutError(endpoint_url="x")

    world.functions.client.invoke = invoke
    step = target.step(calling(call()))
    assert answered(step) == [error("The tool did not answer in time.")]
    assert world.configs["lambda"].read_timeout == 7
    assert world.configs["lambda"].retries["total_max_attempts"] == 1


def test_recorded_tools_need_no_function(world: World) -> None:
    world.target(tools=[RECORDED])
    assert set(world.configs) == {"bedrock-runtime"}


def test_no_function_is_invoked_when_a_rounds_time_is_over() -> None:
    """Of five calls that take four seconds each, three begin within ten."""
    times = [0.0]

    class Client:
        def invoke(self, **_: Any) -> Any:
            times.append(times[-1] + 4)
            return function_answer(b"1")

    tools = Tools(
        [*document_of(tools=[WEATHER, RECORDED | {"name": "clock"}]).tools],
        Functions(Client()),
        10,
        lambda: times[-1],
    )
    calls = [call(number=number)["toolUse"] for number in range(1, 6)]
    calls.append(call("clock", 6)["toolUse"])
    step = tools.answer(asked(tool_results={"clock": ["noon"]}), calls)
    assert len(times) == 4
    assert answered(step) == [
        *(ok({"json": {"result": 1}}, number) for number in (1, 2, 3)),
        *(error("The tool did not answer in time.", number) for number in (4, 5)),
        ok({"text": "noon"}, 6),
    ]
