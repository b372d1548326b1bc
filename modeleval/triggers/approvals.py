"""A version was approved, by whomever: what its runs found is kept."""

from __future__ import annotations

from modeleval.services import Services
from modeleval.store.items import Run
from modeleval.triggers.versions import ModelPackageVersion
from modeleval.workflow.keep import keep_run


def keep_runs_of(version: ModelPackageVersion, services: Services) -> list[str]:
    """Keep every published run of a version; the ids of those that were not kept before."""
    if version.group is None:
        return []
    return [
        run.run_id
        for run in services.store.runs_of_model(version.group)
        if _is_of(run, version.arn)
        and keep_run(run.run_id, f"{version.arn} was approved", services)
    ]


def _is_of(run: Run, arn: str) -> bool:
    """Compared without case: ARNs of model packages may be lower-case where names are not."""
    identifier = str((run.resolved_model or {}).get("identifier", ""))
    return identifier.lower() == arn.lower()
