"""From the jobs' record scores to the run's summary document: aggregated, compared, decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modeleval.artifacts import summary_key
from modeleval.errors import NothingScored
from modeleval.services import Services
from modeleval.store.items import Failure, Job, JobStatus, Run, RunStatus
from modeleval.workflow.assess import Assessment, assess
from modeleval.workflow.judged import judged_of
from modeleval.workflow.kept_suite import suite_of
from modeleval.workflow.load import check_open, model_of
from modeleval.workflow.scored import scored_evaluation
from modeleval.workflow.timing import timestamp


def score_run(run_id: str, services: Services, *, partly: bool = False) -> None:
    """Write the summary document. Raises NothingScored if no evaluation has scores.

    `partly`: while long jobs still run, for what there is without them; nothing if none does.
    A run whose scores are all published keeps them: it was resumed for what follows them.
    """
    run = services.store.run(run_id)
    if run.completed and not partly:
        return
    check_open(run)
    if partly:
        if not any(job.pending for job in services.store.jobs(run_id)):
            return  # the last step of all comes next
    else:
        services.store.update_run(run_id, phase="score")
    jobs = _ended_jobs(run_id, services, partly=partly)
    suite = suite_of(run, services)
    evaluations = [
        scored_evaluation(run, evaluation, facts, [jobs[number] for number in facts.jobs], services)
        for evaluation, facts in zip(suite.evaluations, run.evaluations, strict=True)
    ]
    entries = [one.entry for one in evaluations]
    if all(one["status"] == RunStatus.FAILED for one in entries):
        raise _nothing_scored(entries)
    assessment = assess(run, suite, evaluations, services)
    document = _document(run, entries, assessment)
    services.objects.write_json(summary_key(run_id), document)


def _ended_jobs(run_id: str, services: Services, *, partly: bool) -> list[Job]:
    """The run's jobs; one whose execution died without a word is failed first."""
    for job in services.store.jobs(run_id):
        if not (job.status.ended or (partly and job.long)):
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


def _status(evaluations: Sequence[dict[str, Any]]) -> RunStatus:
    found = {one["status"] for one in evaluations}
    if RunStatus.PENDING in found:
        return RunStatus.PENDING
    return RunStatus.SUCCEEDED if found == {RunStatus.SUCCEEDED} else RunStatus.PARTIAL


def _document(
    run: Run, evaluations: list[dict[str, Any]], assessment: Assessment
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
        "status": _status(evaluations),
        "estimatedUsd": (run.estimate or {}).get("usd"),
        "judged": judged_of(run, evaluations),
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
