"""Two published runs beside each other, record by record, as a run is compared with its baseline.

Needs scipy (the extra `statistics`), as `modeleval.workflow.assess` does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from modeleval.artifacts import suite_key, summary_key
from modeleval.assessment.comparisons import Against, comparison_document, comparisons
from modeleval.errors import RunNotFound
from modeleval.kinds.protocol import Evaluation
from modeleval.kinds.registry import KINDS
from modeleval.objects import ObjectMissing, RunFiles
from modeleval.sagemaker.results import SAYS
from modeleval.services import Services
from modeleval.store.items import Run, RunStatus
from modeleval.suite.document import parse_suite
from modeleval.workflow.assess import scored_of
from modeleval.workflow.load import model_of


def compare_runs(run_id: str, other_id: str, services: Services) -> list[dict[str, Any]]:
    """Per evaluation of the first run: name, subject, comparisons and what the results say of
    themselves (`notes`), or why there are none (`missing`).

    The differences are turned so that positive ones speak for the first run. Raises RunNotFound
    for a run that is not there, or whose scores are not, or no longer, there.
    """
    run, other = _published(run_id, services), _published(other_id, services)
    try:
        return _compared(run, other, services)
    except ObjectMissing:
        raise RunNotFound(
            "The record scores of one of the two runs were deleted",
            where=f"{run_id}, {other_id}",
            action="Start the suite again; `retentionDays` in the settings says how long they "
            "are kept.",
        ) from None


def _compared(run: Run, other: Run, services: Services) -> list[dict[str, Any]]:
    key = suite_key(run.run_id)
    document = json.loads(RunFiles(services.objects).read(key))
    suite = parse_suite(document, source=key, model=model_of(run))
    evaluations = {one.name: one for one in suite.evaluations}
    theirs = _entries(other, services)
    return [
        _entry((run, entry), (other, theirs.get(name)), evaluations[name], services)
        for name, entry in _entries(run, services).items()
    ]


def _published(run_id: str, services: Services) -> Run:
    run = services.store.run(run_id)
    if not run.published:
        raise RunNotFound(
            f"Run {run_id} has no published scores (it is {run.status})",
            action=f"`modeleval list {run.suite}` shows the suite's runs.",
        )
    return run


def _entries(run: Run, services: Services) -> dict[str, Mapping[str, Any]]:
    summary = json.loads(RunFiles(services.objects).read(summary_key(run.run_id)))
    return {entry["name"]: entry for entry in summary["evaluations"]}


def _entry(
    ours: tuple[Run, Mapping[str, Any]],
    others: tuple[Run, Mapping[str, Any] | None],
    evaluation: Evaluation,
    services: Services,
) -> dict[str, Any]:
    (run, entry), (other, theirs) = ours, others
    said = {"name": entry["name"], "subject": entry["subject"], "comparisons": []}
    if "summaries" not in entry:
        how = "is pending" if entry["status"] == RunStatus.PENDING else "failed"
        return {**said, "missing": f"it {how} in run {run.run_id}"}
    if theirs is None or "summaries" not in theirs:
        why = "has no such evaluation" if theirs is None else "has no scores of it"
        return {**said, "missing": f"run {other.run_id} {why}"}
    metrics = KINDS[evaluation.kind].metrics(evaluation)
    scored = replace(scored_of(run.run_id, entry, services), metrics=metrics)
    against = Against(
        label="run",
        subject=theirs["subject"],
        other=scored_of(other.run_id, theirs, services),
        run_id=other.run_id,
    )
    found = comparisons(scored, against)
    return {
        **said,
        "comparisons": [comparison_document(one) for one in found],
        "notes": _notes(entry, theirs),
    }


def _notes(*entries: Mapping[str, Any]) -> list[str]:
    warnings = (text for entry in entries for text in entry["warnings"])
    return sorted({text for text in warnings if text.startswith(SAYS)})
