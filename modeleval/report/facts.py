"""What a report says of the run as a whole: state, cost, where everything came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from modeleval.artifacts import output_prefix, run_prefix
from modeleval.links import execution_page, folder_page
from modeleval.report.metric_view import word
from modeleval.report.source import Entry, Source
from modeleval.report.view import Condition, Fact, JobView, Notice, Word
from modeleval.report.words import moment
from modeleval.sagemaker.results import SAYS
from modeleval.store.items import Job, Run, RunStatus
from modeleval.workflow.margin_words import margin_sentence

_ARN_PARTS = 6
STAND_IN = "These results are a stand-in's"


def headline(run: Run) -> Word:
    """The verdict; without a gate, how the run ended."""
    return word(run.verdict or str(run.status))


def sentence(run: Run) -> str:
    if run.verdict is not None and run.verdict_why:
        return run.verdict_why
    if run.error is not None:
        return f"{run.error.name}: {run.error.message}"
    return "The suite has no gate, so nothing was decided." if run.published else ""


def notices(source: Source) -> Iterator[Notice]:
    """What changes how all of the rest is to be read."""
    run = source.run
    if source.stand_in:
        yield Notice(STAND_IN, source.stand_in, "open")
    elif said := next(_says_of_itself(source.evaluations), None):
        yield Notice("The results say of themselves", said, "open")
    if run.status is RunStatus.PENDING:
        text = "Long jobs, such as people's answers, still run. What is here is without them."
        yield Notice("This run is pending", text, "wait")
    elif run.status is RunStatus.RUNNING:
        yield Notice("This run still goes on", f"It is in its phase {run.phase}.", "wait")
    elif run.status is RunStatus.PARTIAL:
        text = "Some jobs failed, and what they should have scored is missing: see below."
        yield Notice("This run is partial", text, "bad")
    elif run.status is not RunStatus.SUCCEEDED:
        yield Notice(f"This run {_ended(run)}", _why(run), "bad")
    if run.sample is not None:
        text = f"On {run.sample} records: no baseline, no promotion, no history."
        yield Notice("This is a trial", text, "open")


def _ended(run: Run) -> str:
    return "was stopped" if run.status is RunStatus.STOPPED else "failed"


def _why(run: Run) -> str:
    return f"{run.error.name}: {run.error.message}" if run.error else "No scores were published."


def _says_of_itself(entries: Sequence[Entry]) -> Iterator[str]:
    for entry in entries:
        for warning in entry["warnings"]:
            if warning.startswith(SAYS):
                yield warning.removeprefix(SAYS)


def run_facts(run: Run) -> Iterator[Fact]:
    """What was run, when and by whom."""
    yield Fact("Suite", run.suite)
    if run.resolved_model is not None:
        yield Fact("Model", str(run.resolved_model["identifier"]))
        if run.resolved_model.get("baseModelName"):
            yield Fact("Base model", str(run.resolved_model["baseModelName"]))
    yield Fact("Run", run.run_id)
    yield Fact("State", str(run.status))
    yield Fact("Started", moment(run.started_at))
    if run.ended_at:
        yield Fact("Ended", moment(run.ended_at))
    if run.triggered_by:
        yield Fact("Started by", run.triggered_by)
    if run.promotion is not None:
        why = run.promotion.get("why")
        action = str(run.promotion.get("action"))
        yield Fact("Model package", f"{action}: {why}" if why else action)
    if run.decision is not None:
        one = {name: str(value) for name, value in run.decision.items()}
        yield Fact("Decided by a person", f"{one.get('action')}: {one.get('because', '')}")


def other_facts(run: Run) -> Iterator[Fact]:
    """The run that is set beside it."""
    yield Fact("Run", run.run_id)
    yield Fact("Suite", run.suite)
    if run.resolved_model is not None:
        yield Fact("Model", str(run.resolved_model["identifier"]))
    yield Fact("State", str(run.status))
    yield Fact("Verdict", f"{run.verdict or 'none'}. {run.verdict_why or ''}".strip())
    yield Fact("Started", moment(run.started_at))


def baseline(summary: Mapping[str, Any] | None) -> str:
    """What the run is compared with, or why with nothing."""
    found = (summary or {}).get("baseline") or {}
    label = found.get("label", "none")
    if found.get("lost"):
        return f"No baseline ({label}): {found['lost']}."
    if found.get("missing"):
        return f"No baseline ({label}): {found['missing']}."
    if found.get("runId"):
        return f"Baseline ({label}): run {found['runId']}"
    return "" if label == "none" else f"Baseline: {label}"


def conditions(summary: Mapping[str, Any] | None) -> Iterator[Condition]:
    """The gate's, each with why."""
    gate = (summary or {}).get("gate") or {}
    for one in gate.get("conditions", ()):
        limit = "" if one["limit"] is None else f" {one['limit']:g}"
        category = f", {one['category']}" if one["category"] else ""
        where = f"{one['evaluation']} {one['metric'] or ''}".strip()
        yield Condition(
            word(one["verdict"]), f"{where}{category}", f"{one['condition']}{limit}", one["why"]
        )


def cost(run: Run) -> Iterator[Fact]:
    """The estimate in all and in parts, and what is not in it."""
    estimate = run.estimate or {}
    if estimate.get("usd") is not None:
        low, high = estimate.get("lowUsd"), estimate.get("highUsd")
        between = f" ({low} to {high})" if low and low != high else ""
        yield Fact("Estimated, for the models", f"{estimate['usd']} USD{between}")
    if run.judged and run.judged["planned"]:
        worth = run.judged["usd"]
        priced = f", worth {worth} USD at the estimate's prices" if worth is not None else ""
        counted = f"{run.judged['judgements']:,} of {run.judged['planned']:,} judgements"
        yield Fact("Came back", f"{counted}{priced}")
    if estimate.get("around"):
        yield Fact("The AWS services around, about", f"{estimate['around']['usd']} USD")
    if run.max_usd is not None:
        yield Fact("Budget", f"{run.max_usd:f} USD")
    if run.max_usd_per_month is not None:
        yield Fact("Budget of a month, for all runs of the suite", f"{run.max_usd_per_month:f} USD")
    for one in estimate.get("evaluations", ()):
        priced = "no price is known" if one["usd"] is None else f"{one['usd']} USD"
        yield Fact(f"{one['evaluation']}, {one['purpose']}: {one['model']}", priced)
    for unpriced in estimate.get("withoutPrice", ()):
        yield Fact("Not in the estimate", f"SageMaker serverless evaluation, {unpriced}")
    if estimate.get("pricesAsOf"):
        yield Fact("Prices as of", str(estimate["pricesAsOf"]))


def assumptions(run: Run) -> list[str]:
    """What the estimate rests on, each once."""
    parts = (run.estimate or {}).get("evaluations", ())
    return list(dict.fromkeys(str(text) for one in parts for text in one.get("assumptions", ())))


def provenance(source: Source) -> Iterator[Fact]:
    """From what the run can be looked up, or repeated."""
    run = source.run
    yield Fact("Execution", run.execution_arn, page(run.execution_arn))
    folder = run_prefix(run.run_id)
    yield Fact(
        "Files", f"s3://{source.bucket}/{folder}", _folder(run.execution_arn, source.bucket, folder)
    )
    if run.suite_digest:
        yield Fact("Suite's digest (SHA-256)", run.suite_digest)
    if run.origin:
        yield Fact("Suite's origin", run.origin)
    if run.attempts:
        yield Fact("Attempt", f"{run.attempt}, resumed")
    for note in run.margins:
        yield Fact(f"Margin ({note['evaluation']})", margin_sentence(note))
    if run.kept_because:
        yield Fact("Does not expire", run.kept_because)


def of_evaluation(entry: Entry) -> Iterator[Fact]:
    """What two runs must share to be compared, and who judged."""
    yield Fact("Kind", entry["kind"])
    yield Fact("Subject", entry["subject"])
    for label, name in (entry.get("candidates") or {}).items():
        yield Fact(f"Beside ({label})", str(name))
    if entry["judge"]:
        yield Fact("Judge", entry["judge"])
    if entry["promptSetDigest"]:
        yield Fact("Prompt set's digest", entry["promptSetDigest"])
    if entry["datasetSha256"]:
        yield Fact("Dataset's SHA-256", entry["datasetSha256"])


def job_views(entry: Entry, source: Source) -> Iterator[JobView]:
    """The jobs of an evaluation, each with its pages."""
    jobs = {job.job: job for job in source.jobs}
    for one in entry["jobs"]:
        job = jobs.get(int(one["job"]))
        yield JobView(
            number=int(one["job"]),
            status=str(one["status"]),
            name=str(one["name"] or ""),
            arn=str(one["arn"] or ""),
            execution=page(job.execution_arn) if job and job.execution_arn else None,
            output=_output(job, source.bucket) if job else "",
            error=f"{job.error.name}: {job.error.message}" if job and job.error else "",
        )


def _output(job: Job, bucket: str) -> str:
    return f"s3://{bucket}/{output_prefix(*job.ref)}"


def page(arn: str) -> str | None:
    """The console's page of an execution."""
    return execution_page(arn) if len(arn.split(":")) >= _ARN_PARTS else None


def _folder(arn: str, bucket: str, prefix: str) -> str | None:
    return folder_page(arn, bucket, prefix) if len(arn.split(":")) >= _ARN_PARTS else None
