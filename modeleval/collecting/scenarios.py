"""Scenarios: what a target is asked, conversation by conversation, as people write them.

- id: booking-twice
  category: booking
  context: {userId: user-123}
  turns:
    - I want a table for two
    - user: and one for four
      reference: Both tables are booked.
  tags: [happy-path]
  toolResults: {find_table: [{free: true}, {free: false}]}
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from modeleval.datasets.labels import MAX_LABEL
from modeleval.documents import Document, problems
from modeleval.errors import ScenariosInvalid
from modeleval.text_documents import Lined, NotReadable, read_text

MOST_BYTES = 64 * 1024 * 1024
MOST_YAML_BYTES = 8 * 1024 * 1024
"""YAML is read a hundred times slower than JSON."""
MOST_SCENARIOS = 10_000
MOST_TURNS = 50
_MOST_PROBLEMS = 50
_ID_CHARACTERS = 128
_CONTEXT_BYTES = 16 * 1024
_RESULTS_BYTES = 256 * 1024
_TEXT_BYTES = 256 * 1024
_REFERENCE_BYTES = 64 * 1024


def _label(text: str) -> str:
    if text != text.strip() or not text.isprintable():
        raise ValueError("write a label without line breaks, and without spaces around it")
    return text


def _json(value: Any, most: int) -> Any:
    """The value as JSON has it; raises ValueError with words for what JSON has not."""
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False)
        size = len(text.encode())
    except (TypeError, ValueError, RecursionError):
        raise ValueError("holds a value that JSON does not have, such as a date") from None
    if size > most:
        raise ValueError(f"has {size:,} bytes as JSON, and at most {most:,} are kept")
    return json.loads(text)


def _context(value: Any) -> Any:
    return _json(value, _CONTEXT_BYTES) if isinstance(value, dict) else value


def _results(value: Any) -> Any:
    """Each tool's results as a list: one that is no list is given whenever the tool is called."""
    if not isinstance(value, dict):
        return value
    listed = {
        name: result if isinstance(result, list) else [result] for name, result in value.items()
    }
    return _json(listed, _RESULTS_BYTES)


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty; write what the user says")
    return _bounded(text, _TEXT_BYTES)


def _reference(text: str | None) -> str | None:
    return text and _bounded(text, _REFERENCE_BYTES)


def json_bytes(text: str) -> int:
    """The bytes that a text takes in a JSON file; raises ValueError for half a character."""
    try:
        return len(json.dumps(text, ensure_ascii=False).encode())
    except UnicodeEncodeError:
        raise ValueError("holds half a character (a lone surrogate)") from None


def _bounded(text: str, most: int) -> str:
    size = json_bytes(text)
    if size > most:
        raise ValueError(f"has {size:,} bytes as JSON, and at most {most:,} are taken")
    return text


def _contexts(texts: tuple[str, ...]) -> tuple[str, ...]:
    if any(not text.strip() for text in texts):
        raise ValueError("holds an empty text; leave it out")
    size = sum(map(json_bytes, texts))
    if size > _REFERENCE_BYTES:
        raise ValueError(f"have {size:,} bytes as JSON, and at most {_REFERENCE_BYTES:,} are taken")
    return texts


def _quoted(value: Any) -> Any:
    if isinstance(value, bool | int | float):
        raise ValueError("put it in quotes: YAML takes yes, no and numbers for no text")
    return value


def _turn(value: Any) -> Any:
    if isinstance(value, str | bool | int | float):
        return {"user": value}
    if not isinstance(value, dict | Turn):
        raise ValueError("write what the user says, or {user: …, reference: …}")
    return value


_Label = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_LABEL), AfterValidator(_label)
]
_Id = Annotated[
    str,
    BeforeValidator(_quoted),
    StringConstraints(min_length=1, max_length=_ID_CHARACTERS),
    AfterValidator(_label),
]


class Turn(Document):
    """What the user says, and what a good answer says or rests on, if that is known."""

    user: Annotated[str, BeforeValidator(_quoted), AfterValidator(_said)]
    reference: Annotated[str | None, BeforeValidator(_quoted), AfterValidator(_reference)] = None
    reference_contexts: Annotated[tuple[str, ...], AfterValidator(_contexts)] = ()


class Scenario(Document):
    """One conversation as its user holds it.

    context: given to applications and to tools' functions. tool_results: by tool, in the order in
    which its calls are answered; a single one answers each of them.
    """

    id: _Id
    category: _Label
    context: Annotated[dict[str, Any], BeforeValidator(_context)] = Field(default_factory=dict)
    turns: Annotated[
        tuple[Annotated[Turn, BeforeValidator(_turn)], ...],
        Field(min_length=1, max_length=MOST_TURNS),
    ]
    tags: Annotated[tuple[_Label, ...], Field(max_length=50)] = ()
    tool_results: Annotated[
        dict[str, Annotated[tuple[Any, ...], Field(min_length=1)]], BeforeValidator(_results)
    ] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _tags_once(self) -> Self:
        if len(set(self.tags)) < len(self.tags):
            raise ValueError("tags: one of them stands twice")
        return self

    def to_line(self) -> bytes:
        """The scenario as a run keeps it: one line of compact JSON, without its newline."""
        return self.model_dump_json(exclude_defaults=True).encode()

    @classmethod
    def from_line(cls, line: bytes) -> Scenario:
        """What `to_line` wrote; raises pydantic's ValidationError for anything else."""
        return cls.model_validate_json(line)


def parse_scenarios(data: bytes, *, source: str) -> Sequence[Scenario]:
    """The scenarios of a YAML or JSON document: a list, or {scenarios: […]}.

    Raises ScenariosInvalid with all that is wrong, by place: at most 50 problems.
    """
    read = _read(data, source)
    entries = _entries(read.document, source)
    found: list[Scenario] = []
    wrong: list[str] = []
    first: dict[str, int] = {}
    for position, entry in enumerate(entries):
        line = read.lines.get(id(entry))
        told = _told(entry, position, found)
        if not told and (before := first.setdefault(found[-1].id, position)) != position:
            told = [f"scenarios[{position}].id: is that of scenarios[{before}] too; ids differ"]
        wrong += [_with_line(one, line) for one in told]
    refuse_if(wrong, source)
    return found


def refuse_if(wrong: Sequence[str], source: str) -> None:
    """Raise ScenariosInvalid with the first 50 of the problems, if there are any."""
    if not wrong:
        return
    left_out = len(wrong) - _MOST_PROBLEMS
    more = [f"and {left_out:,} more"] if left_out > 0 else []
    noun = "problem" if len(wrong) == 1 else "problems"
    raise ScenariosInvalid(
        f"The scenarios have {len(wrong):,} {noun}",
        where=source,
        action="\n- ".join(["Correct them:", *wrong[:_MOST_PROBLEMS], *more]),
    )


def _read(data: bytes, source: str) -> Lined:
    if len(data) > MOST_BYTES:
        raise ScenariosInvalid(
            f"The file has {len(data):,} bytes, and at most {MOST_BYTES:,} are read",
            where=source,
            action="Split the scenarios over several evaluations.",
        )
    try:
        return read_text(data, aliases=False, most_yaml=MOST_YAML_BYTES)
    except NotReadable as error:
        raise ScenariosInvalid(
            f"The scenarios are neither YAML nor JSON{error.problem}",
            where=source + error.place,
            action="Correct the syntax.",
        ) from None


def _entries(document: Any, source: str) -> list[Any]:
    if isinstance(document, dict) and set(document) == {"scenarios"}:
        document = document["scenarios"]
    if not isinstance(document, list) or not document:
        raise ScenariosInvalid(
            "The file holds no list of scenarios",
            where=source,
            action="Write a list, or {scenarios: […]}, each with id, category and turns.",
        )
    if len(document) > MOST_SCENARIOS:
        raise ScenariosInvalid(
            f"The file holds {len(document):,} scenarios, and at most {MOST_SCENARIOS:,} are taken",
            where=source,
            action="Split them over several evaluations.",
        )
    return document


def _told(entry: Any, position: int, found: list[Scenario]) -> list[str]:
    """What is wrong with an entry; one that is right is added to the found ones."""
    if not isinstance(entry, dict):
        return [f"scenarios[{position}]: write an object with id, category and turns"]
    if not all(isinstance(name, str) for name in entry):
        return [f"scenarios[{position}]: the names of its fields must be texts"]
    try:
        found.append(Scenario.model_validate(entry))
    except ValidationError as error:
        return problems(error, Scenario, at=("scenarios", position))
    return []


def _with_line(problem: str, line: int | None) -> str:
    place, _, what = problem.partition(": ")
    return f"{place} (line {line:,}): {what}" if line else problem
