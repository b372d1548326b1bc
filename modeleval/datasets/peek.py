"""A look at a dataset by a few ranges of its bytes: what it is like, not whether it is right."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from modeleval.datasets.convert.example import Example
from modeleval.datasets.detect import HEAD_BYTES, Detected, as_object, detect, whole_lines
from modeleval.datasets.fields import Fields, kind_of, shown_name
from modeleval.datasets.findings import Findings, Place
from modeleval.datasets.supports import Shares, Supported, supported

WHOLE_BYTES = 2 << 20
"""Files up to this size are read as a whole."""
_MIDDLE_BYTES = 1 << 16
_MIDDLES = 4
_NAMES_KEPT = 50
_CATEGORIES_KEPT = 20
_IDENTIFIERS_KEPT = 5
_TEXTS_KEPT = 3

RangeReader = Callable[[int, int], bytes]
"""Reads so many bytes (second) from a position (first)."""


class Length(NamedTuple):
    """Characters of what so many records say: the shortest, the median one, the longest."""

    records: int
    least: int
    median: int
    most: int


@dataclass(frozen=True, kw_only=True)
class Peek:
    """What was seen.

    size: the file's bytes; read: those that were read. complete: all of it was. records: that were
    seen; estimated_records: of the whole file, if it goes on like that. unreadable: lines seen that
    the format refuses, or that are no JSON objects. fields: name to the share of records with it
    and its JSON types. lengths: of what is asked, the reference and the response. categories,
    identifiers: the most frequent ones with their records. references: the share of records with
    one. turns: the most that a record has. texts: the first records.
    """

    looks: str
    action: str
    format: str | None
    size: int
    read: int
    complete: bool
    records: int
    estimated_records: int
    unreadable: int
    fields: dict[str, tuple[float, tuple[str, ...]]]
    lengths: dict[str, Length]
    categories: dict[str, int]
    uncounted_categories: int
    identifiers: dict[str, int]
    references: float
    turns: int
    supports: tuple[Supported, ...]
    texts: tuple[Example, ...]

    def to_document(self, *, texts: bool = False) -> dict[str, Any]:
        """JSON values with camelCase names; the records' texts only if they are asked for."""
        document: dict[str, Any] = {
            "looks": self.looks,
            "action": self.action or None,
            "format": self.format,
            "bytes": self.size,
            "bytesRead": self.read,
            "complete": self.complete,
            "records": self.records,
            "estimatedRecords": self.estimated_records,
            "unreadable": self.unreadable,
            "fields": {
                name: {"share": share, "types": list(types)}
                for name, (share, types) in self.fields.items()
            },
            "lengths": {name: length._asdict() for name, length in self.lengths.items()},
            "categories": self.categories,
            "uncountedCategories": self.uncounted_categories,
            "identifiers": self.identifiers,
            "references": self.references,
            "mostTurns": self.turns,
            "supports": [supported._asdict() for supported in self.supports],
        }
        if texts:
            document["texts"] = [_texts_of(example) for example in self.texts]
        return document


def _texts_of(example: Example) -> dict[str, Any]:
    return {
        "asked": [{"role": role, "content": content} for role, content in example.asked],
        "reference": example.reference,
        "responses": [answer._asdict() for answer in example.answers],
    }


def peek(size: int, read: RangeReader) -> Peek:
    """Look at a file of `size` bytes: all of a small one, else its beginning and four places more.

    Never raises for what the bytes are; errors of `read` are the caller's.
    """
    complete = size <= WHOLE_BYTES
    head = read(0, size if complete else HEAD_BYTES) if size else b""
    detected = detect(head)
    seen = _Seen(detected)
    taken = len(head)
    if detected.lines:
        seen.take(whole_lines(head, complete=complete))
        if not complete:
            for piece in _middles(size, read):
                taken += len(piece)
                seen.take(whole_lines(_inner_lines(piece), complete=True))
    return seen.result(size, taken, complete=complete)


def _middles(size: int, read: RangeReader) -> Iterable[bytes]:
    step = (size - HEAD_BYTES) // (_MIDDLES + 1)
    for number in range(1, _MIDDLES + 1):
        yield read(HEAD_BYTES + number * step, _MIDDLE_BYTES)


def _inner_lines(piece: bytes) -> bytes:
    """A piece without the lines that it may have begun or ended in."""
    start, end = piece.find(b"\n"), piece.rfind(b"\n")
    return piece[start + 1 : end + 1] if start >= 0 else b""


@dataclass
class _Seen:
    detected: Detected
    records: int = 0
    unreadable: int = 0
    size: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    types: dict[str, set[str]] = field(default_factory=dict)
    lengths: dict[str, list[int]] = field(default_factory=dict)
    categories: Counter[str] = field(default_factory=Counter)
    identifiers: Counter[str] = field(default_factory=Counter)
    references: int = 0
    cited: int = 0
    single: int = 0
    turns: int = 0
    texts: list[Example] = field(default_factory=list)

    def take(self, lines: Iterable[bytes]) -> None:
        for line in lines:
            self.records += 1
            self.size += len(line) + 1
            fields = as_object(line)
            example = self._example(fields) if fields else None
            if fields:
                self._take_fields(fields)
            if example is not None:
                self._take_example(example)
            elif self.detected.format is not None:
                self.unreadable += 1

    def _take_fields(self, fields: Fields) -> None:
        for name, value in fields.items():
            shown = shown_name(name)
            if shown not in self.fields and len(self.fields) >= _NAMES_KEPT:
                shown = "other fields"
            self.fields[shown] += 1
            self.types.setdefault(shown, set()).add(kind_of(value).split()[-1])

    def _example(self, fields: Fields) -> Example | None:
        found = self.detected.format
        if found is None or found.read is None or not found.fits(fields):
            return None
        return found.read(fields, Place(Findings(), 0))

    def _take_example(self, example: Example) -> None:
        said = [("asked", "".join(content for _, content in example.asked))]
        if example.reference is not None:
            said.append(("reference", example.reference))
        said += [("response", answer.text) for answer in example.answers]
        for name, text in said:
            self.lengths.setdefault(name, []).append(len(text))
        self.references += bool((example.reference or "").strip())
        self.cited += example.cited
        self.single += example.turns == 1
        self.turns = max(self.turns, example.turns)
        if example.category:
            self.categories[example.category] += 1
        self.identifiers.update(answer.source for answer in example.answers)
        if len(self.texts) < _TEXTS_KEPT:
            self.texts.append(example)

    def result(self, size: int, taken: int, *, complete: bool) -> Peek:
        shares = self._shares()
        estimated = self.records
        if not complete and self.records:
            estimated = round(size / (self.size / self.records))
        found = self.detected.format
        return Peek(
            looks=self.detected.said,
            action=self.detected.action,
            format=found.name if found else None,
            size=size,
            read=taken,
            complete=complete,
            records=self.records,
            estimated_records=estimated,
            unreadable=self.unreadable,
            fields={
                name: (count / self.records, tuple(sorted(self.types[name])))
                for name, count in self.fields.items()
            },
            lengths={name: _length(lengths) for name, lengths in self.lengths.items()},
            categories=dict(self.categories.most_common(_CATEGORIES_KEPT)),
            uncounted_categories=max(0, len(self.categories) - _CATEGORIES_KEPT),
            identifiers=dict(self.identifiers.most_common(_IDENTIFIERS_KEPT)),
            references=shares.references,
            turns=self.turns,
            supports=supported(found, shares) if found and self.records else (),
            texts=tuple(self.texts),
        )

    def _shares(self) -> Shares:
        counts = (self.references, self.cited, self.single)
        return Shares(*(count / self.records if self.records else 0.0 for count in counts))


def _length(lengths: list[int]) -> Length:
    middle = round(statistics.median(lengths))
    return Length(len(lengths), min(lengths), middle, max(lengths))
