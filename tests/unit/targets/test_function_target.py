"""An application behind a function: its contract, and what its answers mean."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from targets_world import ARN, World, a_world, asked, assistant, document_of, function_answer, user

from modeleval.collecting.protocol import (
    Answer,
    Citation,
    Passage,
    Step,
    TargetBusy,
    TurnFailed,
    Usage,
)
from modeleval.collecting.targets import Clients, target_of
from modeleval.errors import TargetRefused, TransientServiceError

BOT = {"name": "bot-v3", "function": ARN}


@pytest.fixture
def world() -> Iterator[World]:
    with a_world() as found:
        yield found


def answer_to(world: World, said: Any, **fields: Any) -> Step:
    target = world.target(**BOT)
    payload = said if isinstance(said, bytes) else json.dumps(said).encode()
    world.functions.add_response("invoke", function_answer(payload, **fields))
    return target.step(asked())


def failure(world: World, said: Any, **fields: Any) -> str:
    with pytest.raises(TurnFailed) as failed:
        answer_to(world, said, **fields)
    assert failed.value.usage == Usage(requests=1)
    return failed.value.reason


def test_the_conversation_is_handed_over(world: World) -> None:
    model = {"id": "arn:aws:sagemaker:…", "group": "support", "version": "3"}
    target = target_of(
        document_of(**BOT, timeoutSeconds=21), Clients(world.make), None, model=model
    )
    request = {
        "version": 1,
        "scenario": "s1",
        "turn": 2,
        "context": {"plan": "gold"},
        "messages": [
            {"role": "user", "text": "hello\nyou"},
            {"role": "assistant", "text": "yes?"},
            {"role": "user", "text": "ümläut 😀"},
        ],
        "model": model,
    }
    data = json.dumps(request, separators=(",", ":"), ensure_ascii=False).encode()
    expected = {"FunctionName": ARN, "Payload": data}
    world.functions.add_response("invoke", function_answer(b'{"text": "hi"}'), expected)
    messages = (user("hello", "you"), assistant({"text": "yes?"}), user("ümläut 😀"))
    assert target.step(asked(*messages, turn=2)) == Step(
        [assistant({"text": "hi"})], Answer("hi"), Usage(requests=1)
    )
    assert world.configs["lambda"].read_timeout == 21


def test_without_a_model_of_the_run_none_is_told(world: World) -> None:
    sent = []
    target = world.target(**BOT)
    world.functions.client.invoke = lambda **given: (
        sent.append(json.loads(given["Payload"])),
        function_answer(b'{"text": "hi"}'),
    )[1]
    target.step(asked())
    assert "model" not in sent[0]


def test_passages_and_citations_come_along(world: World) -> None:
    said = {
        "text": "Yes, 😀 it is.",
        "passages": [
            {"text": "one", "name": "a.md", "metadata": {"page": 3}},
            {"text": "two", "score": 0.5},
        ],
        "citations": [{"start": 0, "end": 6, "passages": [1, {"text": "three"}, 0]}],
        "usage": {"inputTokens": 5},
        "unknown": [1],
    }
    one, two = Passage("one", "a.md", {"page": 3}), Passage("two")
    citation = Citation(0, 6, (two, Passage("three"), one))
    step = answer_to(world, said)
    assert step.answer == Answer("Yes, 😀 it is.", (one, two), (citation,))
    assert step.usage == Usage(1, 0, 5, 0)


@pytest.mark.parametrize("field", ["passages", "citations", "usage"])
def test_null_is_nothing(world: World, field: str) -> None:
    assert answer_to(world, {"text": "hi", field: None}).answer == Answer("hi")


def test_an_empty_text_is_an_answer_that_the_conversation_judges(world: World) -> None:
    assert answer_to(world, {"text": ""}).answer == Answer("")


@pytest.mark.parametrize(
    "said",
    [
        [],
        {"answer": "hi"},
        {"text": ["hi"]},
        {"text": "hi", "passages": {"text": "x"}},
        {"text": "hi", "passages": ["x"]},
        {"text": "hi", "passages": [{"name": "x"}]},
        {"text": "hi", "passages": [{"text": "x", "metadata": [1]}]},
        {"text": "hi", "citations": [{"start": 0, "end": 3, "passages": []}]},
        {"text": "hi", "citations": [{"start": 2, "end": 1, "passages": []}]},
        {"text": "hi", "citations": [{"start": -1, "end": 1, "passages": []}]},
        {"text": "hi", "citations": [{"start": 0, "end": 1, "passages": [0]}]},
        {"text": "hi", "citations": [{"start": 0, "end": 1, "passages": [True]}]},
        {"text": "hi", "citations": [{"start": 0.5, "end": 1, "passages": []}]},
        {"text": "hi", "usage": {"inputTokens": "5"}},
        {"text": "hi", "usage": {"outputTokens": 2**31}},
        {"text": "hi", "retryAfterSeconds": "soon"},
        {"text": "hi", "retryAfterSeconds": -1},
        b"",
        b"\xff",
        b'{"text": "hi", "x": NaN}',
        b'{"text": "\\udc00"}',
        b'{"text": "hi", "passages": [{"text": "x", "metadata": {"a":'
        + b"[" * 64 + b"]" * 64 + b"}}]}",
        b'{"text": "hi", "x":' + b"[" * 9000 + b"]" * 9000 + b"}",
    ],
)  # fmt: skip
def test_what_breaks_the_contract_fails_the_turn(world: World, said: Any) -> None:
    assert failure(world, said) == "invalidAnswer"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"errorType": "KeyError", "errorMessage": "secret"}, "serviceError"),
        ({"errorType": "Sandbox.Timedout", "errorMessage": "after 3 s"}, "timeout"),
        (b"[[[", "serviceError"),
    ],
)
def test_a_function_that_fails_fails_the_turn(world: World, said: Any, reason: str) -> None:
    assert failure(world, said, FunctionError="Unhandled") == reason


def test_an_answer_without_an_end_is_not_read(world: World) -> None:
    payload = b'{"text": "' + b"x" * 1024 * 1024 + b'"}'
    assert failure(world, payload) == "answerTooLong"


def test_a_pause_that_the_application_asks_for_is_kept(world: World) -> None:
    with pytest.raises(TargetBusy) as busy:
        answer_to(world, {"retryAfterSeconds": 2.5})
    assert busy.value.after == 2.5


def test_a_conversation_that_lambda_does_not_take_is_not_sent(world: World) -> None:
    with pytest.raises(TurnFailed, match="conversationTooLong"):
        world.target(**BOT).step(asked(user("x" * 6 * 1024 * 1024)))


@pytest.mark.parametrize(
    ("code", "status", "raised"),
    [
        ("TooManyRequestsException", 429, TargetBusy),
        ("ResourceConflictException", 409, TargetBusy),
        ("ServiceException", 500, TargetBusy),
        ("EC2ThrottledException", 502, TargetBusy),
        ("AccessDeniedException", 403, TargetRefused),
        ("ResourceNotFoundException", 404, TargetRefused),
        ("RequestTooLargeException", 413, TurnFailed),
    ],
)
def test_lambdas_errors(world: World, code: str, status: int, raised: type[Exception]) -> None:
    target = world.target(**BOT)
    world.functions.add_client_error("invoke", code, "", status)
    with pytest.raises(raised):
        target.step(asked())


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (ReadTimeoutError(endpoint_url="x"), TurnFailed),
        (ConnectionClosedError(endpoint_url="x"), TargetBusy),
    ],
)
def test_connections_that_are_lost(world: World, error: Exception, raised: type[Exception]) -> None:
    target = world.target(**BOT)

    def invoke(**_: Any) -> Any:
        raise error

    world.functions.client.invoke = invoke
    with pytest.raises(raised):
        target.step(asked())


def test_a_function_that_is_there_may_be_asked(world: World) -> None:
    functions = Clients(world.make).functions()
    world.functions.add_response("get_function_configuration", {}, {"FunctionName": ARN})
    functions.check(ARN, field="target.function")


def test_a_function_that_may_not_be_looked_at_may_be_there(world: World) -> None:
    functions = Clients(world.make).functions()
    world.functions.add_client_error(
        "get_function_configuration", "AccessDeniedException", "no", 403
    )
    functions.check(ARN, field="target.function")


@pytest.mark.parametrize(
    ("code", "status", "raised"),
    [
        ("ResourceNotFoundException", 404, TargetRefused),
        ("TooManyRequestsException", 429, TransientServiceError),
        ("InvalidParameterValueException", 400, ClientError),
    ],
)
def test_a_function_that_is_not_there(
    world: World, code: str, status: int, raised: type[Exception]
) -> None:
    functions = Clients(world.make).functions()
    world.functions.add_client_error("get_function_configuration", code, "no", status)
    with pytest.raises(raised):
        functions.check(ARN, field="target.function")
