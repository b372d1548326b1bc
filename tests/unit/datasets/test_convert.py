"""From one format to another: what is kept, what is left out and said, what is refused."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from dataset_helpers import chunks, jsonl
from format_lines import (
    BEDROCK,
    FIRST,
    GENERATED,
    LINES,
    RETRIEVED,
    SECOND,
    messages,
    text,
    turn,
    turns,
)

from modeleval.datasets.convert.conversion import Conversion, ConvertOptions, convert, refusal
from modeleval.datasets.formats import FORMATS

BY_NAME = {found.name: found for found in FORMATS}
TARGETS = [found.name for found in FORMATS if found.write is not None]


def converted(
    source: str, to: str, *lines: Any, data: bytes | None = None, **options: Any
) -> tuple[Conversion, list[dict[str, Any]]]:
    out = io.BytesIO()
    asked = ConvertOptions(to=BY_NAME[to], **options)
    done = convert(chunks(data or jsonl(*lines), 100), BY_NAME[source], asked, out)
    return done, [json.loads(line) for line in out.getvalue().split(b"\n") if line]


WANTED: dict[tuple[str, str], dict[str, Any]] = {
    ("bedrock-prompts", "messages"): {
        "messages": messages(("user", "Asked?"), ("assistant", "Wanted")),
        "category": "c",
    },
    ("bedrock-prompts", "query-response"): LINES["query-response"],
    ("bedrock-prompts", "prompt-completion"): LINES["prompt-completion"],
    ("bedrock-prompts", "rag-turns"): LINES["rag-turns"],
    ("query-response", "bedrock-prompts"): BEDROCK,
    ("prompt-completion", "bedrock-prompts"): BEDROCK,
    ("preference", "bedrock-prompts"): BEDROCK,
    ("verl", "bedrock-prompts"): BEDROCK,
    ("rag-turns", "bedrock-prompts"): BEDROCK,
    ("rag-turns", "query-response"): LINES["query-response"],
    ("rag-retrieved", "rag-turns"): LINES["rag-turns"],
    ("rag-generated", "rag-turns"): LINES["rag-turns"],
    ("rag-generated", "bedrock-responses"): BEDROCK
    | {"modelResponses": [{"response": "Gave", "modelIdentifier": "rag-v1"}]},
    ("bedrock-responses", "bedrock-prompts"): BEDROCK,
    ("human-responses", "bedrock-prompts"): BEDROCK,
    ("messages", "prompt-completion"): {
        "prompt": messages(("system", "Brief."), ("user", "Asked?")),
        "completion": messages(("assistant", "Wanted")),
        "category": "c",
    },
    ("messages", "query-response"): {"system": "Brief."} | LINES["query-response"],
}


@pytest.mark.parametrize(("source", "to"), WANTED)
def test_a_record_keeps_its_meaning(source: str, to: str) -> None:
    done, lines = converted(source, to, LINES[source])
    assert (done.problem_count, done.read, done.written) == (0, 1, 1)
    assert lines == [WANTED[source, to]]


OUTPUT = "conversationTurns[].output (passages and citations)"
LEFT = {
    ("bedrock-responses", "bedrock-prompts"): ["the responses"],
    ("human-responses", "messages"): ["the responses"],
    ("rag-retrieved", "messages"): [OUTPUT],
    ("rag-generated", "bedrock-responses"): [OUTPUT],
    ("rag-generated", "bedrock-prompts"): ["the responses", OUTPUT],
    ("messages", "rag-turns"): ["the system message"],
    ("preference", "query-response"): ["rejected"],
    ("verl", "messages"): [],
}


@pytest.mark.parametrize(("source", "to"), LEFT)
def test_what_is_left_out_is_counted_by_name(source: str, to: str) -> None:
    done, _ = converted(source, to, LINES[source], LINES[source])
    assert done.left_fields == dict.fromkeys(LEFT[source, to], 2)


@pytest.mark.parametrize(
    ("source", "to", "line", "left"),
    [
        ("bedrock-prompts", "messages", BEDROCK | {"id": 7}, ["id"]),
        (
            "bedrock-responses",
            "messages",
            BEDROCK | {"modelResponses": [FIRST | {"tokens": 3}]},
            ["the responses", "modelResponses[].tokens"],
        ),
        ("query-response", "rag-turns", {"query": "a", "metadata": {"a": 1}}, ["metadata"]),
        (
            "messages",
            "rag-turns",
            {"messages": [{"role": "user", "content": "a", "name": "n"}], "tools": []},
            ["tools", "messages[].name"],
        ),
        (
            "rag-turns",
            "bedrock-prompts",
            turns(turn("a", "b", "c")) | {"id": 1},
            ["id", "the other references"],
        ),
        (
            "rag-turns",
            "bedrock-prompts",
            turns(turn("a") | {"referenceContexts": [text("x")]}),
            ["conversationTurns[].referenceContexts"],
        ),
    ],
)
def test_fields_that_no_format_has_are_named(
    source: str, to: str, line: Any, left: list[str]
) -> None:
    done, _ = converted(source, to, line)
    assert [*done.left_fields] == left


def test_names_that_are_text_are_not_quoted() -> None:
    done, _ = converted("bedrock-prompts", "messages", BEDROCK | {"What is the secret?": 1})
    assert "secret" not in "".join(done.left_fields)


def test_another_field_may_be_kept() -> None:
    done, lines = converted("bedrock-prompts", "messages", BEDROCK | {"id": 7}, keep=("id",))
    assert lines[0]["id"] == 7
    assert done.left_fields == {}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ({"query": "a"}, "no answer, and the format needs one"),
        ({"query": "a", "response": "b"}, None),
    ],
)
def test_a_record_without_what_is_needed_is_left_out_and_counted(line: Any, why: Any) -> None:
    done, _ = converted("query-response", "prompt-completion", LINES["query-response"], line)
    assert done.problem_count == 0
    assert [left.why for left in done.left_records] == ([why] if why else [])
    assert [left.lines for left in done.left_records] == ([(2,)] if why else [])


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ([("user", "a"), ("assistant", "b")] * 5 + [("user", "c")], "more than 5 turns"),
        ([("assistant", "a"), ("user", "b")], "answers that no prompt comes before"),
        (
            [("user", "a"), ("assistant", "b"), ("assistant", "c"), ("user", "d")],
            "answers that no prompt comes before",
        ),
        ([("user", "a"), ("system", "b"), ("user", "c")], "a system message within"),
        ([("user", " "), ("assistant", "b"), ("user", "c")], "an empty message of the user"),
    ],
)
def test_a_conversation_that_turns_cannot_hold_is_left_out(said: Any, why: str) -> None:
    done, lines = converted("messages", "rag-turns", {"messages": messages(*said)})
    assert lines == []
    assert done.left_records[0].why.startswith(why)


def test_a_conversation_becomes_turns_and_back() -> None:
    said = [("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d")]
    _, lines = converted("messages", "rag-turns", {"messages": messages(*said)})
    assert lines == [turns(turn("a", "b"), turn("c", "d"), category=None)]
    _, back = converted("rag-turns", "messages", *lines)
    assert back == [{"messages": messages(*said)}]


def test_a_conversation_as_one_text_is_said() -> None:
    done, lines = converted("messages", "bedrock-prompts", LINES["messages"])
    assert done.folded == 1
    assert lines[0]["prompt"] == "System: Brief.\n\nUser: Asked?"


def test_answers_of_a_rag_system_are_the_history_of_the_last_turn() -> None:
    line = turns(turn("a", "x", **GENERATED), turn("b", "y", **GENERATED))
    done, lines = converted("rag-generated", "bedrock-responses", line)
    assert lines[0]["prompt"] == "User: a\n\nAssistant: Gave\n\nUser: b"
    assert lines[0]["referenceResponse"] == "y"
    assert "the references before the last turn" in done.left_fields


def test_answers_may_be_somebodys_responses() -> None:
    done, lines = converted("messages", "bedrock-responses", LINES["messages"], identifier="bot-v1")
    assert lines[0]["modelResponses"] == [{"response": "Wanted", "modelIdentifier": "bot-v1"}]
    assert "referenceResponse" not in lines[0]
    assert done.left_fields == {}


def test_responses_may_be_the_answers() -> None:
    done, lines = converted(
        "bedrock-responses", "messages", LINES["bedrock-responses"], answer_with_responses=True
    )
    assert lines[0]["messages"][-1] == {"role": "assistant", "content": "Gave"}
    assert done.left_fields == {"the references": 1, "the responses' source": 1}


@pytest.mark.parametrize(("identifier", "said"), [("bot-v1", FIRST), ("bot-v2", SECOND)])
def test_of_two_sources_one_is_taken(identifier: str, said: dict[str, str]) -> None:
    done, lines = converted(
        "human-responses", "bedrock-responses", LINES["human-responses"], identifier=identifier
    )
    assert lines == [BEDROCK | {"modelResponses": [said]}]
    assert done.left_fields == {"the other source's responses": 1}


REFUSED: list[tuple[str, str, dict[str, Any], str]] = [
    ("messages", "messages", {}, "The file has that format already: it looks like OpenAI messages"),
    ("messages", "bedrock-responses", {}, "Name by --identifier whose responses the answers are"),
    (
        "bedrock-prompts",
        "bedrock-responses",
        {"identifier": "a"},
        "Bedrock prompts hold no responses; collect them, or name them live in the suite",
    ),
    ("rag-turns", "bedrock-responses", {"identifier": "a"}, "Bedrock RAG turns hold no responses"),
    ("rag-retrieved", "bedrock-responses", {}, "with what was retrieved hold no answers"),
    (
        "rag-retrieved",
        "messages",
        {"answer_with_responses": True},
        "with what was retrieved hold no answers",
    ),
    (
        "messages",
        "query-response",
        {"identifier": "a"},
        "SageMaker query and response name no source of responses: leave --identifier out",
    ),
    ("messages", "bedrock-responses", {"identifier": "a b"}, "An identifier has letters, digits"),
    ("human-responses", "bedrock-responses", {}, "name by --identifier which are meant"),
    (
        "bedrock-responses",
        "messages",
        {"identifier": "bot-v1"},
        "The responses of the file name their source: leave --identifier out",
    ),
    (
        "messages",
        "query-response",
        {"answer_with_responses": True},
        "Only precomputed responses can become the answers of a format with one answer",
    ),
    (
        "bedrock-responses",
        "rag-turns",
        {"answer_with_responses": True},
        "Only precomputed responses can become the answers of a format with one answer",
    ),
    ("bedrock-prompts", "messages", {"keep": ("messages",)}, "messages is a field of OpenAI"),
    ("messages", "verl", {}, "OpenAI messages cannot be converted to verl"),
]


@pytest.mark.parametrize(("source", "to", "options", "why"), REFUSED)
def test_what_means_nothing_is_refused(
    source: str, to: str, options: dict[str, Any], why: str
) -> None:
    asked = ConvertOptions(to=BY_NAME[to], **options)
    said = refusal(BY_NAME[source], asked)
    assert said is not None
    assert why in said
    with pytest.raises(ValueError, match=re.escape(said)):
        convert([b""], BY_NAME[source], asked, io.BytesIO())


TROUBLE: list[tuple[str, Any, str]] = [
    (
        "bedrock-prompts",
        LINES["messages"],
        (
            "line 2: looks like OpenAI messages, and the file like Bedrock prompts. "
            "Keep a file to one format"
        ),
    ),
    ("bedrock-prompts", {"prompt": " "}, "line 2, prompt: is empty. Write the prompt, or remove"),
    ("bedrock-prompts", {"prompt": 5}, "line 2, prompt: is a number, and must be a string"),
    (
        "bedrock-responses",
        BEDROCK | {"modelResponses": [SECOND]},
        (
            "line 2: has another source than the lines before. "
            "Put each source's responses in a file of their own"
        ),
    ),
    (
        "bedrock-responses",
        BEDROCK | {"modelResponses": [FIRST, FIRST, FIRST]},
        "line 2, modelResponses: holds 3 responses, and must hold one (or two for people",
    ),
    ("rag-turns", turns(turn(" ")), "line 2, conversationTurns[0].prompt: is empty"),
    ("rag-turns", turns(), "line 2, conversationTurns: holds 0 turns, and must hold 1 to 5"),
    ("rag-turns", turns(*[turn("a")] * 6), "line 2, conversationTurns: holds 6 turns, and must"),
    (
        "rag-retrieved",
        turns(turn("a", **RETRIEVED), turn("a", **RETRIEVED)),
        "line 2, conversationTurns: holds 2 turns, and a retrieval has exactly one",
    ),
    (
        "rag-generated",
        turns(turn("a", **GENERATED | {"text": 5})),
        "line 2, conversationTurns[0].output.text: is a number, and must be a string",
    ),
]


@pytest.mark.parametrize(("source", "line", "message"), TROUBLE)
def test_wrong_lines_are_problems_by_line(source: str, line: Any, message: str) -> None:
    done, _ = converted(source, "messages", LINES[source], line)
    assert done.problem_count == 1
    assert str(done.problems[0]).startswith(message)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\n\n", "the file: holds no record. Write one JSON object per line"),
        (b"[" + b" " * 1_048_577 + b"]\n", "line 1: has 1,048,579 bytes, and at most 1,048,576"),
        (b'{"prompt": "a", "prompt": "b"}\n', "line 1, prompt: is given 2 times on this line"),
        (b'{"prompt": "a"', "line 1: is not valid JSON at column 15"),
        (b'{"prompt": "\xff"}', "line 1: is not UTF-8 at byte 13"),
    ],
)
def test_wrong_bytes_are_problems_by_line(data: bytes, message: str) -> None:
    done, _ = converted("bedrock-prompts", "messages", data=data)
    assert str(done.problems[0]).startswith(message)
