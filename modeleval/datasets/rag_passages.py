"""Passages and citations of a RAG output."""

from __future__ import annotations

import msgspec

from modeleval.datasets.fields import Fields, kind_of, text_field
from modeleval.datasets.findings import Place
from modeleval.datasets.rag_line import Citation, Passage, ResponsePart, Span, Text, TextPart
from modeleval.datasets.rag_values import child, integer_of, list_of, object_of
from modeleval.datasets.unknown import UnknownFields

PASSAGES = '{"retrievalResults": [{"content": {"text": "…"}}]}'
_PASSAGE = 'Write {"content": {"text": "…"}}'
_CITATION = (
    'Write {"generatedResponsePart": {"textResponsePart": {"span": {"start": 0, "end": 9}, '
    '"text": "…"}}, "retrievedReferences": [{"content": {"text": "…"}}]}'
)
_unknown = UnknownFields(("name", "content", "metadata"), aliases={"text": "content"})


def passages_of(value: msgspec.Raw, place: Place, path: str) -> tuple[Passage, ...] | None:
    """The passages of `retrievedResults` or `retrievedPassages`; None if any is wrong."""
    fields = object_of(value, place, path, f"Write {PASSAGES}")
    if fields is None:
        return None
    results = child(
        fields, "retrievalResults", place, inside=f"{path}.", missing=f"Write {PASSAGES}"
    )
    return None if results is None else listed(results, place, f"{path}.retrievalResults")


def listed(value: msgspec.Raw, place: Place, path: str) -> tuple[Passage, ...] | None:
    """The passages of a list; None if any is wrong."""
    entries = list_of(value, place, path, f"Write a list of passages: {_PASSAGE[6:]}")
    if entries is None:
        return None
    found = [_passage(one, place, f"{path}[{n}]") for n, one in enumerate(entries)]
    known = tuple(one for one in found if one is not None)
    return known if len(known) == len(found) else None


def _passage(value: msgspec.Raw, place: Place, path: str) -> Passage | None:
    fields = object_of(value, place, path, _PASSAGE)
    if fields is None:
        return None
    _unknown.warn(fields, place, inside="a passage's ")
    name = text_field(fields, "name", place, inside=f"{path}.")
    content = child(fields, "content", place, inside=f"{path}.", missing=_PASSAGE)
    inner = None if content is None else object_of(content, place, f"{path}.content", _PASSAGE)
    if inner is None:
        return None
    text = text_field(inner, "text", place, missing=_PASSAGE, inside=f"{path}.content.")
    metadata = fields.get("metadata")
    if metadata is not None and kind_of(metadata) != "an object":
        what = f"is {kind_of(metadata)}, and must be an object"
        place.problem(f"{path}.metadata", what, "Make it an object, or leave it out")
    if text is None:
        return None
    if not text.strip():
        place.problem(f"{path}.content.text", "is empty", "Remove the passage")
        return None
    return Passage(Text(text), name, msgspec.UNSET if metadata is None else metadata)


def citations_of(
    value: msgspec.Raw, answer: str, place: Place, path: str
) -> tuple[Citation, ...] | None:
    """The citations of an answer; None if any is wrong.

    A span must lie in the answer. One whose text is another is warned of: AWS's own example has it.
    """
    entries = list_of(value, place, path, f"Write a list of citations: {_CITATION[6:]}")
    if entries is None:
        return None
    found = [_citation(one, answer, place, f"{path}[{n}]") for n, one in enumerate(entries)]
    known = tuple(one for one in found if one is not None)
    return known if len(known) == len(found) else None


def _citation(value: msgspec.Raw, answer: str, place: Place, path: str) -> Citation | None:
    fields = object_of(value, place, path, _CITATION)
    if fields is None:
        return None
    part = _inner(fields, "generatedResponsePart", place, path)
    inner = f"{path}.generatedResponsePart"
    said = None if part is None else _inner(part, "textResponsePart", place, inner)
    references = child(fields, "retrievedReferences", place, inside=f"{path}.", missing=_CITATION)
    cited = None
    if references is not None:
        cited = listed(references, place, f"{path}.retrievedReferences")
    text_part = None if said is None else _text_part(said, answer, place, inner)
    if text_part is None or cited is None:
        return None
    return Citation(ResponsePart(text_part), cited)


def _inner(fields: Fields, name: str, place: Place, path: str) -> Fields | None:
    value = child(fields, name, place, inside=f"{path}.", missing=_CITATION)
    return None if value is None else object_of(value, place, f"{path}.{name}", _CITATION)


def _text_part(fields: Fields, answer: str, place: Place, path: str) -> TextPart | None:
    inside = f"{path}.textResponsePart."
    text = text_field(fields, "text", place, missing=_CITATION, inside=inside)
    span = _inner(fields, "span", place, inside[:-1])
    if span is None:
        return None
    place_of = {"inside": f"{inside}span.", "shape": "Count the answer's characters from 0"}
    start = integer_of(span, "start", place, **place_of)
    end = integer_of(span, "end", place, **place_of)
    if text is None or start is None or end is None:
        return None
    if not 0 <= start <= end <= len(answer):
        what = f"is {start:,} to {end:,}, and the answer has {len(answer):,} characters"
        place.problem(f"{inside}span", what, "Correct start and end, counted from 0")
        return None
    # Whether `end` is the last character or the one after it is told differently by different
    # systems; both are taken.
    if text not in (answer[start:end], answer[start : end + 1]):
        what = "A citation's text is not what stands at its span"
        place.warn("citationText", what, "It is judged as it is; correct the span or the text")
    return TextPart(Span(start, end), text)
