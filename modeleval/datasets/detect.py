"""Which format a file is, told from its first bytes, and what may be done with each.

`FORMATS` is the one list: a new format is a new entry. The first entry that fits a line is its
format.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from modeleval.datasets.convert.example import Example, Reader, Writer
from modeleval.datasets.convert.readers import prompt_reader, read_bedrock
from modeleval.datasets.convert.writers import (
    write_bedrock_prompt,
    write_bedrock_responses,
    write_completion,
    write_messages,
    write_query,
)
from modeleval.datasets.fields import Fields, is_plain_name, kind_of
from modeleval.datasets.findings import Findings, Place
from modeleval.datasets.lines import MAX_LINE_BYTES
from modeleval.datasets.model_responses import ENTRY_FIELDS, FIELD
from modeleval.datasets.prompts import formats
from modeleval.datasets.prompts.formats import PromptFormat

JUDGE, SCORER, SAGEMAKER_JUDGE = "bedrock-judge", "sagemaker-scorer", "sagemaker-judge"
HEAD_BYTES = MAX_LINE_BYTES + (1 << 16)
"""How much of a file's beginning tells its format: a line of any size that is read, at least."""

_fields = msgspec.json.Decoder(Fields)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NAMES_SHOWN = 8


@dataclass(frozen=True, kw_only=True)
class DatasetFormat:
    """One format of datasets.

    name: as commands take it. title: as it is said. kinds: the kinds of evaluation that take it.
    fits: whether a line's fields look like it. fields, nested, nested_names: the names that a line
    may give only once, at its top and in the entries of its list `nested`. read, write: None where
    the format is not read or written. one_answer: the format's answer is a reference or a
    response, as its owner means it. responses: the format holds responses beside references.
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


def _is_bedrock_prompt(fields: Fields) -> bool:
    if "referenceResponse" in fields:
        return True
    own = ("reward_model", "data_source", "ability", "extra_info")
    asks = formats.format_of(fields) is formats.VERL and kind_of(fields["prompt"]) != "an array"
    return asks and not any(name in fields for name in own)


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


_BEDROCK = ("prompt", "referenceResponse", "category", FIELD)
RESPONSES = DatasetFormat(
    name="bedrock-responses",
    title="Bedrock prompts with precomputed responses",
    kinds=(JUDGE,),
    fits=lambda fields: FIELD in fields,
    fields=_BEDROCK,
    nested=FIELD,
    nested_names=ENTRY_FIELDS,
    read=read_bedrock,
    write=write_bedrock_responses,
    responses=True,
)
PROMPTS = DatasetFormat(
    name="bedrock-prompts",
    title="Bedrock prompts",
    kinds=(JUDGE,),
    fits=_is_bedrock_prompt,
    fields=_BEDROCK,
    nested=FIELD,
    nested_names=ENTRY_FIELDS,
    read=read_bedrock,
    write=write_bedrock_prompt,
)
FORMATS: tuple[DatasetFormat, ...] = (
    RESPONSES,
    PROMPTS,
    _sagemaker("messages", formats.OPENAI, write_messages, one_answer=True),
    _sagemaker("query-response", formats.QUERY, write_query, one_answer=True),
    _sagemaker("prompt-completion", formats.COMPLETION, write_completion, one_answer=True),
    _sagemaker("preference", formats.PREFERENCE),
    _sagemaker("verl", formats.VERL),
)


class Detected(NamedTuple):
    """What a file looks like.

    format: None if it is no format that is known. said: "looks like …". action: what to do about
    it; "" if there is nothing to do. lines: whether it is JSON Lines at all.
    """

    format: DatasetFormat | None
    said: str
    action: str = ""
    lines: bool = True


def format_of(fields: Fields) -> DatasetFormat | None:
    """The format that a line's fields look like."""
    return next((found for found in FORMATS if found.fits(fields)), None)


def detect(head: bytes) -> Detected:
    """Which format a file is, by its first `HEAD_BYTES`; whatever they are.

    The first line that looks like a format decides; if any of them has responses, those are meant.
    """
    other = _other_file(head.removeprefix(_BYTE_ORDER_MARK))
    if other is not None:
        return Detected(None, f"looks like {other[0]}", other[1], lines=False)
    decided: DatasetFormat | None = None
    strange: Fields | None = None
    for fields in _objects(head):
        found = format_of(fields)
        if found is not None and found.responses:
            decided = found
            break
        decided = decided or found
        strange = strange or fields
    if decided is not None:
        return Detected(decided, f"looks like {decided.title}")
    if strange is None:
        return Detected(None, "looks like no JSON Lines", _ONE_OBJECT, lines=False)
    choices = "; ".join(found.title for found in FORMATS)
    said = f"looks like no format that is known: its fields are {_names(strange)}"
    return Detected(None, said, f"Write one of: {choices}")


def first_example(found: DatasetFormat, head: bytes) -> Example | None:
    """The first record of a file's beginning, if there is one that can be read."""
    fields = next((one for one in _objects(head) if found.fits(one)), None)
    return found.read(fields, Place(Findings(), 0)) if fields and found.read else None


def whole_lines(data: bytes, *, complete: bool) -> list[bytes]:
    """The lines of a file's beginning that are not blank; the last one only if data is complete."""
    lines = data.removeprefix(_BYTE_ORDER_MARK).split(b"\n")
    if not complete:
        lines.pop()
    return [line for line in lines if line.strip()]


def as_object(line: bytes) -> Fields | None:
    """The fields of a line; None if it is no JSON object."""
    try:
        return _fields.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return None


def _objects(data: bytes) -> Iterator[Fields]:
    lines = whole_lines(data, complete=len(data) < HEAD_BYTES)
    return (fields for line in lines if (fields := as_object(line)))


_ONE_OBJECT = "Write one JSON object per line"
_UNCOMPRESSED = "Use the file uncompressed, as JSON Lines"
_UTF_8 = "Save it as UTF-8"
_SIGNATURES = (
    (b"\x1f\x8b", "a file compressed with gzip", _UNCOMPRESSED),
    (b"PK\x03\x04", "a zip archive or a spreadsheet", "Export it as JSON Lines"),
    (b"PAR1", "Parquet", "Export it as JSON Lines"),
    (b"\x28\xb5\x2f\xfd", "a file compressed with zstd", _UNCOMPRESSED),
    (b"BZh", "a file compressed with bzip2", _UNCOMPRESSED),
    (b"\xff\xfe", "text in UTF-16", _UTF_8),
    (b"\xfe\xff", "text in UTF-16", _UTF_8),
)
_ARRAY = (
    "a JSON array",
    "Write one object per line, without the brackets around them: jq -c '.[]' in.json > out.jsonl",
)
_SPREAD = (
    "JSON objects that go over several lines",
    "Write one object per line: jq -c . in.json > out.jsonl",
)
_TABLE = re.compile(r"[A-Za-z_][\w .-]{0,63}")


def _other_file(head: bytes) -> tuple[str, str] | None:
    """What a file that is not JSON Lines looks like, and what to do; None if it may be."""
    for signature, said, action in _SIGNATURES:
        if head.startswith(signature):
            return said, action
    if b"\0" in head[:1000]:
        return "text in UTF-16, or no text", _UTF_8
    text = head.strip()
    if not text:
        return "an empty file", _ONE_OBJECT
    first = text.split(b"\n", 1)[0].strip()
    if text.startswith(b"["):
        return _ARRAY
    if text.startswith(b"{"):
        return _SPREAD if first == b"{" or _is_spread(first, text) else None
    return _table(first)


def _is_spread(first: bytes, text: bytes) -> bool:
    """Whether the first line only begins an object that the next ones go on with."""
    if as_object(first) is not None:
        return False
    return not any(True for _ in _objects(text)) and first.endswith((b",", b"{", b"["))


def _table(first: bytes) -> tuple[str, str] | None:
    line = first.decode(errors="replace")
    for delimiter, name in ((",", "CSV"), ("\t", "tab-separated values"), (";", "CSV")):
        columns = next(csv.reader([line[:10_000]], delimiter=delimiter), [])
        if len(columns) > 1 and all(_TABLE.fullmatch(column.strip()) for column in columns):
            return name, "Write one JSON object per line, with the columns as its fields"
    return None


def _names(fields: Fields) -> str:
    """Names that look like names; others may be text that went astray."""
    plain = [name for name in fields if is_plain_name(name)]
    shown = ", ".join(plain[:_NAMES_SHOWN])
    more = len(fields) - len(plain[:_NAMES_SHOWN])
    if not shown:
        return "no names of fields"
    return f"{shown} and {more:,} more" if more else shown
