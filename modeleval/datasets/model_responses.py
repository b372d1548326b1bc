"""`modelResponses` of a judge dataset: exactly one response, from the file's one source.

"You may use only one unique modelIdentifier in an evaluation job, and each prompt in your dataset
must use this identifier":
https://docs.aws.amazon.com/bedrock/latest/userguide/model-evaluation-prompt-datasets-judge.html
"""

from __future__ import annotations

import re

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


class ModelResponses:
    """Reads the field, and holds every line to one identifier."""

    def __init__(self, identifier: str | None) -> None:
        self.identifier = identifier
        self._by = "the suite names"
        self._unknown = UnknownFields(ENTRY_FIELDS, aliases=_ALIASES)

    def read(self, value: msgspec.Raw, place: Place) -> str | None:
        """The response's text; None if anything about the field is wrong, which is reported."""
        entry = self._entry(value, place)
        if entry is None:
            return None
        self._unknown.warn(entry, place, inside=f"{_ENTRY}.")
        response = text_field(
            entry, "response", place, missing=self._instead(entry, "response"), inside=f"{_ENTRY}."
        )
        name_it = self._instead(entry, "modelIdentifier", _NAME_IT)
        found = text_field(entry, "modelIdentifier", place, missing=name_it, inside=f"{_ENTRY}.")
        if found is not None:
            self._check_identifier(found, place)
        return response

    @staticmethod
    def _entry(value: msgspec.Raw, place: Place) -> Fields | None:
        kind = kind_of(value)
        if kind != "an array":
            place.problem(FIELD, f"is {kind}, and must be an array with one object", SHAPE)
            return None
        entries = _list.decode(value)
        if len(entries) != 1:
            what = f"holds {len(entries):,} responses, and must hold exactly one"
            several = "Put each model's responses in a file of their own"
            place.problem(FIELD, what, several if entries else SHAPE)
        if not entries:
            return None
        kind = kind_of(entries[0])
        if kind != "an object":
            place.problem(_ENTRY, f"is {kind}, and must be an object", SHAPE)
            return None
        return _fields.decode(entries[0])

    def _instead(self, entry: Fields, name: str, otherwise: str = SHAPE) -> str:
        alias = self._unknown.alias_of(name, entry) if name not in entry else None
        return f"Rename {alias} to {name}" if alias else otherwise

    def _check_identifier(self, found: str, place: Place) -> None:
        path = f"{_ENTRY}.modelIdentifier"
        if not _LEGAL.fullmatch(found):
            what = f"has {described(found)}, and is not an identifier"
            legal = "Use 1 to 256 of letters, digits, '.', '_' and '-', a letter or digit first"
            place.problem(path, what, legal)
        elif self.identifier is None:
            self.identifier = found
            self._by = f"line {place.line:,} has"
        elif found != self.identifier:
            what = f"is {found!r} where {self._by} {self.identifier!r}"
            place.problem(path, what, "A file holds the responses of one model only")
