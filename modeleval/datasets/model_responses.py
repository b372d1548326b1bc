"""`modelResponses` of a judge dataset: exactly one response, from the file's one source.

"You may use only one unique modelIdentifier in an evaluation job, and each prompt in your dataset
must use this identifier":
https://docs.aws.amazon.com/bedrock/latest/userguide/model-evaluation-prompt-datasets-judge.html
"""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

from modeleval.datasets.fields import Fields, described, kind_of, text_field
from modeleval.datasets.findings import Place
from modeleval.datasets.unknown import UnknownFields

FIELD = "modelResponses"
ENTRY_FIELDS = ("response", "modelIdentifier")

_ENTRY = f"{FIELD}[0]"
RESPONSE_PATH = f"{_ENTRY}.response"
SHAPE = 'Write "modelResponses": [{"response": "…", "modelIdentifier": "…"}]'
_NAME_IT = "Name what produced the response, by the same name on every line"
_LEGAL = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,255}")
_list = msgspec.json.Decoder(list[msgspec.Raw])
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ALIASES = {
    "model": "modelIdentifier",
    "modelid": "modelIdentifier",
    "modelname": "modelIdentifier",
    "identifier": "modelIdentifier",
    "text": "response",
    "output": "response",
    "completion": "response",
    "answer": "response",
}


class Entry(NamedTuple):
    """One entry of `modelResponses`; None stands for what is wrong or missing (reported)."""

    response: str | None
    identifier: str | None


class Entries:
    """Reads the entries one by one."""

    def __init__(self) -> None:
        self._unknown = UnknownFields(ENTRY_FIELDS, aliases=_ALIASES)

    def read(self, value: msgspec.Raw, path: str, place: Place) -> Entry | None:
        """The entry; None if it is no object, which is reported."""
        kind = kind_of(value)
        if kind != "an object":
            place.problem(path, f"is {kind}, and must be an object", SHAPE)
            return None
        entry: Fields = _fields.decode(value)
        self._unknown.warn(entry, place, inside=f"{path}.")
        instead = self._instead(entry, "response")
        response = text_field(entry, "response", place, missing=instead, inside=f"{path}.")
        name_it = self._instead(entry, "modelIdentifier", _NAME_IT)
        found = text_field(entry, "modelIdentifier", place, missing=name_it, inside=f"{path}.")
        if found is not None and not _LEGAL.fullmatch(found):
            what = f"has {described(found)}, and is not an identifier" if found else "is empty"
            legal = "Use 1 to 256 of letters, digits, '.', '_' and '-', a letter or digit first"
            place.problem(f"{path}.modelIdentifier", what, legal)
            found = None
        return Entry(response, found)

    def _instead(self, entry: Fields, name: str, otherwise: str = SHAPE) -> str:
        alias = self._unknown.alias_of(name, entry) if name not in entry else None
        return f"Rename {alias} to {name}" if alias else otherwise


def entries_of(value: msgspec.Raw, place: Place, *, holding: str) -> list[msgspec.Raw] | None:
    """The encoded entries of the field; None if it is no array, which is reported."""
    kind = kind_of(value)
    if kind != "an array":
        place.problem(FIELD, f"is {kind}, and must be an array with {holding}", SHAPE)
        return None
    return _list.decode(value)


class ModelResponses:
    """Reads the field, and holds every line to one identifier."""

    def __init__(self, identifier: str | None) -> None:
        self.identifier = identifier
        self._by = "the suite names"
        self._action = "Name that one in the suite, or choose the file of the one that it names"
        self._entries = Entries()

    def read(self, value: msgspec.Raw, place: Place) -> str | None:
        """The response's text; None if anything about the field is wrong, which is reported."""
        entries = entries_of(value, place, holding="one object")
        if entries is None:
            return None
        if len(entries) != 1:
            what = f"holds {len(entries):,} responses, and must hold exactly one"
            several = "Put each model's responses in a file of their own"
            place.problem(FIELD, what, several if entries else SHAPE)
        entry = self._entries.read(entries[0], _ENTRY, place) if entries else None
        if entry is None:
            return None
        if entry.identifier is not None:
            self._check_identifier(entry.identifier, place)
        return entry.response

    def _check_identifier(self, found: str, place: Place) -> None:
        if self.identifier is None:
            self.identifier = found
            self._by = f"line {place.line:,} has"
            self._action = "A file holds the responses of one model only"
        elif found != self.identifier:
            what = f"is {found!r} where {self._by} {self.identifier!r}"
            place.problem(f"{_ENTRY}.modelIdentifier", what, self._action)
