"""What is told of a run that has ended: names, numbers and places, never a prompt or a response."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from modeleval.artifacts import s3_uri, summary_key
from modeleval.links import execution_page
from modeleval.sagemaker.resolved import ResolvedModel
from modeleval.services import Services
from modeleval.settings import Outcome
from modeleval.store.items import Run, RunStatus
from modeleval.workflow.publish import failed_conditions, failed_count


class Facts(NamedTuple):
    """A run as it ended. `failed`, `failures` and `summary` are those of a published run.

    `failures` is how many conditions failed, of which `failed` holds the first ones.
    """

    run: Run
    stack: str
    model: ResolvedModel | None
    failed: tuple[dict[str, Any], ...]
    failures: int
    summary: str | None

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
    gate = (json.loads(services.objects.read(key))["gate"] or {}) if run.published else {}
    model = ResolvedModel.model_validate(run.resolved_model) if run.resolved_model else None
    return Facts(
        run=run,
        stack=services.environment.stack_name,
        model=model,
        failed=tuple(failed_conditions(gate)),
        failures=failed_count(gate),
        summary=s3_uri(bucket, key) if run.published else None,
    )
