"""What a run's scores say: intervals, comparisons with the baseline, the gate and its verdict."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from modeleval.artifacts import record_scores_key, summary_key
from modeleval.assessment.candidates import ranking_document
from modeleval.assessment.comparisons import (
    Against,
    Compared,
    Margins,
    comparison_document,
    comparisons,
)
from modeleval.assessment.health import hidden_regressions, metric_health
from modeleval.assessment.intervals import aggregate_interval, interval_document, interval_of
from modeleval.assessment.repeats import variance_document
from modeleval.assessment.rules import Decided, Material, decide
from modeleval.assessment.subject import Scored
from modeleval.assessment.table import ScoreTable
from modeleval.assessment.verdict import RunVerdict, pending_verdict, run_verdict
from modeleval.objects import ObjectMissing, RunFiles
from modeleval.scores.aggregates import AggregateScore
from modeleval.services import Services
from modeleval.store.items import Run, RunStatus
from modeleval.suite.document import Suite
from modeleval.workflow.baseline import BASE_MODEL, NONE
from modeleval.workflow.scored import EvaluationScores, ScoreReader

Baseline = Mapping[str, Any]


class Assessment(NamedTuple):
    """What the summary document says of the run as a whole; the gate is None without rules."""

    baseline: dict[str, Any]
    gate: dict[str, Any] | None
    verdict: str | None
    why: str | None


def assess(
    run: Run, suite: Suite, evaluations: Sequence[EvaluationScores], services: Services
) -> Assessment:
    """Add intervals, comparisons and findings to the evaluations' entries, and decide the gate."""
    baseline = _Baseline(run.baseline or {"label": NONE}, services)
    materials = {}
    for one in evaluations:
        materials[one.entry["name"]] = _assessed(one, baseline, suite)
    document = dict(run.baseline or {"label": NONE})
    if suite.gate is None:
        return Assessment(document, None, None, None)
    decided = decide(suite.gate, materials)
    verdict = _verdict(run, decided, [one.entry for one in evaluations])
    gate = {
        "verdict": verdict.verdict.value,
        "why": verdict.why,
        "minScoredShare": suite.gate.min_scored_share,
        "conditions": [one.to_document() for one in decided],
    }
    return Assessment(document, gate, verdict.verdict.value, verdict.why)


def _verdict(
    run: Run, decided: Sequence[Decided], entries: Sequence[Mapping[str, Any]]
) -> RunVerdict:
    pending = [entry["name"] for entry in entries if entry["status"] == RunStatus.PENDING]
    if pending:
        return pending_verdict(decided, pending)
    partial = any(entry["status"] != RunStatus.SUCCEEDED for entry in entries)
    return run_verdict(decided, partial=partial, trial=run.sample is not None)


def _assessed(one: EvaluationScores, baseline: _Baseline, suite: Suite) -> Material:
    entry, scored = one.entry, one.scored
    if entry["status"] == RunStatus.PENDING:
        return Material(None, "its jobs have not ended", entry["ofModel"], pending=True)
    if scored is None:
        return Material(None, f"the evaluation failed: {entry['error']['name']}", entry["ofModel"])
    for summary in entry["summaries"]:
        summary["interval"] = interval_document(_interval(scored, summary))
    others = baseline.of(scored)
    against = others[0] if others else None
    base = [one for one in _candidates(scored) if against is None or one.label != against.label]
    compared = {
        id(other): comparisons(scored, other, _margins(suite, scored) if other is against else None)
        for other in [*others, *base]
    }
    entry["comparisons"] = [
        comparison_document(found) for every in compared.values() for found in every
    ]
    entry["ranking"] = ranking_document(scored)
    if one.judgements is not None:
        entry["repeatVariance"] = variance_document(one.judgements)
    own = compared[id(against)] if against else []
    entry["warnings"] = [*entry["warnings"], *metric_health(scored), *hidden_regressions(own)]
    lost = "" if against or baseline.missing else baseline.lost(scored)
    return Material(scored, "", entry["ofModel"], own, against, baseline.missing, lost)


def _interval(scored: Scored, summary: Mapping[str, Any]) -> Any:
    candidate = summary.get("candidate")
    if summary.get("aggregate"):
        found = scored.aggregate(summary["metric"], summary["category"], candidate)
        return aggregate_interval(_certain(found))
    return interval_of(
        scored.table,
        scored.metrics[summary["metric"]],
        candidate=candidate,
        category=summary["category"],
        averaged=scored.averaged,
    )


def _certain(found: AggregateScore | None) -> AggregateScore:
    if found is None:
        raise LookupError("a summary without its aggregate")
    return found


def _margins(suite: Suite, scored: Scored) -> Margins:
    """The smallest margin that the gate asks about, per metric and category of an evaluation."""
    margins: dict[tuple[str, str | None], float] = {}
    for rule in suite.gate.rules if suite.gate else ():
        if rule.evaluation == scored.name:
            every = [*scored.metrics, *scored.aggregate_metrics]
            for metric in every if rule.metric is None else [rule.metric]:
                about = (metric, rule.category)
                for margin in rule.margins:
                    margins[about] = min(margin, margins.get(about, margin))
    return margins


def _candidates(scored: Scored) -> list[Against]:
    return [
        Against(label=label, subject=name, other=scored, candidate=label)
        for label, name in scored.candidates.items()
    ]


class _Baseline:
    """The baseline run's scores, read once per evaluation."""

    def __init__(self, chosen: Baseline, services: Services) -> None:
        self._chosen = chosen
        self._services = services
        self._lost = str(chosen.get("lost", ""))
        self._entries = self._read_entries()

    def _read_entries(self) -> dict[str, Any]:
        run_id = self._chosen.get("runId")
        if run_id is None:
            return {}
        try:
            summary = json.loads(RunFiles(self._services.objects).read(summary_key(run_id)))
        except ObjectMissing:
            self._lost = f"the scores of run {run_id} were deleted"
            return {}
        return {entry["name"]: entry for entry in summary["evaluations"] if "summaries" in entry}

    def of(self, scored: Scored) -> list[Against]:
        """The baseline of one evaluation: one, or none."""
        label = self._chosen["label"]
        if label == BASE_MODEL:
            return [one for one in _candidates(scored) if one.label == BASE_MODEL]
        entry = self._entries.get(scored.name)
        if entry is None:
            return []
        run_id = str(self._chosen["runId"])
        try:
            other = scored_of(run_id, entry, self._services)
        except ObjectMissing:
            self._lost = f"the scores of run {run_id} were deleted"
            return []
        return [Against(label=label, subject=entry["subject"], other=other, run_id=run_id)]

    @property
    def missing(self) -> str:
        """Why there is no baseline yet, which is no failure; empty if there should be one."""
        return str(self._chosen.get("missing", ""))

    def lost(self, scored: Scored) -> str:
        """Why an evaluation has none although there is one: then nothing can be decided."""
        if self._chosen["label"] == BASE_MODEL:
            return "the base model was not evaluated"
        return self._lost or f"the run {self._chosen.get('runId')} has no scores of {scored.name}"


def scored_of(run_id: str, entry: Mapping[str, Any], services: Services) -> Scored:
    """Another run's evaluation, as far as a comparison needs it."""
    numbers = {int(job["job"]) for job in entry["jobs"]}
    jobs = [job for job in services.store.jobs(run_id) if job.job in numbers]
    if {job.job for job in jobs} != numbers:
        raise ObjectMissing(record_scores_key(run_id, min(numbers)))
    reader = ScoreReader(jobs, services)
    return Scored(
        name=entry["name"],
        subject=entry["subject"],
        metrics={},
        table=ScoreTable(score for score in reader.records() if score.candidate is None),
        aggregates=[score for score in reader.aggregates() if score.candidate is None],
        definitions=entry.get("definitions", {}),
        averaged=reader.repeats > 1,
    )


__all__ = ["Assessment", "Compared", "assess"]
