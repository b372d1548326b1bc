"""Bedrock's dataset for people who judge: like a judge's, with one or two responses on every line.

    {"prompt": "…", "referenceResponse": "…", "category": "…",
     "modelResponses": [{"response": "…", "modelIdentifier": "a"},
                        {"response": "…", "modelIdentifier": "b"}]}

Every line has the same sources, at most two of them:
https://docs.aws.amazon.com/bedrock/latest/userguide/model-evaluation-prompt-datasets-custom-human.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import msgspec

from modeleval.datasets import answers
from modeleval.datasets.answers import Answer
from modeleval.datasets.fields import Fields
from modeleval.datasets.findings import Place
from modeleval.datasets.judge_format import JudgeFormat
from modeleval.datasets.judge_line import Response
from modeleval.datasets.live_format import LiveLine
from modeleval.datasets.model_responses import FIELD, SHAPE, Entries, Entry, entries_of
from modeleval.datasets.options import MAX_RECORDS, DatasetOptions
from modeleval.datasets.output import Output
from modeleval.datasets.report import DatasetReport
from modeleval.datasets.validation import Validation

MAX_SOURCES = 2


@dataclass(frozen=True, kw_only=True)
class HumanOptions(DatasetOptions):
    """As `DatasetOptions`; `identifiers` are those that every line must have, in any order.

    Without any, the first line's are. `identifier` is not used.
    """

    identifier: str | None = None
    identifiers: tuple[str, ...] = ()
    max_records: int | None = MAX_RECORDS


class _HumanLine(LiveLine, rename="camel", kw_only=True, gc=False):
    """The fields of the format, in the order in which they are written."""

    model_responses: tuple[Response, ...]


def validate_human(
    source: Iterable[bytes], options: HumanOptions, *, records: BinaryIO, index: BinaryIO
) -> DatasetReport:
    """As `validate`, for a dataset that people judge. The report's identifier names all sources."""
    output = Output(records, index)
    lines = None if options.live else HumanFormat(options)
    return Validation(options, output, lines=lines).run(source)


def joined(responses: Sequence[str]) -> str:
    """One text for all responses of a record, whose digest is the record's; of one, itself.

    All but the last one are preceded by their lengths: two pairs never make one text.
    """
    *before, last = responses
    return "".join(f"{len(text)}:{text}" for text in before) + last


class HumanFormat(JudgeFormat):
    """Reads the lines as `JudgeFormat` does, and holds all of them to the same sources."""

    def __init__(self, options: HumanOptions) -> None:
        super().__init__(options)
        self._entries = Entries()
        self._sources = options.identifiers
        self._by = "the suite names"
        self._action = "Name those in the suite, or choose the file of the ones that it names"
        self._said: tuple[Response, ...] = ()
        """The line's responses, from when they were read until they are written."""

    @property
    def identifier(self) -> str | None:
        return ", ".join(self._sources) or None

    def _answer(self, fields: Fields, place: Place) -> Answer | None:
        value = fields.get(FIELD)
        if value is None:
            place.problem(FIELD, "is missing", SHAPE)
            return None
        found = self._read(value, place)
        if place.refused or not self._are_the_sources(found, place):
            return None
        keep = self._options.keep_thinking
        paths = [f"{FIELD}[{number}].response" for number in range(len(found))]
        said = [
            answers.answer_of(entry.response or "", place, field=path, keep_thinking=keep)
            for entry, path in zip(found, paths, strict=True)
        ]
        whole = [one for one in said if one is not None]
        if len(whole) < len(said):
            return None
        named = zip(found, whole, strict=True)
        by_source = {entry.identifier: answer.text for entry, answer in named}
        self._said = tuple(Response(by_source[name], name) for name in self._sources)
        return Answer(
            text=joined([one.response for one in self._said]),
            thinking_stripped=any(one.thinking_stripped for one in whole),
            # Nothing can be said of a comparison with an answer that is not there.
            unscored=next((one.unscored for one in whole if one.unscored), None),
        )

    def _read(self, value: msgspec.Raw, place: Place) -> list[Entry]:
        encoded = entries_of(value, place, holding="one object per source")
        if encoded is None:
            return []
        if not 0 < len(encoded) <= MAX_SOURCES:
            what = f"holds {len(encoded):,} responses, and people judge one or two"
            place.problem(FIELD, what, "Leave the others out" if encoded else SHAPE)
            return []
        read = (
            self._entries.read(one, f"{FIELD}[{number}]", place)
            for number, one in enumerate(encoded)
        )
        return [entry for entry in read if entry is not None]

    def _are_the_sources(self, found: list[Entry], place: Place) -> bool:
        names = tuple(entry.identifier or "" for entry in found)
        if len(set(names)) < len(names):
            what = f"names the source {names[0]!r} twice"
            place.problem(FIELD, what, "Give each source one response per record")
        elif not self._sources:
            self._sources, self._by = names, f"line {place.line:,} has"
            self._action = "Every record has the responses of the same sources"
        elif set(names) != set(self._sources):
            what = f"has {_listed(names)} where {self._by} {_listed(self._sources)}"
            place.problem(FIELD, what, self._action)
        return not place.refused

    def _encode(
        self, prompt: str, reference: str | None, category: str | None, response: str
    ) -> bytes:
        del response  # all of them are in `_said`
        line = _HumanLine(
            prompt=prompt,
            reference_response=msgspec.UNSET if reference is None else reference,
            category=msgspec.UNSET if category is None else category,
            model_responses=self._said,
        )
        return self._encoder.encode(line)


def _listed(names: Sequence[str]) -> str:
    return " and ".join(repr(name) for name in names)
