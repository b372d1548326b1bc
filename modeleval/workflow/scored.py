"""One evaluation's entry in the summary document, from its jobs' scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from modeleval.artifacts import aggregates_key, record_scores_key
from modeleval.assessment.subject import Scored
from modeleval.assessment.table import ScoreTable
from modeleval.digests import text_digest
from modeleval.errors import NothingScored
from modeleval.kinds.protocol import Evaluation
from modeleval.kinds.registry import KINDS
from modeleval.objects import RunFiles
from modeleval.scores.aggregates import AggregateScore, read_aggregates
from modeleval.scores.findings import Findings, LowScores
from modeleval.scores.records import RecordScore, read_record_scores
from modeleval.scores.repeats import averaged, judgements_of
from modeleval.scores.summary import Summary, summarise
from modeleval.services import Services
from modeleval.store.items import EvaluationFacts, Failure, Job, JobStatus, Run, RunStatus
from modeleval.workflow.load import context_of
from modeleval.workflow.score_files import write_unscored

_WARNINGS_TOLD = 20


class EvaluationScores(NamedTuple):
    """An evaluation's entry, and its scores for the assessment: None if it has none (yet).

    judgements: by metric and record key, of an evaluation that judges repeatedly.
    """

    entry: dict[str, Any]
    scored: Scored | None
    judgements: Mapping[str, Mapping[str, list[float | None]]] | None = None


def scored_evaluation(
    run: Run,
    evaluation: Evaluation,
    facts: EvaluationFacts,
    jobs: Sequence[Job],
    services: Services,
) -> EvaluationScores:
    """What the summary document says of an evaluation whose jobs have ended, or are pending.

    Those that failed lose their records, which are unscored, and no others.
    """
    entry = _entry(facts, jobs)
    if any(job.pending for job in jobs):
        return EvaluationScores({**entry, "status": RunStatus.PENDING}, None)
    lost = [job for job in jobs if job.status is not JobStatus.SUCCEEDED]
    if len(lost) == len(jobs) or not all(write_unscored(run, job, services) for job in lost):
        return _failed(entry, facts.error or _failure(lost))
    kind, reader = KINDS[evaluation.kind], ScoreReader(jobs, services)
    told = [*kind.settle([context_of(run, job, services) for job in jobs]), *_lost(lost, jobs)]
    metrics = kind.metrics(evaluation)
    aggregates = reader.aggregates()
    table, low = ScoreTable(), LowScores(metrics, below=kind.low_score_below(evaluation))
    records = _noted(reader.records(), table, low)
    summaries = summarise(records, evaluation=facts.name, metrics=metrics)
    overall = [one for one in summaries if one.category is None]
    own = [one for one in overall if one.candidate is None]
    if not aggregates and all(summary.unscored == summary.records for summary in own):
        return _failed(entry, _unscored(own))
    definitions = _definitions(
        partial(kind.definition, evaluation, spec=jobs[0].spec), facts, [*metrics], aggregates
    )
    entry |= {
        "status": RunStatus.PARTIAL if lost else RunStatus.SUCCEEDED,
        "repeats": reader.repeats,
        "definitions": definitions,
        "warnings": [*entry["warnings"], *told, *_partly_scored(overall)],
        "summaries": [
            *(summary_document(summary) for summary in summaries),
            *(score.to_document(facts.name) for score in aggregates),
        ],
        "lowScores": _findings_document(low.findings),
    }
    if found := [_plain(one) for job in jobs for one in job.agreement]:
        entry["agreement"] = found
    scored = Scored(
        name=facts.name,
        subject=facts.subject,
        metrics=metrics,
        table=table,
        summaries=summaries,
        aggregates=aggregates,
        definitions=definitions,
        low_scores=low.findings.by_metric,
        low_below=kind.low_score_below(evaluation),
        candidates=facts.candidates,
        averaged=reader.repeats > 1,
    )
    return EvaluationScores(entry, scored, reader.judgements())


def _noted(
    scores: Iterable[RecordScore], table: ScoreTable, low: LowScores
) -> Iterator[RecordScore]:
    """The scores, noted as they pass: of a thousand jobs they are gigabytes, and read once."""
    for score in scores:
        table.add(score)
        if score.candidate is None:
            low.add(score)
        yield score


class ScoreReader:
    """The record scores of an evaluation's jobs, read as often as they are needed."""

    def __init__(self, jobs: Sequence[Job], services: Services) -> None:
        self._files = RunFiles(services.objects)
        self._jobs = jobs
        self._parts: dict[Any, list[Job]] = {}
        for job in jobs:
            # Jobs that judge the same part are repeats of one another.
            self._parts.setdefault(job.spec.get("part", f"job {job.job}"), []).append(job)

    @property
    def repeats(self) -> int:
        return max(len(jobs) for jobs in self._parts.values())

    def records(self) -> Iterator[RecordScore]:
        for jobs in self._parts.values():
            streams = [self._scores(job) for job in jobs]
            yield from streams[0] if len(streams) == 1 else averaged(streams)

    def aggregates(self) -> list[AggregateScore]:
        return [
            score
            for job in self._jobs
            for score in read_aggregates(self._files.read(aggregates_key(job.run_id, job.job)))
        ]

    def judgements(self) -> Mapping[str, Mapping[str, list[float | None]]] | None:
        if self.repeats == 1:
            return None
        return judgements_of([self._scores(job) for job in self._jobs])

    def _scores(self, job: Job) -> Iterator[RecordScore]:
        return read_record_scores(self._files.lines(record_scores_key(job.run_id, job.job)))


def _plain(item: Mapping[str, Any]) -> dict[str, Any]:
    """DynamoDB's numbers as JSON has them."""
    return {
        name: (int(value) if value == int(value) and name != "alpha" else float(value))
        if isinstance(value, Decimal)
        else value
        for name, value in item.items()
    }


def _entry(facts: EvaluationFacts, jobs: Sequence[Job]) -> dict[str, Any]:
    return {
        "name": facts.name,
        "kind": facts.kind,
        "subject": facts.subject,
        "ofModel": facts.of_model,
        "candidates": facts.candidates,
        "judge": facts.judge,
        "records": facts.records,
        "datasetSha256": facts.dataset_sha256,
        "promptSetDigest": facts.prompt_set_digest,
        "warnings": [*facts.warnings, *_warnings(jobs)],
        "jobs": [
            {
                "job": job.job,
                "attempt": job.attempt,
                "name": job.job_name,
                "arn": job.job_arn,
                "status": job.status,
            }
            for job in jobs
        ],
    }


def _warnings(jobs: Sequence[Job]) -> list[str]:
    """The jobs' warnings, each once, of those that judge the same again too; of many jobs the first
    ones."""
    of_parts = dict.fromkeys(
        (text, job.spec.get("part", f"job {job.job}")) for job in jobs for text in job.warnings
    )
    counts = Counter(text for text, _ in of_parts)
    told = [text if times == 1 else f"{text} ({times} jobs)" for text, times in counts.items()]
    more = len(told) - _WARNINGS_TOLD
    return [
        *told[:_WARNINGS_TOLD],
        *([f"and {more} more warnings of its jobs"] if more > 0 else []),
    ]


def _failure(lost: Sequence[Job]) -> Failure:
    """The first reason that is known."""
    return next(
        (job.error for job in lost if job.error is not None),
        Failure(name="JobLost", message="No reason is known."),
    )


def _lost(lost: Sequence[Job], jobs: Sequence[Job]) -> Iterator[str]:
    if lost:
        failure = _failure(lost)
        yield (
            f"{len(lost)} of {len(jobs)} jobs failed, and their records are unscored; `modeleval "
            f"resume` runs them alone. The first reason: {failure.name}: {failure.message}"
        )


def _failed(entry: dict[str, Any], failure: Failure) -> EvaluationScores:
    failed = {**entry, "status": RunStatus.FAILED, "error": failure.model_dump()}
    return EvaluationScores(failed, None)


def _definitions(
    definition: Callable[[str], str],
    facts: EvaluationFacts,
    metrics: Sequence[str],
    aggregates: Sequence[AggregateScore],
) -> dict[str, str]:
    """Per metric what two runs must share. Aggregates cannot be matched record by record, so the
    records must be the same."""
    found = {metric: definition(metric) for metric in metrics}
    data = str(facts.prompt_set_digest)
    for metric in {score.metric for score in aggregates}:
        found[metric] = text_digest(definition(metric), data)
    return found


def _unscored(summaries: Sequence[Summary]) -> Failure:
    records = max((summary.records for summary in summaries), default=0)
    return Failure(
        name=NothingScored.__name__,
        message=f"There is not one score (records: {records}); explanations, if there are any, are "
        "in the run's scores/ and outputs/.",
    )


def _partly_scored(summaries: Sequence[Summary]) -> list[str]:
    return [
        f"{summary.metric}{f' of {summary.candidate}' if summary.candidate else ''}: "
        f"{summary.unscored} of {summary.records} records are unscored"
        for summary in summaries
        if summary.unscored
    ]


def summary_document(summary: Summary) -> dict[str, Any]:
    """The exact summary, and beside it what a reader would compute from it."""
    return {
        **summary.to_document(),
        "n": summary.n,
        "mean": summary.mean,
        "minimum": summary.minimum,
        "maximum": summary.maximum,
        "scoredShare": summary.scored_share,
    }


def _findings_document(findings: Findings) -> dict[str, Any]:
    return {
        "total": findings.total,
        "byMetric": dict(findings.by_metric),
        "items": [finding_document(score) for score in findings.items],
    }


def finding_document(score: RecordScore) -> dict[str, Any]:
    return {
        "line": score.line,
        "recordKey": score.key,
        "metric": score.metric,
        "value": score.value,
        "category": score.category,
        "explanation": score.explanation,
    }
