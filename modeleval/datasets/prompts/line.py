"""One line of a dataset of prompts: told by its format, checked, and brought to digests."""

from __future__ import annotations

import difflib
from functools import lru_cache
from typing import NamedTuple

from modeleval.datasets import labels
from modeleval.datasets.duplicates import DuplicateFields
from modeleval.datasets.fields import Fields, is_plain_name
from modeleval.datasets.findings import Place
from modeleval.datasets.jsonline import parse_object
from modeleval.datasets.prompts.formats import FORMATS, Asked, PromptFormat, format_of
from modeleval.datasets.prompts.identity import conversation_digest, user_digest
from modeleval.datasets.prompts.options import PromptOptions
from modeleval.datasets.unknown import plain

_CLOSE_ENOUGH = 0.85
_ADVICE_KEPT = 20
_BEDROCK = ("modelResponses", "referenceResponse")
_CHOOSE = "Write one of: " + "; ".join(found.title for found in FORMATS)


class Prompt(NamedTuple):
    """One accepted record. `characters`: code points of the conversation."""

    input_digest: str
    user_digest: str
    category: str | None
    cluster: str | None
    characters: int
    reference: str | None


class PromptLines:
    """Reads one line after another; the first one that looks like a format decides for all."""

    def __init__(self, options: PromptOptions) -> None:
        self._options = options
        self._format: PromptFormat | None = None
        self._decided_by = 0
        self._duplicates: DuplicateFields | None = None
        self._advised: set[str] = set()

    @property
    def title(self) -> str | None:
        """What the file looks like; None as long as no line looks like anything."""
        return self._format.title if self._format else None

    def read(self, data: bytes, place: Place) -> Prompt | None:
        """The line's record; None if anything on it is wrong, and then all of it is reported."""
        fields = parse_object(data, place)
        if fields is None:
            return None
        found = self._format_of(fields, place)
        if found is None:
            return None
        if self._duplicates is not None:
            self._duplicates.refuse(data, place)
        self._advise(fields, found, place)
        asked = found.read(fields, place)
        category = labels.category_of(fields, place)
        cluster = self._cluster(fields, place)
        if asked is not None:
            self._want_reference(asked, found, place)
        if place.refused or asked is None:
            return None
        return Prompt(
            input_digest=conversation_digest(asked.messages),
            user_digest=user_digest(asked.messages),
            category=category or None,
            cluster=cluster,
            characters=sum(len(content) for _, content in asked.messages),
            reference=asked.reference,
        )

    def _format_of(self, fields: Fields, place: Place) -> PromptFormat | None:
        found = format_of(fields)
        if any(name in fields for name in _BEDROCK):
            what = "looks like Bedrock's format for responses that you bring yourself"
            action = "Use the kind bedrock-judge for it, or write query and response"
            place.problem(None, what, action)
            return None
        if found is None:
            place.problem(None, "looks like no format of SageMaker's evaluation", _CHOOSE)
            return None
        if self._format is None:
            self._decide(found, place.line)
        elif found is not self._format:
            what = f"looks like {found.title}, and line {self._decided_by:,} like {self.title}"
            place.problem(None, what, "Keep a file to one format")
            return None
        return found

    def _decide(self, found: PromptFormat, line: int) -> None:
        self._format, self._decided_by = found, line
        cluster = self._options.cluster_field
        names = (*found.fields, *((cluster,) if cluster else ()))
        self._duplicates = DuplicateFields(
            names, nested=found.nested, nested_names=("role", "content")
        )

    def _cluster(self, fields: Fields, place: Place) -> str | None:
        name = self._options.cluster_field
        return labels.cluster_of(fields, name, place) if name else None

    def _want_reference(self, asked: Asked, found: PromptFormat, place: Place) -> None:
        if self._options.reference_wanted and not (asked.reference or "").strip():
            what = f"holds no reference ({found.reference}), and the scorer compares with it"
            place.problem(None, what, "Add the reference, or use a judge, which needs none")

    def _advise(self, fields: Fields, found: PromptFormat, place: Place) -> None:
        """Warn of names that are probably a field of the format, misspelt; bounded in number."""
        for name in fields:
            if name in found.fields or name == self._options.cluster_field:
                continue
            meant = _meant(name, found)
            if meant is None or meant in fields:
                continue
            if name in self._advised or len(self._advised) < _ADVICE_KEPT:
                self._advised.add(name)
                what = f"{name}: no field of {found.title}"
                place.warn("unknownField", what, f"Did you mean {meant}?")


@lru_cache(maxsize=1000)
def _meant(name: str, found: PromptFormat) -> str | None:
    """The field that a name looks like; None if it looks like none, or not like a name."""
    if not is_plain_name(name):
        return None
    names = {plain(field): field for field in found.fields}
    close = difflib.get_close_matches(plain(name), names, n=1, cutoff=_CLOSE_ENOUGH)
    return names[close[0]] if close else None
