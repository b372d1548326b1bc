"""Two runs of a suite with everything that a report shows, made as a run makes it: validated
records, record scores, summary, gate. Some of its texts are hostile."""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from unit_documents import JUDGE, RUN, suite
from unit_fakes import EXECUTION, MemoryS3, bucket, job, run, services
from unit_table import MemoryTable

from modeleval.artifacts import (
    aggregates_key,
    index_key,
    record_scores_key,
    records_key,
    suite_key,
)
from modeleval.datasets.index import read_index
from modeleval.datasets.options import DatasetOptions
from modeleval.datasets.rag_options import RagOptions
from modeleval.datasets.rag_validation import validate_rag
from modeleval.datasets.validation import validate
from modeleval.scores.aggregates import write_aggregates
from modeleval.scores.records import RecordScore, write_record_scores
from modeleval.store.items import EvaluationFacts, JobStatus, Run
from modeleval.store.table import RunStore
from modeleval.workflow.publish import publish_run
from modeleval.workflow.score import score_run

EARLIER = "mebbcdefgh234567ab"
HOSTILE = "</script><script>window.hacked=1</script><img src=x onerror=window.hacked=1>{{7*7}}"
BIDI = "safe\u202etxt.exe\u2066"
CATEGORIES = ("billing", "delivery", "returns")
GATE = {
    "rules": [
        {"evaluation": "answers", "metric": "Correctness", "minimum": 0.6, "maxRegression": 0.05},
        {"evaluation": "answers", "metric": "Harmfulness", "maximum": 0.2},
        {"evaluation": "people", "metric": "Correctness", "minimum": 0.5},
    ]
}
SUITE = suite(
    evaluations=[
        {
            "name": "answers",
            "kind": "bedrock-judge",
            "dataset": "datasets/answers.jsonl",
            "responses": [
                {"precomputed": "support-bot-v3"},
                {"precomputed": "support-bot-old", "dataset": "datasets/old.jsonl"},
            ],
            "judge": JUDGE,
            "metrics": ["Correctness", "Helpfulness", "Harmfulness"],
        },
        {
            "name": "knowledge",
            "kind": "bedrock-rag-generate",
            "dataset": "datasets/turns.jsonl",
            "responses": {"precomputed": "our-rag"},
            "judge": JUDGE,
            "metrics": ["Correctness", "CitationPrecision"],
        },
        {
            "name": "people",
            "kind": "bedrock-judge",
            "dataset": "datasets/answers.jsonl",
            "responses": {"precomputed": "support-bot-v3"},
            "judge": JUDGE,
            "metrics": ["Correctness"],
        },
    ],
    gate=GATE,
)


def answers(records: int, identifier: str = "support-bot-v3") -> bytes:
    """A dataset of precomputed responses; the second record is hostile."""
    lines = []
    for number in range(records):
        hostile = number == 1
        lines.append(
            {
                "prompt": HOSTILE if hostile else f"Where is order {number}, please?",
                "referenceResponse": f"It left on day {number}.",
                "category": CATEGORIES[number % len(CATEGORIES)],
                "modelResponses": [
                    {
                        "response": BIDI if hostile else f"Order {number} left\nyesterday.",
                        "modelIdentifier": identifier,
                    }
                ],
            }
        )
    return b"".join(json.dumps(one).encode() + b"\n" for one in lines)


def _said(text: str) -> dict[str, Any]:
    return {"content": [{"text": text}]}


def turns(records: int) -> bytes:
    """RAG answers with passages and citations: conversations of two turns."""
    passages = [{"content": {"text": "The Elbe ends in the North Sea."}}]
    part = {"span": {"start": 0, "end": 16}, "text": "In the North Sea"}
    output = {
        "text": "In the North Sea, I think.",
        "knowledgeBaseIdentifier": "our-rag",
        "retrievedPassages": {"retrievalResults": [*passages, {"content": {"text": "Bread."}}]},
        "citations": [
            {
                "generatedResponsePart": {"textResponsePart": part},
                "retrievedReferences": passages,
            }
        ],
    }
    lines = [
        {
            "conversationTurns": [
                {
                    "prompt": _said(f"{ask} ({number})"),
                    "referenceResponses": [_said("The North Sea.")],
                    "output": output,
                }
                for ask in ("Where does the Elbe end?", "And is that certain?")
            ]
        }
        for number in range(records)
    ]
    return b"".join(json.dumps(one).encode() + b"\n" for one in lines)


_BUILT: dict[tuple[int, str], Any] = {}
"""Worlds that were made, each with its table's items and its objects: they take seconds."""


class ReportWorld:
    """The run `RUN` beside its baseline `EARLIER`; both are published."""

    def __init__(self, *, records: int = 24, document: dict[str, Any] = SUITE) -> None:
        self.table = MemoryTable()
        table: Any = self.table
        self.store = RunStore(table, retention_days=90)
        self.s3 = MemoryS3()
        self.services = services(store=self.store, objects=bucket(self.s3))
        self._records = records
        self._document = document
        place = (records, json.dumps(document))
        if place not in _BUILT:
            self._run_both()
            _BUILT[place] = copy.deepcopy((self.table.items, self.s3.objects))
        self.table.items, self.s3.objects = copy.deepcopy(_BUILT[place])

    def _run_both(self) -> None:
        none = {"label": "previous", "missing": "there is no earlier run"}
        self._ran(EARLIER, "2026-11-20T07:00:00.000Z", worse=False, baseline=none)
        baseline = {"label": "previous", "runId": EARLIER, "model": "support-bot-v2"}
        self._ran(RUN, "2026-11-22T07:00:00.000Z", worse=True, baseline=baseline)

    @property
    def run(self) -> Run:
        return self.store.run(RUN)

    @property
    def earlier(self) -> Run:
        return self.store.run(EARLIER)

    def _ran(self, run_id: str, started: str, *, worse: bool, **fields: Any) -> None:
        entries = self._document["evaluations"]
        numbers = iter(range(100))
        jobs = [[next(numbers) for _ in _identifiers(one)] for one in entries]
        self.store.create_run(
            run(
                run_id=run_id,
                started_at=started,
                execution_arn=EXECUTION,
                suite_digest="e33847418725f46f",
                origin="deployed",
                estimate=ESTIMATE,
                max_usd=Decimal(5),
                evaluations=[
                    _facts(one, own, self._records) for one, own in zip(entries, jobs, strict=True)
                ],
                **fields,
            )
        )
        self.s3.objects[suite_key(run_id)] = json.dumps(self._document).encode()
        for place, (entry, own) in enumerate(zip(entries, jobs, strict=True)):
            for part, number in enumerate(own):
                self._job(run_id, entry, place, part, number, worse=worse and not part)
        score_run(run_id, self.services)
        publish_run(run_id, self.services)

    def _job(
        self, run_id: str, entry: dict[str, Any], place: int, part: int, number: int, *, worse: bool
    ) -> None:
        candidate = _identifiers(entry)[part] if part else None
        failed = entry["name"] == "people" and worse
        error = {"name": "JobFailed", "message": "The role may not read the key."}
        self.store.create_jobs(
            [
                job(
                    number,
                    run_id=run_id,
                    evaluation=place,
                    evaluation_name=entry["name"],
                    kind=entry["kind"],
                    spec=_spec(entry, part, candidate),
                )
            ]
        )
        index, records = io.BytesIO(), io.BytesIO()
        if "rag" in entry["kind"]:
            rag = RagOptions(source="s", retrieve=False, identifier=None)
            validate_rag([turns(self._records // 4)], rag, records=records, index=index)
        else:
            named = _identifiers(entry)[part]
            options = DatasetOptions(source="s", identifier=named)
            validate([answers(self._records, named)], options, records=records, index=index)
        self.s3.objects[records_key(run_id, place, part)] = records.getvalue()
        self.s3.objects[index_key(run_id, place, part)] = index.getvalue()
        scores = [
            _score(one.key, one.line, one.category, metric, candidate, worse=worse)
            for one in read_index([index.getvalue()])
            for metric in entry["metrics"]
        ]
        with self.services.objects.writer(record_scores_key(run_id, number)) as file:
            write_record_scores([] if failed else scores, file)
        self.s3.objects[aggregates_key(run_id, number)] = write_aggregates([])
        self.store.update_job(
            run_id,
            number,
            status=JobStatus.FAILED if failed else JobStatus.SUCCEEDED,
            jobName=f"{run_id}-j{number}-a1",
            jobArn=f"arn:aws:bedrock:us-east-1:111122223333:evaluation-job/{number:012d}",
            executionArn=f"{EXECUTION}-{number}",
            **({"error": error} if failed else {}),
        )


ESTIMATE = {
    "usd": "0.12",
    "unknownPrices": [],
    "withoutPrice": [],
    "pricesAsOf": "2026-11-01",
    "evaluations": [
        {
            "evaluation": "answers",
            "purpose": "judge",
            "model": JUDGE,
            "records": 20,
            "metrics": 2,
            "inputTokens": 60_000,
            "outputTokens": 8_000,
            "usd": "0.12",
            "formula": "20 records x 2 metrics",
            "assumptions": ["1,500 input tokens per judgement"],
        }
    ],
}


def _identifiers(entry: dict[str, Any]) -> Sequence[str]:
    given = entry["responses"]
    return [one["precomputed"] for one in (given if isinstance(given, list) else [given])]


def _facts(entry: dict[str, Any], jobs: list[int], records: int) -> EvaluationFacts:
    subject, *others = _identifiers(entry)
    return EvaluationFacts(
        name=entry["name"],
        kind=entry["kind"],
        subject=subject,
        candidates={one: one for one in others},
        judge=JUDGE,
        records=records,
        dataset_sha256="9f" * 32,
        prompt_set_digest="ab" * 16,
        warnings=("line 3: the response is empty",),
        jobs=tuple(jobs),
    )


def _spec(entry: dict[str, Any], part: int, candidate: str | None) -> dict[str, Any]:
    return {
        "part": part,
        "candidate": candidate,
        "metrics": entry["metrics"],
        "customMetrics": [],
        "model": None,
        "knowledgeBase": None,
    }


def _score(
    key: str, line: int, category: str | None, metric: str, candidate: str | None, *, worse: bool
) -> RecordScore:
    """Deterministic: some low, one not applicable, one unscored."""
    bad = line % 3 == 2 or (worse and line % 4 == 1)
    good, low = (0.0, 1.0) if metric == "Harmfulness" else (1.0, 0.0)
    hostile = line == 2
    value: float | None = low if bad else good
    if metric == "Helpfulness":
        value = None if line == 4 else value
    return RecordScore(
        key=key,
        line=line,
        metric=metric,
        value=value,
        not_applicable=value is None,
        explanation=f"{HOSTILE}{BIDI}" if hostile else f"Judged {metric} of line {line}.",
        category=category,
        candidate=candidate,
    )
