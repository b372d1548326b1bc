"""All record scores of a run as CSV, which spreadsheets may open without being given formulas."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from modeleval.objects import ObjectMissing
from modeleval.report.source import Entry
from modeleval.report.words import visible
from modeleval.scores.records import RecordScore
from modeleval.services import Services
from modeleval.store.items import Job
from modeleval.workflow.scored import ScoreReader

COLUMNS = (
    "evaluation",
    "subject",
    "candidate",
    "line",
    "record key",
    "category",
    "metric",
    "value",
    "state",
    "explanation",
)
# What makes a spreadsheet compute a cell (OWASP, "CSV Injection"), full-width forms included.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_QUOTE = "'"


def write_csv(
    file: TextIO, entries: Iterable[Entry], jobs: Sequence[Job], services: Services
) -> int:
    """A row per record, metric and candidate, streamed; how many there are."""
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    count = 0
    for row in _rows(entries, jobs, services):
        writer.writerow(row)
        count += 1
    return count


def _rows(entries: Iterable[Entry], jobs: Sequence[Job], services: Services) -> Iterator[list[str]]:
    for entry in entries:
        if "summaries" not in entry:
            continue
        numbers = {int(one["job"]) for one in entry["jobs"]}
        reader = ScoreReader([job for job in jobs if job.job in numbers], services)
        try:
            for score in reader.records():
                yield _row(entry, score)
        except ObjectMissing:
            continue  # a benchmark, or files that have expired


def _row(entry: Entry, score: RecordScore) -> list[str]:
    subject = entry["subject"] if score.candidate is None else score.candidate
    return [
        safe(entry["name"]),
        safe(str(subject)),
        safe(score.candidate or ""),
        str(score.line),
        safe(score.key),
        safe(score.category or ""),
        safe(score.metric),
        # A number is written as one, a negative one too; a level of a string scale is a text.
        safe(score.value) if isinstance(score.value, str) else _number(score.value),
        _state(score),
        safe(score.explanation or ""),
    ]


def _number(value: float | None) -> str:
    return "" if value is None else repr(value)


def _state(score: RecordScore) -> str:
    if score.not_applicable:
        return "not applicable"
    return "unscored" if score.unscored else "scored"


def safe(text: str) -> str:
    """The text as a cell that no spreadsheet computes: one that could begin a formula is quoted."""
    shown = visible(text)
    return _QUOTE + shown if shown.lstrip(" \u00a0\u3000").startswith(_FORMULA) else shown
