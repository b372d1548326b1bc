"""`python -m benchmarks.report`: how long a report of 1,000 records and 10 metrics takes.

Made: CPU seconds in a process that has imported everything. Opened: from the navigation's start to
the load event and to the first paint, in headless Chromium with an empty profile, median of rounds.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks import performance
from modeleval.assessment.comparisons import Against, comparison_document, comparisons
from modeleval.assessment.intervals import interval_document, interval_of
from modeleval.assessment.subject import Scored
from modeleval.assessment.table import ScoreTable
from modeleval.datasets.convert.example import Said
from modeleval.report.build import build
from modeleval.report.record_text import RecordText
from modeleval.report.render import render
from modeleval.report.source import Source
from modeleval.scores.findings import low_scores
from modeleval.scores.metrics import JUDGE_METRICS
from modeleval.scores.records import RecordScore
from modeleval.scores.summary import summarise
from modeleval.store.items import Run, RunStatus
from modeleval.workflow.scored import finding_document, summary_document

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "report"))
from browser import chromium, started

RECORDS, METRICS, CATEGORIES, ROUNDS = 1000, 10, 10, 7
_WORDS = "the order of a customer who waits for what was bought and paid last week "
_METRICS = dict(list(JUDGE_METRICS.items())[:METRICS])


def main() -> None:
    source = _source()
    begun = time.process_time()
    data = render("report.html.j2", view=build(source))
    made = time.process_time() - begun
    loads, paints = _opened(data)
    opened, slowest = statistics.median(loads), max(loads)
    performance.keep(
        "report",
        {
            "records": RECORDS,
            "metrics": METRICS,
            "rounds": ROUNDS,
            "madeSeconds": made,
            "mb": len(data) / 1e6,
            "openedSeconds": opened,
            "slowestSeconds": slowest,
            "paintSeconds": statistics.median(paints),
        },
    )


def _opened(data: bytes) -> tuple[list[float], list[float]]:
    loads, paints = [], []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder, "report.html")
        file.write_bytes(data)
        for number in range(ROUNDS):
            profile = Path(folder, f"profile-{number}")
            with started(playwright, chromium(), profile) as context:
                page = context.new_page()
                page.goto(file.as_uri())
                loads.append(_seconds(page, "navigation", "loadEventEnd"))
                paints.append(_seconds(page, "paint", "startTime"))
    return loads, paints


def _seconds(page: Page, kind: str, field: str) -> float:
    found = page.evaluate(f"performance.getEntriesByType('{kind}').at(-1)?.{field} ?? 0")
    return float(found) / 1000


def _scores(seed: int) -> list[RecordScore]:
    draw = random.Random(seed)
    return [
        RecordScore(
            key=f"{record:032x}-0",
            line=record + 1,
            metric=name,
            value=draw.choice([0.0, 0.25, 0.5, 0.75, 1.0]),
            explanation=_WORDS * 6,
            category=f"category {record % CATEGORIES}",
        )
        for record in range(RECORDS)
        for name in _METRICS
    ]


def _scored(scores: list[RecordScore]) -> Scored:
    table = ScoreTable(scores)
    return Scored(
        name="answers",
        subject="bot",
        metrics=_METRICS,
        table=table,
        definitions=dict.fromkeys(_METRICS, "same"),
    )


def _source() -> Source:
    scores, before = _scores(1), _scores(2)
    scored = _scored(scores)
    against = Against(label="previous", subject="bot", other=_scored(before), run_id="mebefore")
    low = low_scores(scores, _METRICS)
    summaries: list[dict[str, Any]] = []
    for one in summarise(scores, evaluation="answers", metrics=_METRICS):
        interval = interval_of(
            scored.table, _METRICS[one.metric], candidate=None, category=one.category
        )
        summaries.append({**summary_document(one), "interval": interval_document(interval)})
    entry = {
        "name": "answers",
        "kind": "bedrock-judge",
        "subject": "bot",
        "candidates": {},
        "judge": "amazon.nova-pro-v1:0",
        "records": RECORDS,
        "status": "succeeded",
        "datasetSha256": "9f" * 32,
        "promptSetDigest": "ab" * 16,
        "warnings": [],
        "jobs": [],
        "summaries": summaries,
        "comparisons": [comparison_document(one) for one in comparisons(scored, against)],
        "lowScores": {
            "total": low.total,
            "items": [finding_document(one) for one in low.items],
        },
    }
    text = RecordText(
        (("user", _WORDS * 20),), _WORDS * 20, (Said(_WORDS * 40, "bot"),), (_WORDS * 20,) * 8
    )
    run = Run(
        run_id="me",
        suite="support",
        execution_arn="arn",
        started_at="2026-11-22T07:00:00.000Z",
        status=RunStatus.SUCCEEDED,
        published=True,
    )
    return Source(
        run=run,
        jobs=[],
        summary={"evaluations": [entry], "gate": None, "baseline": {"label": "previous"}},
        texts={"answers": {item.key: text for item in low.items}},
        bucket="bucket",
        made_at="today",
    )


if __name__ == "__main__":
    main()
