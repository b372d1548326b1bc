"""Whose responses does the run judge? Every evaluation names its subject."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modeleval.errors import ModelNotUsable
from modeleval.kinds.registry import KINDS
from modeleval.sagemaker.resolved import ModelSource, ResolvedModel
from modeleval.sagemaker.resolver import Which
from modeleval.services import Services
from modeleval.store.items import Run
from modeleval.suite.document import Suite
from modeleval.suite.triggers import matches
from modeleval.workflow.baseline import APPROVED, NAMED, choose_baseline
from modeleval.workflow.keep import keep_run
from modeleval.workflow.kept_suite import suite_of
from modeleval.workflow.load import model_of, open_run


def resolve_model(run_id: str, services: Services) -> None:
    """Look up the run's model and what it is compared with, and keep what that came to.

    A run without a model has the subjects that its suite names, and there is nothing to look up.
    Raises ModelNotUsable, also for a run whose model the suite does not judge.
    """
    run = open_run(run_id, services)
    suite = suite_of(run, services)
    if run.model is None:
        _check_none_needed(suite)
    elif run.resolved_model is None:  # else this step ran before, and a group may have grown since
        model = _resolved(run, suite, services)
        services.store.update_run(run_id, resolvedModel=model.to_document())
        run = services.store.run(run_id)
    if run.baseline is None:
        baseline = choose_baseline(run, suite, model_of(run), services)
        _keep(run, baseline, services)
        services.store.update_run(run_id, baseline=baseline)
    services.store.update_run(run_id, phase="plan")


def _keep(run: Run, baseline: Mapping[str, Any], services: Services) -> None:
    """A named run and an approved version's are compared with for long; a previous one is not."""
    if baseline["label"] in (NAMED, APPROVED) and "runId" in baseline:
        keep_run(str(baseline["runId"]), f"the run {run.run_id} is compared with it", services)


def _check_none_needed(suite: Suite) -> None:
    wanting = [
        evaluation.name
        for evaluation, of_model in zip(suite.evaluations, suite.of_model, strict=True)
        if of_model
    ]
    if wanting:
        raise ModelNotUsable(
            f"The suite judges the run's model ({', '.join(wanting)}), and the run names none",
            where="input.model",
            action='Name it: {"suite": "…", "model": "<model package ARN or group>"}.',
        )


def _check_group(model: ResolvedModel, suite: Suite) -> None:
    """A version's number alone does not tell groups apart, and the suite follows certain ones."""
    groups = [*(suite.trigger.model_package_groups if suite.trigger else ())]
    if suite.schedule is not None and suite.schedule.model is not None:
        groups.append(suite.schedule.model)
    if not suite.of_any_group or not groups or any(matches(one, model.name) for one in groups):
        return
    raise ModelNotUsable(
        f"{', '.join(suite.of_any_group)}: the responses are tied to a version and not to a group, "
        f"and the suite follows {', '.join(groups)}, not {model.name}",
        where="input.model",
        action="Name a model of those groups, or write {model.group} into the dataset's key or "
        "into responses.precomputed, too.",
    )


def _resolved(run: Run, suite: Suite, services: Services) -> ResolvedModel:
    if not any(suite.of_model):
        raise ModelNotUsable(
            "No evaluation of the suite judges the run's model, so no score would be about it",
            where="input.model",
            action="Leave model out, or write {model.version} into the dataset's key or into "
            "responses.precomputed.",
        )
    which: Which = "approved" if run.which == "approved" else "latest"
    model = services.resolver.resolve(str(run.model), which=which)
    _check_group(model, suite)
    if model.source is ModelSource.BEDROCK:
        for evaluation, of_model in zip(suite.evaluations, suite.of_model, strict=True):
            if of_model and KINDS[evaluation.kind].needs_model:
                raise ModelNotUsable(
                    f"{model.identifier} is a Bedrock model, and {evaluation.name} is evaluated "
                    f"by SageMaker ({evaluation.kind})",
                    where="input.model",
                    action="Name a model package, a group or a JumpStart model; or judge the "
                    'Bedrock model with kind bedrock-judge and responses: {model: "{model.id}"}.',
                )
    return model
