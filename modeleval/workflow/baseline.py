"""Which run is this one compared with? Settled before anything is paid for, and kept."""

from __future__ import annotations

from typing import Any

from modeleval.errors import ModelNotUsable, RunNotFound, SuiteInvalid
from modeleval.sagemaker.registry import Denied, NotThere, Version
from modeleval.sagemaker.resolved import ModelSource, ResolvedModel
from modeleval.services import Services
from modeleval.store.items import Run
from modeleval.suite.document import Suite
from modeleval.suite.origins import DEPLOYED

BASE_MODEL, PREVIOUS, APPROVED, NONE = "base-model", "previous", "approved", "none"
NAMED = "run"
_RUN = f"{NAMED}:"


def choose_baseline(
    run: Run, suite: Suite, model: ResolvedModel | None, services: Services
) -> dict[str, Any]:
    """The baseline as the run keeps it: its label, the run and its subject, or why there is none.

    Without a word in the suite it is the approved version for a model of a group, else the previous
    run: against the previous one alone the margin could be lost anew with every release. Raises
    SuiteInvalid for a run that is not there, or has no scores, and ModelNotUsable where the
    approved versions cannot be listed.
    """
    has_versions = model is not None and model.group is not None
    asked = suite.baseline or (APPROVED if has_versions else PREVIOUS)
    if asked in (NONE, BASE_MODEL):
        return {"label": asked}
    if asked.startswith(_RUN):
        return _named(asked.removeprefix(_RUN), services)
    if asked == PREVIOUS:
        found = _latest(run, suite, _series(model), services)
        return _found(PREVIOUS, found, "there is no earlier run")
    return _approved(run, suite, model, services)


def _named(run_id: str, services: Services) -> dict[str, Any]:
    try:
        found = services.store.run(run_id)
    except RunNotFound:
        found = None
    if found is None or not found.completed or found.sample is not None:
        raise SuiteInvalid(
            f"The run {run_id} cannot be a baseline: it is not there, has no scores, or "
            "not all of them yet, or is a trial",
            where="baseline",
            action="`modeleval list SUITE` shows the runs of a suite.",
        )
    return _found(NAMED, found, "")


def _approved(
    run: Run, suite: Suite, model: ResolvedModel | None, services: Services
) -> dict[str, Any]:
    if model is None or model.source is not ModelSource.PACKAGE or model.group_arn is None:
        return _found(APPROVED, None, "the run's model belongs to no model package group")
    others = [one for one in _versions(model.group_arn, services) if one.arn != model.identifier]
    if not others:
        return _found(APPROVED, None, "no other version is approved yet")
    approved = max(others, key=lambda one: one.number)
    found = _latest(run, suite, approved.arn, services)
    if found is None:
        # It is there and cannot be compared with: to pass would be to lose what was approved.
        lost = (
            f"the approved version {approved.number} has no run of this suite with scores: start "
            f"one with the model {approved.arn}"
        )
        return {"label": APPROVED, "lost": lost}
    return _found(APPROVED, found, "")


def _versions(group_arn: str, services: Services) -> list[Version]:
    """The approved ones. A list that cannot be read is no empty list: the gate would pass by it."""
    try:
        return list(services.model_registry.versions(group_arn, approved=True))
    except (Denied, NotThere):
        raise ModelNotUsable(
            f"The approved versions of {group_arn} cannot be listed, so there is nothing to "
            "compare with",
            where="baseline",
            action="Allow sagemaker:ListModelPackages on the group, or write baseline: previous.",
        ) from None


def _latest(run: Run, suite: Suite, model: str | None, services: Services) -> Run | None:
    """The latest earlier run of the suite with scores, for a model: its ARN or its group's name.

    A deployed suite may promote, and anybody may give a suite of their own the same name: only runs
    of deployed suites are what it is compared with.
    """
    for other in services.store.runs_of(suite.name):
        earlier = other.run_id != run.run_id and other.started_at <= run.started_at
        trusted = run.origin != DEPLOYED or other.origin == DEPLOYED
        usable = other.completed and other.sample is None
        if earlier and trusted and usable and _is_for(other, model):
            return other
    return None


def _is_for(run: Run, model: str | None) -> bool:
    resolved = run.resolved_model
    if model is None or resolved is None:
        return model is None and resolved is None
    return model in (resolved["identifier"], resolved.get("group"))


def _series(model: ResolvedModel | None) -> str | None:
    return None if model is None else model.group or model.identifier


def _found(label: str, run: Run | None, missing: str) -> dict[str, Any]:
    if run is None:
        return {"label": label, "missing": missing}
    resolved = run.resolved_model or {}
    return {
        "label": label,
        "runId": run.run_id,
        "startedAt": run.started_at,
        "model": resolved.get("identifier"),
    }
