"""What is told of a run that has ended: names, numbers and places, never a prompt or a response."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from modeleval.artifacts import s3_uri, summary_key
from modeleval.links import execution_page
from modeleval.sagemaker.resolved import ResolvedModel
from modeleval.services import Services
from modeleval.settings import Outcome
from modeleval.store.items import Run, RunStatus
from modeleval.workflow.conditions import failed_conditions, failed_count


class MeanScore(NamedTuple):
    """The subject's mean of a metric over all records."""

    evaluation: str
    metric: str
    mean: float


class Facts(NamedTuple):
    """A run as it ended. `failed`, `failures`, `summary` and `means` are a published run's.

    `failures` is how many conditions failed, of which `failed` holds the first ones.
    """

    run: Run
    stack: str
    model: ResolvedModel | None
    failed: tuple[dict[str, Any], ...]
    failures: int
    summary: str | None
    means: tuple[MeanScore, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """What came of it, in the words of the setting `notifyOn`.

        Without a gate a run whose evaluations all succeeded counts as passed, any other as an
        error.
        """
        if not self.run.completed:
            return "error"
        match self.run.verdict:
            case "passed" | "failed" | "inconclusive" as verdict:
                return verdict
            case None:
                return "passed" if self.run.status is RunStatus.SUCCEEDED else "error"
        return "inconclusive"

    @property
    def console(self) -> str:
        return execution_page(self.run.execution_arn)

    @property
    def error(self) -> str | None:
        """The error's name. Its message stays with the run: a service may have written in it."""
        if self.run.completed or self.run.error is None:
            return None
        return self.run.error.name


def facts_of(run: Run, services: Services) -> Facts:
    """Gather what is told. Raises ObjectMissing if a published run has no summary."""
    bucket, key = services.objects.bucket, summary_key(run.run_id)
    summary = json.loads(services.objects.read(key)) if run.published else {}
    gate = summary.get("gate") or {}
    model = ResolvedModel.model_validate(run.resolved_model) if run.resolved_model else None
    return Facts(
        run=run,
        stack=services.environment.stack_name,
        model=model,
        failed=tuple(failed_conditions(gate)),
        failures=failed_count(gate),
        summary=s3_uri(bucket, key) if run.published else None,
        means=tuple(_means(summary)),
    )


def _means(summary: Mapping[str, Any]) -> Iterator[MeanScore]:
    for entry in summary.get("evaluations", ()):
        for one in entry.get("summaries", ()):
            whole = one["category"] is None and one.get("candidate") is None
            if whole and one["mean"] is not None:
                yield MeanScore(entry["name"], one["metric"], float(one["mean"]))
