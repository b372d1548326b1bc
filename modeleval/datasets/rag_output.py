"""`output` of a turn: what the RAG system gave, all of it from the dataset's one source.

"You can only evaluate one RAG source per job":
https://docs.aws.amazon.com/bedrock/latest/userguide/kb-evaluation-prompt-retrieve-generate.html
"""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

from modeleval.datasets import answers
from modeleval.datasets.fields import Fields, described, text_field
from modeleval.datasets.findings import Place
from modeleval.datasets.rag_line import Citation, Output, Passage, Passages
from modeleval.datasets.rag_options import RagOptions
from modeleval.datasets.rag_passages import PASSAGES, citations_of, passages_of
from modeleval.datasets.rag_values import object_of
from modeleval.datasets.unknown import UnknownFields

NOTHING_RETRIEVED = "nothingRetrieved"

_RESULTS, _PASSAGES = "retrievedResults", "retrievedPassages"
_RETRIEVE = ("knowledgeBaseIdentifier", _RESULTS)
_GENERATE = ("text", "modelIdentifier", "knowledgeBaseIdentifier", _PASSAGES, "citations")
_ALIASES = {
    "knowledgebaseid": "knowledgeBaseIdentifier",
    "answer": "text",
    "response": "text",
    "modelid": "modelIdentifier",
}
_LEGAL = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,255}")
_NAME_IT = "Name the RAG system, by the same name in every output"
_SHAPES = {
    True: f'Write {{"knowledgeBaseIdentifier": "…", "retrievedResults": {PASSAGES}}}',
    False: (
        'Write {"text": "…", "knowledgeBaseIdentifier": "…", '
        f'"retrievedPassages": {PASSAGES}, "citations": []}}'
    ),
}


class Given(NamedTuple):
    """An output as it is judged. `unscored` says why it is not sent, None if it is."""

    output: Output
    thinking_stripped: bool
    unscored: str | None


class Outputs:
    """Reads outputs, and holds every turn to one source."""

    def __init__(self, options: RagOptions) -> None:
        self.identifier = options.identifier
        self.shape = _SHAPES[options.retrieve]
        self._by = "the suite names"
        self._options = options
        known = _RETRIEVE if options.retrieve else _GENERATE
        # The other kind's field has a problem of its own.
        ignored = (_PASSAGES if options.retrieve else _RESULTS,)
        self._unknown = UnknownFields(known, aliases=_ALIASES, ignored=ignored)

    def read(self, value: msgspec.Raw, place: Place, path: str) -> Given | None:
        """The output; None if anything about it is wrong, which is reported."""
        fields = object_of(value, place, path, self.shape)
        if fields is None:
            return None
        self._unknown.warn(fields, place, inside="output.")
        identifier = self._identifier(fields, place, f"{path}.")
        passages = self._passages(fields, place, f"{path}.")
        if self._options.retrieve:
            return _retrieved(identifier, passages, place)
        return self._generated(fields, place, f"{path}.", identifier, passages)

    def _generated(
        self,
        fields: Fields,
        place: Place,
        inside: str,
        identifier: str | None,
        passages: tuple[Passage, ...] | None,
    ) -> Given | None:
        text = text_field(fields, "text", place, missing=self.shape, inside=inside)
        model = text_field(fields, "modelIdentifier", place, inside=inside)
        if text is None:
            return None
        citations = self._citations(fields, text, place, inside)
        answer = self._answer(text, place, inside, cited=bool(citations))
        if place.refused or answer is None or identifier is None or passages is None:
            return None
        answers.warn_of(answer, place)
        output = Output(
            text=answer.text,
            model_identifier=msgspec.UNSET if model is None else model,
            knowledge_base_identifier=identifier,
            retrieved_passages=Passages(passages),
            citations=msgspec.UNSET if citations is None else citations,
        )
        return Given(output, answer.thinking_stripped, answer.unscored)

    def _answer(
        self, text: str, place: Place, inside: str, *, cited: bool
    ) -> answers.Answer | None:
        keep = self._options.keep_thinking
        answer = answers.answer_of(text, place, field=f"{inside}text", keep_thinking=keep)
        if answer is not None and answer.thinking_stripped and cited:
            what = "has a <thinking> block, and citations whose spans count its characters"
            action = "Take it out of the text and correct the spans, or set keepThinking"
            place.problem(f"{inside}text", what, action)
        return answer

    def _citations(
        self, fields: Fields, text: str, place: Place, inside: str
    ) -> tuple[Citation, ...] | None:
        value, wanted = fields.get("citations"), self._options.citations_needed_by
        if value is not None:
            return citations_of(value, text, place, f"{inside}citations")
        if wanted:
            what = f"is missing, and {' and '.join(wanted)} cannot be judged without it"
            action = "Add the citations ([] where the answer has none), or leave the metrics out"
            place.problem(f"{inside}citations", what, action)
        return None

    def _passages(self, fields: Fields, place: Place, inside: str) -> tuple[Passage, ...] | None:
        wanted, other = _RESULTS, _PASSAGES
        if not self._options.retrieve:
            wanted, other = other, wanted
        if other in fields and wanted not in fields:
            kind = "retrieval alone" if self._options.retrieve else "generated answers"
            what = f"is there, and for {kind} the field is {wanted}"
            place.problem(inside + other, what, f"Rename it to {wanted}, or choose the other kind")
            return None
        if wanted not in fields:
            place.problem(inside + wanted, "is missing", self.shape)
            return None
        return passages_of(fields[wanted], place, inside + wanted)

    def _identifier(self, fields: Fields, place: Place, inside: str) -> str | None:
        path = f"{inside}knowledgeBaseIdentifier"
        found = text_field(
            fields, "knowledgeBaseIdentifier", place, missing=_NAME_IT, inside=inside
        )
        if found is None:
            return None
        if not _LEGAL.fullmatch(found):
            what = f"has {described(found)}, and is not an identifier"
            legal = "Use 1 to 256 of letters, digits, '.', '_' and '-', a letter or digit first"
            place.problem(path, what, legal)
        elif self.identifier is None:
            self.identifier = found
            self._by = f"line {place.line:,} has"
        elif found != self.identifier:
            what = f"is {found!r} where {self._by} {self.identifier!r}"
            place.problem(path, what, "A file holds the outputs of one RAG system only")
        return found


def _retrieved(
    identifier: str | None, passages: tuple[Passage, ...] | None, place: Place
) -> Given | None:
    if place.refused or identifier is None or passages is None:
        return None
    output = Output(knowledge_base_identifier=identifier, retrieved_results=Passages(passages))
    if passages:
        return Given(output, False, None)
    what = "No passage was retrieved, and the turn is not judged"
    place.warn(NOTHING_RETRIEVED, what, "It counts as unscored")
    return Given(output, False, NOTHING_RETRIEVED)
