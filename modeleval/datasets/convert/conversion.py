"""A dataset of one format, line by line into another."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, BinaryIO

import msgspec

from modeleval.datasets.convert.example import Example, Said
from modeleval.datasets.convert.losses import LeftRecords, Losses
from modeleval.datasets.duplicates import DuplicateFields
from modeleval.datasets.fields import Fields, shown_name
from modeleval.datasets.findings import Findings, Place
from modeleval.datasets.formats import HUMAN_RESPONSES, DatasetFormat, format_of
from modeleval.datasets.jsonline import parse_object
from modeleval.datasets.lines import MAX_LINE_BYTES, Line, LineReader
from modeleval.datasets.output import Output
from modeleval.datasets.report import Problem

RESPONSES_LEFT = "the responses"
RESPONSE_LEFT = "the other source's responses"
REFERENCE_LEFT = "the references"
SOURCE_LEFT = "the responses' source"

_WHITE = b" \t\r"
_IDENTIFIER = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,255}")
_FLUSH_LINES = 500


@dataclass(frozen=True, kw_only=True)
class ConvertOptions:
    """How a dataset is to be converted.

    to: the format. identifier: whose responses the answers of a format with one answer are (None:
    they are references); of a file that holds two sources' responses, which of them is meant.
    answer_with_responses: of precomputed responses, the response becomes the one answer, and not
    the reference. keep: other fields that are copied as they are.
    """

    to: DatasetFormat
    identifier: str | None = None
    answer_with_responses: bool = False
    keep: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Conversion:
    """What came of it; the output is of use only if there is no problem.

    read, written: records. left_fields: how many records had each field (or path) that the other
    format does not hold. left_records: the records that it cannot hold. folded: conversations that
    became one text. problems: the first 50; problem_count: all.
    """

    read: int
    written: int
    left_fields: dict[str, int]
    left_records: tuple[LeftRecords, ...]
    folded: int
    problems: tuple[Problem, ...]
    problem_count: int


def refusal(source: DatasetFormat, options: ConvertOptions) -> str | None:
    """Why a format cannot be converted so; None if it can."""
    to = options.to
    own = [name for name in options.keep if name in to.fields]
    if source is to:
        return f"The file has that format already: it looks like {source.title}"
    if source.read is None or to.write is None:
        return f"{source.title} cannot be converted to {to.title}"
    if own:
        return f"{own[0]} is a field of {to.title}, and cannot be kept as it is"
    if options.answer_with_responses and not (source.responses and to.one_answer):
        return "Only precomputed responses can become the answers of a format with one answer"
    return _refused_identifier(source, options)


def _refused_identifier(source: DatasetFormat, options: ConvertOptions) -> str | None:
    to, identifier = options.to, options.identifier
    if identifier is not None and not _IDENTIFIER.fullmatch(identifier):
        return "An identifier has letters, digits, '.', '_' and '-', a letter or digit first"
    if source.responses:
        return _refused_source(source, options)
    if to.responses and not source.one_answer:
        return f"{source.title} hold no responses; collect them, or name them live in the suite"
    if to.responses and identifier is None:
        return "Name by --identifier whose responses the answers are, such as support-bot-v3"
    if identifier is not None and not to.responses:
        return f"{to.title} name no source of responses: leave --identifier out"
    return None


def _refused_source(source: DatasetFormat, options: ConvertOptions) -> str | None:
    used = options.to.responses or options.answer_with_responses
    if source.passages_only and used:
        return f"{source.title} hold no answers"
    if source is HUMAN_RESPONSES and used and options.identifier is None:
        return "The file holds the responses of two sources: name by --identifier which are meant"
    if options.identifier is not None and not (source is HUMAN_RESPONSES and used):
        return "The responses of the file name their source: leave --identifier out"
    return None


def convert(
    chunks: Iterable[bytes], source: DatasetFormat, options: ConvertOptions, out: BinaryIO
) -> Conversion:
    """Read a dataset of the format `source` to its end and write it as another to `out`.

    Bad data raises nothing: the conversion's problems say what is wrong. Memory does not grow with
    the file. Errors of the streams are the caller's; ValueError if `refusal` says something.
    """
    refused = refusal(source, options)
    if refused:
        raise ValueError(refused)
    return _Converter(source, options, out).run(chunks)


class _Converter:
    def __init__(self, source: DatasetFormat, options: ConvertOptions, out: BinaryIO) -> None:
        self._source = source
        self._options = options
        self._output = Output(out, io.BytesIO())
        self._findings = Findings()
        self._losses = Losses()
        self._duplicates = DuplicateFields(
            source.fields, nested=source.nested, nested_names=source.nested_names
        )
        self._sources: set[str] = set()
        self._read = self._written = self._folded = 0

    def run(self, chunks: Iterable[bytes]) -> Conversion:
        for line in LineReader(chunks):
            if line.data is None or line.data.strip(_WHITE):
                self._take(line)
            if line.number % _FLUSH_LINES == 0:
                self._output.flush()
        self._output.flush()
        if not self._read:
            self._findings.file_problem("holds no record", "Write one JSON object per line")
        return Conversion(
            read=self._read,
            written=self._written,
            left_fields=dict(self._losses.fields),
            left_records=self._losses.records,
            folded=self._folded,
            problems=self._findings.problems,
            problem_count=self._findings.problem_count,
        )

    def _take(self, line: Line) -> None:
        self._read += 1
        place = Place(self._findings, line.number)
        if line.data is None:
            what = f"has {line.length:,} bytes, and at most {MAX_LINE_BYTES:,} are read"
            place.problem(None, what, "Shorten the record")
            return
        fields = parse_object(line.data, place)
        if fields is None:
            return
        example = self._example(line.data, fields, place)
        if example is not None and not place.refused:
            self._write(example, fields, line.number)

    def _example(self, data: bytes, fields: Fields, place: Place) -> Example | None:
        found = format_of(fields)
        if found is not self._source or found.read is None:
            looks = found.title if found else "no format that is known"
            what = f"looks like {looks}, and the file like {self._source.title}"
            place.problem(None, what, "Keep a file to one format")
            return None
        self._duplicates.refuse(data, place)
        example = found.read(fields, place)
        if example is not None and example.answers:
            self._check_sources({one.source for one in example.answers}, place)
        return example

    def _check_sources(self, sources: set[str], place: Place) -> None:
        self._sources = self._sources or sources
        if sources != self._sources:
            what = "has another source than the lines before"
            place.problem(None, what, "Put each source's responses in a file of their own")
        elif self._options.identifier is not None and self._options.identifier not in sources:
            what = f"has no response of {self._options.identifier}"
            action = f"Name by --identifier one of {' and '.join(sorted(sources))}"
            place.problem(None, what, action)

    def _write(self, example: Example, fields: Fields, line: int) -> None:
        writer = self._options.to.write
        meant, left = self._meant(example)
        written = writer(meant) if writer else ""
        if isinstance(written, str):
            self._losses.record(written, line)
            return
        kept = {name: fields[name] for name in self._options.keep if name in fields}
        shown = {shown_name(name) for name in kept}
        others = (name for name in example.left if name not in shown)
        for name in dict.fromkeys((*left, *written.left, *others)):
            self._losses.field(name)
        self._folded += written.folded
        self._written += 1
        whole: dict[str, Any] = {**written.fields, **kept}
        self._output.records += msgspec.json.encode(whole) + b"\n"

    def _meant(self, example: Example) -> tuple[Example, list[str]]:
        """The record with its answer where the format wants it, and what is left out for that."""
        options = self._options
        if not self._source.responses:
            if options.identifier is None:
                return example, []
            answer = example.reference
            said = () if answer is None else (Said(answer, options.identifier),)
            return example._replace(answers=said, reference=None), []
        answered = example.answer_of(options.identifier)
        lost = [RESPONSE_LEFT] if len(example.answers) > 1 else []
        if options.to.responses:
            return example._replace(answers=(answered,) if answered else ()), lost
        if not options.answer_with_responses:
            return example, [RESPONSES_LEFT] if example.answers else []
        lost += [] if example.reference is None else [REFERENCE_LEFT]
        text = answered.text if answered else None
        return example._replace(reference=text), [*lost, SOURCE_LEFT]
