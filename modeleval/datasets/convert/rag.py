"""Bedrock's RAG turns, read as what they mean and written from it.

A line is a conversation: what the user says is a turn's prompt, and what is answered before the
last of them is the turn's one reference (or the output, where there are outputs).
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import msgspec

from modeleval.datasets import labels
from modeleval.datasets.convert.example import Example, Reader, Said, Written
from modeleval.datasets.fields import Fields, shown_name
from modeleval.datasets.findings import Place
from modeleval.datasets.prompts.identity import ASSISTANT, SYSTEM, USER, Message
from modeleval.datasets.rag_line import Output
from modeleval.datasets.rag_options import MAX_TURNS, RagOptions
from modeleval.datasets.rag_output import Outputs
from modeleval.datasets.rag_values import TEXTS, child, content_of, contents_of, list_of, object_of

TURNS = "conversationTurns"
_OF_TURN = ("prompt", "referenceResponses", "output")
_SHAPE = f'Write {{"{TURNS}": [{{"prompt": {TEXTS}}}]}}'


class _Turn(NamedTuple):
    prompt: str
    references: tuple[str, ...]
    output: Output | None
    left: tuple[str, ...]


def rag_reader(*, retrieve: bool | None) -> Reader:
    """The reader of retrievals (True), of generated answers (False), of turns without output."""
    options = RagOptions(source="", retrieve=bool(retrieve), identifier=None, keep_thinking=True)

    def read(fields: Fields, place: Place) -> Example | None:
        outputs = None if retrieve is None else Outputs(options)
        turns = _turns(fields, outputs, MAX_TURNS if not retrieve else 1, place)
        category = labels.category_of(fields, place)
        if place.refused or not turns:
            return None
        others = [shown_name(name) for name in fields if name not in {TURNS, "category"}]
        return _example(turns, category, others)

    return read


def _turns(fields: Fields, outputs: Outputs | None, most: int, place: Place) -> list[_Turn]:
    value = child(fields, TURNS, place, inside="", missing=_SHAPE)
    entries = (None if value is None else list_of(value, place, TURNS, _SHAPE)) or []
    if not 0 < len(entries) <= most and not place.refused:
        what = f"holds {len(entries):,} turns, and must hold 1 to {most}" if most > 1 else ""
        what = what or f"holds {len(entries):,} turns, and a retrieval has exactly one"
        place.problem(TURNS, what, "Put them on lines of their own")
        return []
    read = (_turn(one, outputs, f"{TURNS}[{n}]", place) for n, one in enumerate(entries))
    return [turn for turn in read if turn is not None]


def _turn(value: msgspec.Raw, outputs: Outputs | None, path: str, place: Place) -> _Turn | None:
    fields = object_of(value, place, path, _SHAPE)
    if fields is None:
        return None
    asked = child(fields, "prompt", place, inside=f"{path}.", missing=f"Write {TEXTS}")
    prompt = None if asked is None else content_of(asked, place, f"{path}.prompt")
    if prompt is not None and not prompt.strip():
        place.problem(f"{path}.prompt", "is empty", "Write the prompt, or remove the record")
    said = fields.get("referenceResponses")
    references = contents_of(said, place, f"{path}.referenceResponses") if said is not None else []
    output = None
    if outputs is not None:
        given = child(fields, "output", place, inside=f"{path}.", missing=outputs.shape)
        found = None if given is None else outputs.read(given, place, f"{path}.output")
        output = found.output if found else None
    left = tuple(f"{TURNS}[].{shown_name(name)}" for name in fields if name not in _OF_TURN)
    if place.refused or prompt is None:
        return None
    return _Turn(prompt, tuple(references), output, left)


def _example(turns: list[_Turn], category: str | None, others: list[str]) -> Example:
    *before, last = turns
    asked: list[Message] = []
    left = [*others, *(name for turn in turns for name in turn.left)]
    for turn in before:
        asked.append((USER, turn.prompt))
        answer = _answer(turn) if turn.output else (turn.references or (None,))[0]
        if answer is not None:
            asked.append((ASSISTANT, answer))
        if turn.output and turn.references:
            left.append("the references before the last turn")
    if any(len(turn.references) > 1 for turn in turns):
        left.append("the other references")
    if any(turn.output for turn in turns):
        left.append(f"{TURNS}[].output (passages and citations)")
    output = last.output
    answer = _answer(last)
    answers = (Said(answer, output.knowledge_base_identifier),) if output and answer else ()
    return Example(
        asked=(*asked, (USER, last.prompt)),
        reference=(last.references or (None,))[0],
        answers=answers,
        category=category,
        left=tuple(dict.fromkeys(left)),
        turns=len(turns),
        cited=all(turn.output and turn.output.citations is not msgspec.UNSET for turn in turns),
    )


def _answer(turn: _Turn) -> str | None:
    text = turn.output.text if turn.output else None
    return text if isinstance(text, str) else None


def write_rag_turns(example: Example) -> Written | str:
    """A turn per prompt of the user; the answer to each is its reference. No system message."""
    asked = list(example.asked)
    left: tuple[str, ...] = ()
    if asked[0][0] == SYSTEM:
        asked, left = asked[1:], ("the system message",)
    said = [*asked, *([(ASSISTANT, example.reference)] if example.reference is not None else [])]
    why = _not_turns(said)
    if why:
        return why
    turns: list[dict[str, Any]] = []
    for role, content in said:
        if role == USER:
            turns.append({"prompt": _text(content)})
        else:
            turns[-1]["referenceResponses"] = [_text(content)]
    if len(turns) > MAX_TURNS:
        return f"more than {MAX_TURNS} turns, which Bedrock does not take"
    category = {} if example.category is None else {"category": example.category}
    return Written({TURNS: turns, **category}, left=left)


def _not_turns(said: list[Message]) -> str | None:
    if any(role == SYSTEM for role, _ in said):
        return "a system message within the conversation, which turns cannot hold"
    if said[0][0] != USER or any(a == b == ASSISTANT for (a, _), (b, _) in pairwise(said)):
        return "answers that no prompt comes before, which turns cannot hold"
    if any(role == USER and not content.strip() for role, content in said):
        return "an empty message of the user, which turns cannot hold"
    return None


def _text(content: str) -> dict[str, object]:
    return {"content": [{"text": content}]}
