"""Bedrock's dataset for people who compare two precomputed responses.

    {"prompt": "…", "referenceResponse": "…", "category": "…",
     "modelResponses": [{"response": "…", "modelIdentifier": "…"}, {…}]}

The format of a judge's dataset with two responses on every line, from the same two sources (AWS
user guide, "Create a custom prompt dataset for a model evaluation job that uses human workers").
They are written in the order of the suite, whichever of them stands first on a line.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from modeleval.datasets import answers, model_responses
from modeleval.datasets.answers import Answer
from modeleval.datasets.fields import Fields, described, kind_of, text_field
from modeleval.datasets.findings import Place
from modeleval.datasets.judge_format import JudgeFormat
from modeleval.datasets.judge_line import Response
from modeleval.datasets.options import DatasetOptions

_PAIR = 2
_SHAPE = (
    'Write "modelResponses": [{"response": "…", "modelIdentifier": "…"}, {…}] with the two sources '
    "that the suite names"
)
_list = msgspec.json.Decoder(list[msgspec.Raw])
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])


class PairLine(msgspec.Struct, rename="camel", kw_only=True, gc=False):
    """The fields of the format, in the order in which they are written."""

    prompt: str
    reference_response: str | msgspec.UnsetType = msgspec.UNSET
    category: str | msgspec.UnsetType = msgspec.UNSET
    model_responses: tuple[Response, Response]


class _Entry(NamedTuple):
    identifier: str
    response: str
    path: str


def pair_text(first: str, second: str) -> str:
    """Both responses as one text, which tells every pair from every other: what is digested."""
    return f"{len(first)}:{first}{second}"


class PairFormat(JudgeFormat):
    """Reads the lines as `JudgeFormat` does, and expects a response of each source."""

    def __init__(self, options: DatasetOptions) -> None:
        super().__init__(options)
        self._sources = (str(options.identifier), str(options.other_identifier))
        self._keep_thinking = options.keep_thinking
        self._pair = ("", "")

    def _answer(self, fields: Fields, place: Place) -> Answer | None:
        value = fields.get(model_responses.FIELD)
        if value is None:
            place.problem(model_responses.FIELD, "is missing", _SHAPE)
            return None
        by_source = self._by_source(value, place)
        if by_source is None:
            return None
        found = [self._judged(by_source[source], place) for source in self._sources]
        first, second = found
        if first is None or second is None:
            return None
        self._pair = (first.text, second.text)
        return Answer(
            text=pair_text(*self._pair),
            thinking_stripped=first.thinking_stripped or second.thinking_stripped,
            unscored=first.unscored or second.unscored,
        )

    def _judged(self, entry: _Entry, place: Place) -> Answer | None:
        return answers.answer_of(
            entry.response, place, field=entry.path, keep_thinking=self._keep_thinking
        )

    def _by_source(self, value: msgspec.Raw, place: Place) -> dict[str, _Entry] | None:
        """Each source's response; None if anything about the field is wrong, which is reported."""
        kind = kind_of(value)
        if kind != "an array":
            what = f"is {kind}, and must be an array with two objects"
            place.problem(model_responses.FIELD, what, _SHAPE)
            return None
        given = _list.decode(value)
        if len(given) != _PAIR:
            what = f"holds {len(given):,} responses, and must hold exactly two"
            place.problem(model_responses.FIELD, what, _SHAPE)
            return None
        found = [self._entry(one, number, place) for number, one in enumerate(given)]
        by_source = {entry.identifier: entry for entry in found if entry is not None}
        if None in found:
            return None
        if set(by_source) != set(self._sources):
            place.problem(model_responses.FIELD, "has two responses of one source", _SHAPE)
            return None
        return by_source

    def _entry(self, value: msgspec.Raw, number: int, place: Place) -> _Entry | None:
        path = f"{model_responses.FIELD}[{number}]"
        kind = kind_of(value)
        if kind != "an object":
            place.problem(path, f"is {kind}, and must be an object", _SHAPE)
            return None
        fields = _fields.decode(value)
        inside = f"{path}."
        response = text_field(fields, "response", place, missing=_SHAPE, inside=inside)
        found = text_field(fields, "modelIdentifier", place, missing=_SHAPE, inside=inside)
        if found is not None and found not in self._sources:
            first, second = self._sources
            what = f"has {described(found)}, and is neither {first!r} nor {second!r}"
            place.problem(f"{inside}modelIdentifier", what, "Use the same two names on every line")
            return None
        if response is None or found is None:
            return None
        return _Entry(found, response, f"{inside}response")

    def _encode(
        self, prompt: str, reference: str | None, category: str | None, response: str
    ) -> bytes:
        del response  # the digest's text of both
        first, second = zip(self._pair, self._sources, strict=True)
        line = PairLine(
            prompt=prompt,
            reference_response=msgspec.UNSET if reference is None else reference,
            category=msgspec.UNSET if category is None else category,
            model_responses=(Response(*first), Response(*second)),
        )
        return msgspec.json.encode(line)
