"""docs/collecting-applications.md shows the contract: what it shows must hold."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml
from targets_world import ARN, asked, assistant, call, document_of, function_answer, user

from modeleval.collecting.application import request_of, step_of
from modeleval.collecting.functions import Functions
from modeleval.collecting.protocol import Citation, Passage, Usage
from modeleval.collecting.tools import Tools

PAGE = (Path(__file__).parents[3] / "docs/collecting-applications.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


CALL, REQUEST, ANSWER = (json.loads(block) for block in blocks("json"))


def test_the_targets_are_valid() -> None:
    targets = [
        document_of(**yaml.safe_load(block.replace("{model.version}", "3"))["target"])
        for block in blocks("yaml")
    ]
    assert [target.subject for target in targets] == ["support-bot-v3"] * 3
    model, function, endpoint = targets
    assert model.inference_params == document_of().inference_params
    assert len(model.tools) == 2
    assert function.function == ARN
    assert endpoint.secret is not None


def test_a_tool_gets_what_is_shown() -> None:
    got: list[bytes] = []

    class Client:
        def invoke(self, **given: Any) -> Any:
            got.append(given["Payload"])
            return function_answer(b"1")

    target = document_of(**yaml.safe_load(blocks("yaml")[0])["target"])
    asks = call(CALL["tool"], **CALL["input"])
    asks["toolUse"]["toolUseId"] = CALL["toolUseId"]
    where = {name: CALL[name] for name in ("scenario", "turn", "context")}
    tools = Tools(target.tools, Functions(Client()), seconds=9)
    tools.answer(asked(assistant(asks), **where), [asks["toolUse"]])
    assert [json.loads(one) for one in got] == [CALL]


def test_an_application_gets_what_is_shown() -> None:
    said = REQUEST["messages"]
    messages = [
        user(one["text"]) if one["role"] == "user" else assistant({"text": one["text"]})
        for one in said
    ]
    where = {name: REQUEST[name] for name in ("scenario", "turn", "context")}
    request = request_of(asked(messages=messages, **where), REQUEST["model"])
    assert json.loads(request) == REQUEST


def test_the_answer_that_is_shown_is_one() -> None:
    step = step_of(json.dumps(ANSWER).encode())
    assert step.answer is not None
    passage = Passage(**ANSWER["passages"][0])
    assert step.answer.passages == (passage,)
    assert step.answer.citations == (Citation(0, len(step.answer.text), (passage,)),)
    assert step.usage == Usage(1, 0, 120, 9)


def test_the_function_that_is_shown_keeps_the_contract() -> None:
    [source] = blocks("python")
    world: dict[str, Any] = {
        "search": lambda question: [f"about {question}"],
        "answer": lambda messages, passages: f"{len(messages)} messages, {passages[0]}",
    }
    exec(source, world)  # noqa: S102 - our own documentation
    step = step_of(json.dumps(world["handler"](REQUEST, None)).encode())
    assert step.answer is not None
    assert step.answer.text == "3 messages, about A-17"
    assert step.answer.passages == (Passage("about A-17"),)
