"""The lowest-scored records of an evaluation, with what was asked and answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from modeleval.datasets.prompts.identity import Message
from modeleval.report.record_text import RecordText
from modeleval.report.source import Entry, Source, TextsOf
from modeleval.report.view import Answer, Citation, Finding, Passage, RecordView
from modeleval.report.words import Cutter, level

PASSAGES, CITATIONS, TURNS = 12, 12, 10
"""How many of a record are shown at most."""

_NO_TEXT = "Its texts are no longer, or not, among the run's files."
_NO_ANSWER = "The response stands in the service's output, which is not read here."


def record_views(entry: Entry, source: Source, cutter: Cutter) -> list[RecordView]:
    """A record once, with all its low scores; in the order of its worst one."""
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for item in entry["lowScores"]["items"]:
        grouped.setdefault(item["recordKey"], []).append(item)
    own = source.texts.get(entry["name"], {})
    beside = source.texts_beside.get(entry["name"], ())
    return [
        _record(place, items, own.get(key), _answers(key, own, beside), cutter)
        for place, (key, items) in enumerate(grouped.items(), start=1)
    ]


def _answers(
    key: str, own: Mapping[str, RecordText], beside: Iterable[TextsOf]
) -> Iterator[Answer]:
    """The subject's response, then those of whoever is beside it."""
    if key in own:
        yield from (Answer(one.source, one.text) for one in own[key].answers)
    for whose, texts in beside:
        if key in texts:
            yield from (Answer(whose, one.text) for one in texts[key].answers)


def _record(
    place: int,
    items: list[Mapping[str, Any]],
    text: RecordText | None,
    answers: Iterable[Answer],
    cutter: Cutter,
) -> RecordView:
    first = items[0]
    findings = [_finding(item, cutter) for item in items]
    *before, last = text.asked if text and text.asked else [("", "")]
    return RecordView(
        place=place,
        line=first["line"],
        key=first["recordKey"],
        category=first["category"] or "",
        findings=findings,
        before=list(_before(before, cutter)),
        prompt=cutter.cut(last[1]),
        reference=None if text is None or text.reference is None else cutter.cut(text.reference),
        answers=[Answer(one.source, cutter.cut(one.text)) for one in answers],
        passages=_passages(text, cutter),
        citations=_citations(text, cutter),
        missing=_missing(text),
    )


def _missing(text: RecordText | None) -> str:
    if text is None:
        return _NO_TEXT
    return "" if text.answers or text.passages else _NO_ANSWER


def _finding(item: Mapping[str, Any], cutter: Cutter) -> Finding:
    return Finding(
        item["metric"], level(item["value"]), cutter.cut(item["explanation"] or "no explanation")
    )


def _before(messages: Iterable[Message], cutter: Cutter) -> Iterable[tuple[str, str]]:
    return ((role, cutter.cut(text)) for role, text in [*messages][-TURNS:])


def _passages(text: RecordText | None, cutter: Cutter) -> list[Passage]:
    found = text.passages if text else ()
    return [
        Passage(number, cutter.cut(one)) for number, one in enumerate(found[:PASSAGES], start=1)
    ]


def _citations(text: RecordText | None, cutter: Cutter) -> list[Citation]:
    found = text.cited if text else ()
    return [
        Citation(cutter.cut(one.text), [cutter.cut(passage) for passage in one.passages[:PASSAGES]])
        for one in found[:CITATIONS]
    ]
