"""Aggregate: from the jobs' record scores to the run's summary document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from modeleval.artifacts import record_scores_key, summary_key
from modeleval.errors import NothingScored
from modeleval.kinds.protocol import Evaluation
from modeleval.kinds.registry import KINDS
from modeleval.scores.findings import low_scores
from modeleval.scores.records import RecordScore, read_record_scores
from modeleval.scores.summary import Summary, summarise
from modeleval.services import Services
from modeleval.store.items import EvaluationFacts, Failure, Job, JobStatus, Run, RunStatus
from modeleval.workflow.load import open_run, suite_of
from modeleval.workflow.timing import timestamp


def score_run(run_id: str, services: Services) -> None:
    """Write the summary document. Raises NothingScored if no evaluation has scores."""
    run = open_run(run_id, services)
    services.store.update_run(run_id, phase="score")
    jobs = _ended_jobs(run_id, services)
    suite = suite_of(run_id, services)
    evaluations = [
        _scored(evaluation, facts, [jobs[number] for number in facts.jobs], services)
        for evaluation, facts in zip(suite.evaluations, run.evaluations, strict=True)
    ]
    failed = [entry for entry in evaluations if entry["status"] != RunStatus.SUCCEEDED]
    if len(failed) == len(evaluations):
        raise _nothing_scored(failed)
    services.objects.write_json(summary_key(run_id), _document(run, evaluations, bool(failed)))


def _ended_jobs(run_id: str, services: Services) -> list[Job]:
    """The run's jobs; one whose execution died without a word is failed first."""
    for job in services.store.jobs(run_id):
        if not job.status.ended:
            failure = Failure(
                name="JobLost",
                message="The job's execution ended without saying why; see its history.",
            )
            services.store.update_job(
                run_id,
                job.job,
                status=JobStatus.FAILED,
                error=failure.to_item(),
                endedAt=timestamp(services.now()),
            )
    return services.store.jobs(run_id)


def _scored(
    evaluation: Evaluation, facts: EvaluationFacts, jobs: Sequence[Job], services: Services
) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": facts.name,
        "kind": facts.kind,
        "subject": facts.subject,
        "judge": facts.judge,
        "records": facts.records,
        "datasetSha256": facts.dataset_sha256,
        "promptSetDigest": facts.prompt_set_digest,
        "warnings": [*facts.warnings, *(text for job in jobs for text in job.warnings)],
        "jobs": [{"name": job.job_name, "arn": job.job_arn, "status": job.status} for job in jobs],
    }
    errors = [job.error for job in jobs if job.status is not JobStatus.SUCCEEDED and job.error]
    if any(job.status is not JobStatus.SUCCEEDED for job in jobs):
        failure = errors[0] if errors else Failure(name="JobLost", message="No reason is known.")
        return {**entry, "status": RunStatus.FAILED, "error": failure.model_dump()}
    kind = KINDS[evaluation.kind]
    metrics = kind.metrics(evaluation)
    summaries = summarise(_records(jobs, services), evaluation=facts.name, metrics=metrics)
    overall = [summary for summary in summaries if summary.category is None]
    if all(summary.unscored == summary.records for summary in overall):
        return {**entry, "status": RunStatus.FAILED, "error": _unscored(overall).model_dump()}
    findings = low_scores(_records(jobs, services), metrics, below=kind.low_score_below(evaluation))
    return {
        **entry,
        "status": RunStatus.SUCCEEDED,
        "warnings": [*entry["warnings"], *_partly_scored(overall)],
        "summaries": [summary_document(summary) for summary in summaries],
        "lowScores": {
            "total": findings.total,
            "byMetric": dict(findings.by_metric),
            "items": [finding_document(score) for score in findings.items],
        },
    }


def _unscored(summaries: Sequence[Summary]) -> Failure:
    records = max(summary.records for summary in summaries)
    return Failure(
        name=NothingScored.__name__,
        message=f"The judge gave not one score (records: {records}); its explanations are in the "
        "run's scores/ and outputs/.",
    )


def _partly_scored(summaries: Sequence[Summary]) -> list[str]:
    return [
        f"{summary.metric}: {summary.unscored} of {summary.records} records are unscored"
        for summary in summaries
        if summary.unscored
    ]


def _records(jobs: Sequence[Job], services: Services) -> Iterator[RecordScore]:
    for job in jobs:
        yield from read_record_scores(
            services.objects.lines(record_scores_key(job.run_id, job.job))
        )


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


def finding_document(score: RecordScore) -> dict[str, Any]:
    return {
        "line": score.line,
        "recordKey": score.key,
        "metric": score.metric,
        "value": score.value,
        "category": score.category,
        "explanation": score.explanation,
    }


def _document(run: Run, evaluations: list[dict[str, Any]], partial: bool) -> dict[str, Any]:
    return {
        "schema": "modeleval/summary/1",
        "runId": run.run_id,
        "suite": run.suite,
        "origin": run.origin,
        "suiteDigest": run.suite_digest,
        "executionArn": run.execution_arn,
        "startedAt": run.started_at,
        "sample": run.sample,
        "status": RunStatus.PARTIAL if partial else RunStatus.SUCCEEDED,
        "estimatedUsd": (run.estimate or {}).get("usd"),
        "evaluations": evaluations,
    }


def _nothing_scored(failed: Sequence[dict[str, Any]]) -> NothingScored:
    reasons = "; ".join(
        f"{entry['name']}: {entry['error']['name']}: {entry['error']['message']}"
        for entry in failed
    )
    return NothingScored(
        f"No evaluation of the run was scored: {reasons}",
        action="Mend what failed and start the run again.",
    )
