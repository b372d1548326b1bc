"""The formats of SageMaker's evaluation datasets: what each asks a model, and what it compares.

    OpenAI messages        {"messages": [{"role": …, "content": …}, …]}
    SageMaker query        {"query": …, "system": …, "response": …, "metadata": …}
    prompt and completion  {"prompt": text or messages, "completion": text or messages}
    preference             {"prompt": text or messages, "chosen": …, "rejected": …}
    verl                   {"prompt": messages or text, "reward_model": {"ground_truth": …}, …}

Of SageMaker's own only the query is required. Lines may carry other fields, and in every format a
`category`. Sources: Amazon
SageMaker AI developer guide, "Supported dataset formats"; the schemas in the SageMaker Python SDK.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from modeleval.datasets.fields import Fields, kind_of, text_field
from modeleval.datasets.findings import Place
from modeleval.datasets.prompts.identity import ASSISTANT, SYSTEM, USER, Message, without_answer
from modeleval.datasets.prompts.messages import check_asked, read_messages, text_or_messages

_NOTHING = (b"null", b'""', b"[]", b"{}")
_fields = msgspec.json.Decoder(Fields)


class Asked(NamedTuple):
    """What a line asks a model, and what its answer is compared with: None if there is nothing."""

    messages: list[Message]
    reference: str | None


@dataclass(frozen=True, kw_only=True)
class PromptFormat:
    """One format.

    title: how reports name it. fields: its own names. nested: the field that may hold messages.
    reference: where the reference stands, for the message that there is none. read: the line's
    contents, or None if they are wrong, which is reported.
    """

    title: str
    fields: tuple[str, ...]
    nested: str
    reference: str
    read: Callable[[Fields, Place], Asked | None]


def _read_openai(fields: Fields, place: Place) -> Asked | None:
    messages = read_messages(fields["messages"], "messages", place)
    if messages is None:
        return None
    asked = without_answer(messages)
    check_asked(asked, "messages", place)
    answer = messages[-1][1] if len(asked) < len(messages) else None
    return Asked(asked, answer or _value(fields, "reference_answer", "ground_truth"))


def _read_query(fields: Fields, place: Place) -> Asked | None:
    query = text_field(fields, "query", place, missing="Give the record its query")
    system = text_field(fields, "system", place)
    response = text_field(fields, "response", place)
    metadata = fields.get("metadata")
    if metadata is not None and kind_of(metadata) not in ("a string", "an object"):
        what = f"is {kind_of(metadata)}, and must be an object or a string"
        place.problem("metadata", what, "Write an object, or leave it out")
    if query is None:
        return None
    check_asked([(USER, query)], "query", place)
    asked = [(SYSTEM, system), (USER, query)] if system is not None else [(USER, query)]
    return Asked(asked, response)


def _read_completion(fields: Fields, place: Place) -> Asked | None:
    asked = _prompt(fields, "prompt", place)
    completion = _answer(fields, "completion", place)
    return None if asked is None else Asked(asked, completion)


def _read_preference(fields: Fields, place: Place) -> Asked | None:
    name = "input" if "input" in fields and "prompt" not in fields else "prompt"
    asked = _prompt(fields, name, place)
    chosen = _answer(fields, "chosen", place)
    _answer(fields, "rejected", place)
    return None if asked is None else Asked(asked, chosen)


def _read_verl(fields: Fields, place: Place) -> Asked | None:
    asked = _prompt(fields, "prompt", place)
    truth = None
    for name in ("reward_model", "extra_info"):
        inside = _object(fields, name, place)
        truth = truth or _value(inside, "ground_truth", "answer")
    return None if asked is None else Asked(asked, truth)


def _prompt(fields: Fields, name: str, place: Place) -> list[Message] | None:
    value = fields.get(name)
    if value is None:
        place.problem(name, "is missing", "Give the record its prompt")
        return None
    messages = text_or_messages(value, name, place, USER)
    if messages is not None:
        check_asked(messages, name, place)
    return messages


def _answer(fields: Fields, name: str, place: Place) -> str | None:
    """The text of an answer, which the format requires; of messages, the last one's."""
    value = fields.get(name)
    if value is None:
        place.problem(name, "is missing", f"Give the record its {name}")
        return None
    messages = text_or_messages(value, name, place, ASSISTANT)
    return messages[-1][1] if messages else None


def _object(fields: Fields, name: str, place: Place) -> Fields:
    value = fields.get(name)
    if value is None or kind_of(value) == "null":
        return {}
    if kind_of(value) != "an object":
        place.problem(name, f"is {kind_of(value)}, and must be an object", "Write an object")
        return {}
    return _fields.decode(value)


def _value(fields: Fields, *names: str) -> str | None:
    """The first of the fields that says something: its text, or its JSON."""
    found = (bytes(fields[name]) for name in names if name in fields)
    value = next((value for value in found if value not in _NOTHING), b"")
    text: str = msgspec.json.decode(value) if value.startswith(b'"') else value.decode()
    return text or None


OPENAI = PromptFormat(
    title="OpenAI messages",
    fields=("messages", "category"),
    nested="messages",
    reference="a last message of the assistant",
    read=_read_openai,
)
QUERY = PromptFormat(
    title="SageMaker query and response",
    fields=("query", "system", "response", "category", "metadata", "images"),
    nested="metadata",
    reference="response",
    read=_read_query,
)
COMPLETION = PromptFormat(
    title="Hugging Face prompt and completion",
    fields=("prompt", "completion", "category"),
    nested="prompt",
    reference="completion",
    read=_read_completion,
)
PREFERENCE = PromptFormat(
    title="Hugging Face preference",
    fields=("prompt", "input", "chosen", "rejected", "category"),
    nested="prompt",
    reference="chosen",
    read=_read_preference,
)
VERL = PromptFormat(
    title="verl",
    fields=("prompt", "reward_model", "data_source", "ability", "extra_info", "category"),
    nested="prompt",
    reference="reward_model.ground_truth",
    read=_read_verl,
)
FORMATS = (OPENAI, QUERY, COMPLETION, PREFERENCE, VERL)

_TELLING = (
    ("messages", OPENAI),
    ("chosen", PREFERENCE),
    ("rejected", PREFERENCE),
    ("query", QUERY),
    ("completion", COMPLETION),
    ("prompt", VERL),
)


def format_of(fields: Fields) -> PromptFormat | None:
    """The format that a line's fields look like; None if they look like none."""
    return next((found for name, found in _TELLING if name in fields), None)
