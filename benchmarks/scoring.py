"""`python -m benchmarks.scoring [JOBS ...]`: ScoreRun of runs up to the largest that is allowed.

A run of so many jobs, each a thousand records by six metrics with the judge's explanations, beside
an earlier run of the same size that it is compared with, in ten categories and with a gate. What
runs is `score_run`, with an S3 that is a folder and a store in memory. Time is that of the wall and
of the processor; memory the process's peak, its interpreter and libraries included, as Lambda
counts it.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from benchmarks import performance
from benchmarks.folder_s3 import FolderS3
from benchmarks.processes import peak_megabytes
from modeleval.artifacts import aggregates_key, record_scores_key, suite_key, summary_key
from modeleval.kinds.registry import KINDS
from modeleval.objects import Objects
from modeleval.scores.records import RecordScore, write_record_scores
from modeleval.settings import Settings
from modeleval.store.items import EvaluationFacts, Job, JobStatus, Run
from modeleval.suite.document import parse_suite
from modeleval.workflow.score import score_run

JOBS = (10, 100, 1000)
PER_JOB = 1000
METRICS = (
    "Correctness", "Completeness", "Helpfulness", "Coherence", "Relevance", "Harmfulness",
)  # fmt: skip
CATEGORIES = 10
LIMITS = {"memoryMb": 3008, "seconds": 900}
"""Of the deployed function: a test holds them to the template."""

_RUN, _BEFORE = "me" + 16 * "n", "me" + 16 * "b"
_KIND = "bedrock-judge"
_NAME, _SUBJECT, _JUDGE = "answers", "support-bot-v1", "amazon.nova-pro-v1:0"
_LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.0, 1.0)
_EXPLANATION = "The response states what the customer asked for and leaves out the deadline. " * 4


def main() -> None:
    if len(sys.argv) == 3 and not sys.argv[1].isdigit():  # noqa: PLR2004
        print(json.dumps(scored(Path(sys.argv[1]), int(sys.argv[2]))))
        return
    sizes = [int(size) for size in sys.argv[1:]] or list(JOBS)
    runs = [_measured(jobs) for jobs in sizes]
    performance.keep("scoring", {"limits": LIMITS, "runs": runs})


def _measured(jobs: int) -> dict[str, Any]:
    """Score a run in a process of its own, over files that this one wrote."""
    with tempfile.TemporaryDirectory(prefix="modeleval-scoring-") as folder:
        write_run(Path(folder), jobs)
        command = [sys.executable, "-m", "benchmarks.scoring", folder, str(jobs)]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
    found: dict[str, Any] = json.loads(output)
    return found


def write_run(folder: Path, jobs: int) -> None:
    """The files of a run and of the one before: suite, record scores, no aggregates."""
    s3: Any = FolderS3(folder)
    objects = Objects(s3, "bucket")
    objects.write_json(suite_key(_RUN), _suite())
    for run, seed in ((_RUN, 1), (_BEFORE, 2)):
        for job in range(jobs):
            chance = random.Random(seed * 1_000_000 + job)
            with objects.writer(record_scores_key(run, job)) as file:
                write_record_scores(_scores(job, chance), file)
            objects.write(aggregates_key(run, job), b"[]")
    objects.write_json(summary_key(_BEFORE), {"evaluations": [_summarised(jobs)]})


def _summarised(jobs: int) -> dict[str, Any]:
    """What a comparison asks of the earlier run's summary."""
    kind = KINDS[_KIND]
    [evaluation] = parse_suite(_suite(), source="suite", model=None).evaluations
    return {
        "name": _NAME,
        "subject": _SUBJECT,
        "jobs": [{"job": number} for number in range(jobs)],
        "definitions": {one: kind.definition(evaluation, one, {}) for one in METRICS},
        "summaries": [],
    }


def _scores(job: int, chance: random.Random) -> Iterator[RecordScore]:
    for line in range(job * PER_JOB + 1, (job + 1) * PER_JOB + 1):
        for metric in METRICS:
            yield RecordScore(
                key=f"{random.Random(line).getrandbits(128):032x}-0",
                line=line,
                metric=metric,
                value=chance.choice(_LEVELS),
                explanation=_EXPLANATION,
                category=f"category {line % CATEGORIES}",
                judge=_JUDGE,
            )


def _suite() -> dict[str, Any]:
    rules = [{"evaluation": _NAME, "metric": metric, "maxRegression": 0.05} for metric in METRICS]
    evaluation = {
        "name": _NAME,
        "kind": _KIND,
        "dataset": "datasets/answers.jsonl",
        "responses": {"precomputed": _SUBJECT},
        "judge": _JUDGE,
        "metrics": list(METRICS),
    }
    return {
        "name": "scoring",
        "acceptBedrockEvaluationTerms": True,
        "evaluations": [evaluation],
        "gate": {"rules": rules},
    }


class _Store:
    """Two runs of so many jobs that have ended, as far as scoring asks for them."""

    def __init__(self, jobs: int) -> None:
        facts = EvaluationFacts(
            name=_NAME, kind=_KIND, subject=_SUBJECT, judge=_JUDGE,
            records=jobs * PER_JOB, jobs=tuple(range(jobs)),
        )  # fmt: skip
        self._run = Run(
            run_id=_RUN, suite="scoring", execution_arn="arn", started_at="2026-11-28T00:00:00Z",
            evaluations=(facts,), baseline={"label": "previous", "runId": _BEFORE},
        )  # fmt: skip
        self._jobs = jobs

    def run(self, _: str) -> Run:
        return self._run

    def update_run(self, _: str, **__: Any) -> None:
        """Nobody reads it."""

    def jobs(self, run_id: str) -> list[Job]:
        return [
            Job(
                run_id=run_id, job=number, evaluation=0, evaluation_name=_NAME,
                kind=_KIND, spec={"part": number}, deadline_seconds=3600,
                status=JobStatus.SUCCEEDED,
            )
            for number in range(self._jobs)
        ]  # fmt: skip


def scored(folder: Path, jobs: int) -> dict[str, Any]:
    """Score the run; what it took."""
    s3: Any = FolderS3(folder)
    services: Any = SimpleNamespace(
        store=_Store(jobs),
        objects=Objects(s3, "bucket"),
        settings=Settings.model_validate({"judgeModels": [_JUDGE]}),
        environment=SimpleNamespace(stack_name="modeleval"),
        now=time.time,
    )
    before = peak_megabytes()
    wall, processor = time.perf_counter(), time.process_time()
    score_run(_RUN, services)
    return {
        "jobs": jobs,
        "records": jobs * PER_JOB,
        "scores": jobs * PER_JOB * len(METRICS),
        "seconds": round(time.perf_counter() - wall, 1),
        "processor": round(time.process_time() - processor, 1),
        "emptyMb": round(before),
        "peakMb": round(peak_megabytes()),
        "gets": s3.gets,
        "readMb": round(s3.read / 1_000_000),
        "summaryKb": round((folder / summary_key(_RUN)).stat().st_size / 1000),
    }


if __name__ == "__main__":
    main()
