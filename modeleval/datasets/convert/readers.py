"""A line of each format, read with the rules of its validation, as what it means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from modeleval.datasets import labels
from modeleval.datasets.convert.example import Example, Reader, Said
from modeleval.datasets.fields import Fields, kind_of, shown_name, text_field
from modeleval.datasets.findings import Place
from modeleval.datasets.human_format import MAX_SOURCES
from modeleval.datasets.model_responses import ENTRY_FIELDS, FIELD, Entries, Entry, entries_of
from modeleval.datasets.prompts.formats import OPENAI, PREFERENCE, VERL, Asked, PromptFormat
from modeleval.datasets.prompts.identity import ASSISTANT, USER, without_answer

_MESSAGE = frozenset({"role", "content"})
_CATEGORY = "category"
_fields = msgspec.json.Decoder(Fields)
_list = msgspec.json.Decoder(list[msgspec.Raw])


def read_bedrock(fields: Fields, place: Place) -> Example | None:
    """Bedrock's prompts, with `modelResponses` (one, or two for people to compare) or without."""
    prompt = text_field(fields, "prompt", place, missing="Give the record its prompt")
    if prompt is not None and not prompt.strip():
        place.problem("prompt", "is empty", "Write the prompt, or remove the record")
    reference = text_field(fields, "referenceResponse", place)
    category = labels.category_of(fields, place)
    entries = _entries(fields, place)
    if place.refused or prompt is None:
        return None
    left = [
        shown_name(name)
        for name in fields
        if name not in {"prompt", "referenceResponse", _CATEGORY, FIELD}
    ]
    if entries:
        left += _inside(_list.decode(fields[FIELD]), f"{FIELD}[]", frozenset(ENTRY_FIELDS))
    answers = tuple(Said(entry.response or "", entry.identifier or "") for entry in entries)
    return Example(((USER, prompt),), reference, answers, category, tuple(left))


def _entries(fields: Fields, place: Place) -> list[Entry]:
    encoded = entries_of(fields[FIELD], place, holding="an object") if FIELD in fields else []
    if encoded is None:
        return []
    if FIELD in fields and not 0 < len(encoded) <= MAX_SOURCES:
        what = f"holds {len(encoded):,} responses, and must hold one (or two for people to judge)"
        place.problem(FIELD, what, "Put each model's responses in a file of their own")
        return []
    entries = Entries()
    read = (entries.read(one, f"{FIELD}[{n}]", place) for n, one in enumerate(encoded))
    found = [entry for entry in read if entry is not None]
    if len({entry.identifier for entry in found}) < len(found) and not place.refused:
        place.problem(FIELD, "names one source twice", "Keep one response of each")
    return found


def prompt_reader(found: PromptFormat) -> Reader:
    """The reader of one of SageMaker's formats."""

    def read(fields: Fields, place: Place) -> Example | None:
        asked = found.read(fields, place)
        category = labels.category_of(fields, place)
        if place.refused or asked is None:
            return None
        reference, used = _reference(found, fields, asked)
        left = [shown_name(name) for name in fields if name not in used | {_CATEGORY}]
        left += _unsaid(found, fields)
        messages = tuple(asked.messages)
        return Example(messages, reference, (), category, tuple(left))

    return read


def _reference(found: PromptFormat, fields: Fields, asked: Asked) -> tuple[str | None, set[str]]:
    """The reference and the fields that are said with it."""
    if found is OPENAI:
        return _openai_reference(fields, asked)
    if found is PREFERENCE:
        name = "input" if "input" in fields and "prompt" not in fields else "prompt"
        return asked.reference, {name, "chosen"}
    if found is VERL:
        return asked.reference, {"prompt", *_verl_truth(fields)}
    return asked.reference, {"prompt", "completion", "query", "system", "response"}


def _openai_reference(fields: Fields, asked: Asked) -> tuple[str | None, set[str]]:
    last = _objects(fields["messages"])[-1]
    answered = msgspec.json.decode(last["role"]) == ASSISTANT
    answer: str | None = msgspec.json.decode(last["content"]) if answered else None
    if answer or asked.reference is None:
        return answer, {"messages"}
    name = "reference_answer" if _says(fields.get("reference_answer")) else "ground_truth"
    return asked.reference, {"messages", name}


def _says(value: msgspec.Raw | None) -> bool:
    return value is not None and bytes(value) not in (b"null", b'""', b"[]", b"{}")


def _verl_truth(fields: Fields) -> Iterator[str]:
    """The object that holds the ground truth: the first one that says something."""
    for name in ("reward_model", "extra_info"):
        inside = _object(fields.get(name))
        if _says(inside.get("ground_truth")) or _says(inside.get("answer")):
            yield name
            return


def _unsaid(found: PromptFormat, fields: Fields) -> Iterator[str]:
    """Paths within the fields that are read, of what is not read there."""
    for name in ("messages", "prompt", "input", "completion", "chosen"):
        value = fields.get(name)
        if name not in found.fields or value is None or kind_of(value) != "an array":
            continue
        items = _list.decode(value)
        yield from _inside(items, f"{name}[]", _MESSAGE)
        if name in {"completion", "chosen"} and len(items) > 1:
            yield f"{name} (all but the last message)"
    if found is OPENAI and _several_answers(fields["messages"]):
        yield "messages (answers before the last)"
    if found is VERL:
        for name in _verl_truth(fields):
            inside = _object(fields[name])
            truth = "ground_truth" if _says(inside.get("ground_truth")) else "answer"
            yield from (f"{name}.{shown_name(other)}" for other in inside if other != truth)


def _several_answers(messages: msgspec.Raw) -> bool:
    said = [(str(msgspec.json.decode(one["role"])), "") for one in _objects(messages)]
    return len(said) - len(without_answer(said)) > 1


def _inside(items: Iterable[msgspec.Raw], path: str, known: frozenset[str]) -> list[str]:
    """The paths of unknown names in objects, each once."""
    unknown = (name for item in items for name in _object(item) if name not in known)
    return list(dict.fromkeys(f"{path}.{shown_name(name)}" for name in unknown))


def _objects(value: msgspec.Raw) -> list[Fields]:
    return [_object(item) for item in _list.decode(value)]


def _object(value: msgspec.Raw | None) -> Fields:
    return {} if value is None or kind_of(value) != "an object" else _fields.decode(value)
