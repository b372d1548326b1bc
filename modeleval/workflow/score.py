"""From the jobs' record scores to the run's summary document: aggregated, compared, decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modeleval.artifacts import summary_key
from modeleval.errors import NothingScored
from modeleval.services import Services
from modeleval.store.items import Failure, Job, JobStatus, Run, RunStatus
from modeleval.workflow.assess import Assessment, assess
from modeleval.workflow.load import model_of, open_run, suite_of
from modeleval.workflow.scored import scored_evaluation
from modeleval.workflow.timing import timestamp


def score_run(run_id: str, services: Services) -> None:
    """Write the summary document. Raises NothingScored if no evaluation has scores."""
    run = open_run(run_id, services)
    services.store.update_run(run_id, phase="score")
    jobs = _ended_jobs(run_id, services)
    suite = suite_of(run, services)
    evaluations = [
        scored_evaluation(run, evaluation, facts, [jobs[number] for number in facts.jobs], services)
        for evaluation, facts in zip(suite.evaluations, run.evaluations, strict=True)
    ]
    failed = [one.entry for one in evaluations if one.scored is None]
    if len(failed) == len(evaluations):
        raise _nothing_scored(failed)
    assessment = assess(run, suite, evaluations, services)
    entries = [one.entry for one in evaluations]
    partial = any(entry["status"] != RunStatus.SUCCEEDED for entry in entries)
    document = _document(run, entries, assessment, partial=partial)
    services.objects.write_json(summary_key(run_id), document)


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


def _document(
    run: Run, evaluations: list[dict[str, Any]], assessment: Assessment, *, partial: bool
) -> dict[str, Any]:
    return {
        "schema": "modeleval/summary/1",
        "runId": run.run_id,
        "suite": run.suite,
        "origin": run.origin,
        "suiteDigest": run.suite_digest,
        "model": model.to_document() if (model := model_of(run)) else None,
        "triggeredBy": run.triggered_by,
        "executionArn": run.execution_arn,
        "startedAt": run.started_at,
        "sample": run.sample,
        "status": RunStatus.PARTIAL if partial else RunStatus.SUCCEEDED,
        "estimatedUsd": (run.estimate or {}).get("usd"),
        "baseline": assessment.baseline,
        "gate": assessment.gate,
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
