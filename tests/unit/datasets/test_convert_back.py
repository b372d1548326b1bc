"""There and back gives the same records, wherever nothing was left out on the way."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from dataset_helpers import jsonl
from format_lines import messages, turn, turns
from hypothesis import given
from hypothesis import strategies as st

from modeleval.datasets.convert.conversion import Conversion, ConvertOptions, convert
from modeleval.datasets.formats import FORMATS

BY_NAME = {found.name: found for found in FORMATS}
ONE_ANSWER = ("messages", "query-response", "prompt-completion")
TARGETS = ("bedrock-prompts", "rag-turns", *ONE_ANSWER)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["", "\u2028", "\x1b[31m", '"', "\\", "User: a\n\nAssistant: b", "\ufeff", "é"]
)
asked = texts.filter(lambda text: bool(text.strip()))
maybe = st.none() | texts


def there(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


@st.composite
def conversations(draw: st.DrawFn, *, answered: bool | None = None) -> list[tuple[str, str]]:
    """Messages that end with the user's, or with an answer to it."""
    said = [("system", draw(texts))] if draw(st.booleans()) else []
    said += draw(st.lists(st.tuples(st.sampled_from(["user", "assistant"]), texts), max_size=2))
    said.append(("user", draw(asked)))
    if draw(st.booleans()) if answered is None else answered:
        said.append(("assistant", draw(texts)))
    return said


@st.composite
def completions(draw: st.DrawFn) -> dict[str, Any]:
    *before, answer = draw(conversations(answered=True))
    category = draw(maybe)
    if len(before) == 1:
        return there(prompt=before[0][1], completion=answer[1], category=category)
    given = {"prompt": messages(*before), "completion": messages(answer)}
    return given | there(category=category)


RECORDS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "bedrock-prompts": st.builds(there, prompt=asked, referenceResponse=maybe, category=maybe),
    "messages": st.builds(
        there, messages=conversations().map(lambda said: messages(*said)), category=maybe
    ),
    "query-response": st.builds(there, system=maybe, query=asked, response=maybe, category=maybe),
    "prompt-completion": completions(),
    "rag-turns": st.builds(
        lambda given, category: turns(*given, category=category),
        st.lists(
            st.builds(lambda prompt, said: turn(prompt, *said), asked, st.lists(texts, max_size=1)),
            min_size=1,
            max_size=5,
        ),
        st.none() | asked,
    ),
}


def run(
    source: str, to: str, *records: Any, **options: Any
) -> tuple[Conversion, list[dict[str, Any]]]:
    out = io.BytesIO()
    asked = ConvertOptions(to=BY_NAME[to], **options)
    done = convert([jsonl(*records)], BY_NAME[source], asked, out)
    assert done.problem_count == 0, done.problems
    return done, [json.loads(line) for line in out.getvalue().split(b"\n") if line]


def lossless(done: Conversion) -> bool:
    return not (done.left_fields or done.left_records or done.folded)


@pytest.mark.parametrize("source", TARGETS)
@given(data=st.data())
def test_there_and_back_gives_the_same_records(source: str, data: st.DataObject) -> None:
    to = data.draw(st.sampled_from([name for name in TARGETS if name != source]))
    records = data.draw(st.lists(RECORDS[source], min_size=1, max_size=3))
    for record in records:
        done, lines = run(source, to, record)
        if lossless(done):
            back, again = run(to, source, *lines)
            assert again == [record]
            assert lossless(back)


@pytest.mark.parametrize("source", TARGETS)
@given(data=st.data())
def test_every_record_is_written_or_said_to_be_left(source: str, data: st.DataObject) -> None:
    to = data.draw(st.sampled_from([name for name in TARGETS if name != source]))
    records = data.draw(st.lists(RECORDS[source], min_size=1, max_size=5))
    done, lines = run(source, to, *records)
    assert done.read == len(records)
    assert done.written == len(lines)
    assert len(lines) + sum(left.records for left in done.left_records) == len(records)
    if lines:
        run(to, source, *lines)  # what was written is of that format


@pytest.mark.parametrize("to", ONE_ANSWER)
@given(record=RECORDS["bedrock-prompts"], response=texts)
def test_responses_go_there_and_back(to: str, record: dict[str, Any], response: str) -> None:
    record.pop("referenceResponse", None)
    record["modelResponses"] = [{"response": response, "modelIdentifier": "bot-v1"}]
    done, lines = run("bedrock-responses", to, record, answer_with_responses=True)
    assert [*done.left_fields] == ["the responses' source"]
    _, again = run(to, "bedrock-responses", *lines, identifier="bot-v1")
    assert again == [record]
