"""Before spending: which margins the planned records can decide, and how many others need."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from modeleval.assessment.intervals import scale_of
from modeleval.kinds.protocol import Evaluation
from modeleval.kinds.registry import KINDS
from modeleval.scores.metrics import Metric
from modeleval.services import Services
from modeleval.statistics.planning import assumed_sd, decidable_margin, records_needed
from modeleval.store.items import EvaluationFacts, Run, Score
from modeleval.suite.document import Suite


def margin_notes(run: Run, suite: Suite, services: Services) -> list[dict[str, Any]]:
    """Per metric and margin of the gate: what these records decide, and how many it needs.

    The scatter of the differences is that of the baseline run's scores where there is one (two runs
    whose scores correlate by a half differ as much as either scatters), else assumed from the
    metric's scale. Rules on aggregates have no records, and no note.
    """
    gate = suite.gate
    if gate is None:
        return []
    facts = {one.name: one for one in run.evaluations}
    evaluations = {one.name: one for one in suite.evaluations}
    baseline = _baseline_scores(run, services)
    notes: dict[tuple[str, str, str | None, float], dict[str, Any]] = {}
    for rule in gate.rules:
        for name, metric in _metrics(evaluations[rule.evaluation], rule.metric):
            for margin in rule.margins:
                known = baseline.get((rule.evaluation, name))
                note = _note(facts[rule.evaluation], metric, rule.category, margin, known)
                if note is not None:
                    notes[rule.evaluation, name, rule.category, margin] = note
    return list(notes.values())


def _metrics(evaluation: Evaluation, wanted: str | None) -> Iterator[tuple[str, Metric]]:
    for name, metric in KINDS[evaluation.kind].metrics(evaluation).items():
        if wanted in (None, name):
            yield name, metric


def _baseline_scores(run: Run, services: Services) -> Mapping[tuple[str, str], Score]:
    run_id = (run.baseline or {}).get("runId")
    scores = services.store.scores(str(run_id)) if run_id else []
    return {
        (one.evaluation, one.metric): one
        for one in scores
        if one.category is None and one.candidate is None
    }


def _note(
    facts: EvaluationFacts,
    metric: Metric,
    category: str | None,
    margin: float,
    known: Score | None,
) -> dict[str, Any] | None:
    scale = scale_of(metric)
    measured = _sd(known)
    sd = measured if measured is not None else assumed_sd(scale)
    extent = _extent(facts, metric.name, category)
    if sd is None or extent is None:
        return None
    # How alike the records of a cluster are is not known before the run: as alike as can be.
    records, clusters = extent
    clustered = {"cluster_size": records / clusters, "correlation": 1.0} if clusters else {}
    decides = decidable_margin(records, sd, reach=scale.reach, **clustered)
    needed = records_needed(margin, sd, reach=scale.reach, **clustered) if margin else None
    return {
        "evaluation": facts.name,
        "metric": metric.name,
        "category": category,
        "margin": margin,
        "records": records,
        "clusters": clusters,
        "decides": decides if math.isfinite(decides) else None,
        "needed": needed,
        "assumed": measured is None,
    }


def _extent(
    facts: EvaluationFacts, metric: str, category: str | None
) -> tuple[int, float | None] | None:
    """The records that a metric has, and as how many equal clusters they weigh."""
    for one in facts.judged:
        if (one.metric, one.category) == (metric, category):
            return one.records, one.clusters
    if facts.judged and category in facts.categories:
        return 0, None  # the category has records, and this metric none of them
    records = facts.records if category is None else facts.categories.get(category)
    return None if records is None else (records, None)


def _sd(score: Score | None) -> float | None:
    """Of a metric's scores in the baseline run, which the differences scatter about as much as."""
    counts = {
        float(value): count for value, count in ((score and score.value_counts) or {}).items()
    }
    total = sum(counts.values())
    if total < 2:  # noqa: PLR2004 - one score has no scatter
        return None
    mean = sum(value * count for value, count in counts.items()) / total
    squares = sum(count * (value - mean) ** 2 for value, count in counts.items())
    return math.sqrt(squares / (total - 1)) or None
