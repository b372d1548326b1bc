"""The formats of datasets, and what may be done with each.

`FORMATS` is the one list: a new format is a new entry. The first entry that fits a line is its
format.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from modeleval.datasets.convert.example import Reader, Writer
from modeleval.datasets.convert.rag import TURNS, rag_reader, write_rag_turns
from modeleval.datasets.convert.readers import prompt_reader, read_bedrock
from modeleval.datasets.convert.writers import (
    write_bedrock_prompt,
    write_bedrock_responses,
    write_completion,
    write_messages,
    write_query,
)
from modeleval.datasets.fields import Fields, kind_of
from modeleval.datasets.human_format import MAX_SOURCES
from modeleval.datasets.model_responses import ENTRY_FIELDS, FIELD
from modeleval.datasets.prompts import formats
from modeleval.datasets.prompts.formats import PromptFormat

JUDGE, HUMAN = "bedrock-judge", "bedrock-human"
RETRIEVE, GENERATE = "bedrock-rag-retrieve", "bedrock-rag-generate"
SCORER, SAGEMAKER_JUDGE = "sagemaker-scorer", "sagemaker-judge"
PROGRAMMATIC = "bedrock-programmatic"
REFERENCE, FUNCTION = "reference-metrics", "lambda-scorer"

_list = msgspec.json.Decoder(list[msgspec.Raw])
_fields = msgspec.json.Decoder(Fields)


@dataclass(frozen=True, kw_only=True)
class DatasetFormat:
    """One format of datasets.

    name: as commands take it. title: as it is said. kinds: the kinds of evaluation that take it,
    the usual one first. fits: whether a line's fields look like it. fields, nested, nested_names:
    the names that a line may give only once, at its top and in the entries of its list `nested`.
    read, write: None where the format is not read or written. one_answer: the format's answer is a
    reference or a response, as its owner means it. responses: the format holds responses beside
    references; passages_only: what was retrieved, and no answer.
    """

    name: str
    title: str
    kinds: tuple[str, ...]
    fits: Callable[[Fields], bool]
    fields: tuple[str, ...]
    nested: str
    nested_names: tuple[str, ...]
    read: Reader | None
    write: Writer | None = None
    one_answer: bool = False
    responses: bool = False
    passages_only: bool = False


def _answers(fields: Fields) -> int:
    """How many responses a line has; 1 if they are no list."""
    value = fields[FIELD]
    return len(_list.decode(value)) if kind_of(value) == "an array" else 1


def _is_bedrock_prompt(fields: Fields) -> bool:
    if "referenceResponse" in fields:
        return True
    own = ("reward_model", "data_source", "ability", "extra_info")
    asks = formats.format_of(fields) is formats.VERL and kind_of(fields["prompt"]) != "an array"
    return asks and not any(name in fields for name in own)


def _has_output(fields: Fields, *, retrieve: bool) -> bool:
    """Whether the first turn has an output, which is a retrieval's or an answer."""
    output = _object(_first(fields.get(TURNS))).get("output")
    return output is not None and ("retrievedResults" in _object(output)) is retrieve


def _first(value: msgspec.Raw | None) -> msgspec.Raw | None:
    entries = _list.decode(value) if value is not None and kind_of(value) == "an array" else []
    return entries[0] if entries else None


def _object(value: msgspec.Raw | None) -> Fields:
    return _fields.decode(value) if value is not None and kind_of(value) == "an object" else {}


def _sagemaker(
    name: str, found: PromptFormat, write: Writer | None = None, *, one_answer: bool = False
) -> DatasetFormat:
    return DatasetFormat(
        name=name,
        title=found.title,
        kinds=(SCORER, SAGEMAKER_JUDGE),
        fits=lambda fields: formats.format_of(fields) is found,
        fields=found.fields,
        nested=found.nested,
        nested_names=("role", "content"),
        read=prompt_reader(found),
        write=write,
        one_answer=one_answer,
    )


def _bedrock(
    name: str,
    title: str,
    kinds: tuple[str, ...],
    fits: Callable[[Fields], bool],
    write: Writer | None,
) -> DatasetFormat:
    return DatasetFormat(
        name=name,
        title=title,
        kinds=kinds,
        fits=fits,
        fields=("prompt", "referenceResponse", "category", FIELD),
        nested=FIELD,
        nested_names=ENTRY_FIELDS,
        read=read_bedrock,
        write=write,
        responses=name.endswith("-responses"),
    )


def _rag(
    name: str,
    title: str,
    kinds: tuple[str, ...],
    *,
    retrieve: bool | None,
    write: Writer | None = None,
) -> DatasetFormat:
    def fits(fields: Fields) -> bool:
        return TURNS in fields and (retrieve is None or _has_output(fields, retrieve=retrieve))

    return DatasetFormat(
        name=name,
        title=title,
        kinds=kinds,
        fits=fits,
        fields=(TURNS, "category"),
        nested=TURNS,
        nested_names=("prompt", "referenceResponses", "referenceContexts", "output"),
        read=rag_reader(retrieve=retrieve),
        write=write,
        responses=retrieve is not None,
        passages_only=retrieve is True,
    )


HUMAN_RESPONSES = _bedrock(
    "human-responses",
    "Bedrock prompts with two precomputed responses for people to compare",
    (HUMAN,),
    lambda fields: FIELD in fields and _answers(fields) == MAX_SOURCES,
    None,
)
RESPONSES = _bedrock(
    "bedrock-responses",
    "Bedrock prompts with precomputed responses",
    (JUDGE, HUMAN, REFERENCE, FUNCTION),
    lambda fields: FIELD in fields,
    write_bedrock_responses,
)
PROMPTS = _bedrock(
    "bedrock-prompts",
    "Bedrock prompts",
    (JUDGE, PROGRAMMATIC, HUMAN),
    _is_bedrock_prompt,
    write_bedrock_prompt,
)
RETRIEVED = _rag(
    "rag-retrieved", "Bedrock RAG turns with what was retrieved", (RETRIEVE,), retrieve=True
)
GENERATED = _rag(
    "rag-generated", "Bedrock RAG turns with generated answers", (GENERATE,), retrieve=False
)
RAG_TURNS = _rag(
    "rag-turns",
    "Bedrock RAG turns",
    (GENERATE, RETRIEVE),
    retrieve=None,
    write=write_rag_turns,
)
LIVE = (PROMPTS, RAG_TURNS)
"""Formats without responses, of which the service asks for them while its job runs."""

FORMATS: tuple[DatasetFormat, ...] = (
    RETRIEVED,
    GENERATED,
    RAG_TURNS,
    HUMAN_RESPONSES,
    RESPONSES,
    PROMPTS,
    _sagemaker("messages", formats.OPENAI, write_messages, one_answer=True),
    _sagemaker("query-response", formats.QUERY, write_query, one_answer=True),
    _sagemaker("prompt-completion", formats.COMPLETION, write_completion, one_answer=True),
    _sagemaker("preference", formats.PREFERENCE),
    _sagemaker("verl", formats.VERL),
)


def format_of(fields: Fields) -> DatasetFormat | None:
    """The format that a line's fields look like."""
    return next((found for found in FORMATS if found.fits(fields)), None)
