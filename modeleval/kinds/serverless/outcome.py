"""What an execution left: per model, where its results are and what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from modeleval.artifacts import output_prefix
from modeleval.errors import OutputUnusable
from modeleval.kinds.protocol import JobContext
from modeleval.kinds.serverless.jobs import failed_steps, training_job
from modeleval.kinds.serverless.planning import BASE_MODEL
from modeleval.kinds.serverless.specs import evaluation_of, model_of
from modeleval.sagemaker.definition import result_steps
from modeleval.sagemaker.pipelines import Step

_Read = TypeVar("_Read")


class ModelOutcome(NamedTuple):
    """One model's results: `candidate` is None for the subject; its training job's name."""

    candidate: str | None
    training_job: str


class Outcome(NamedTuple):
    """The models that were evaluated, every key that the execution wrote, and what to tell."""

    models: Sequence[ModelOutcome]
    prefix: str
    keys: Sequence[str]
    warnings: Sequence[str]


def outcome_of(job: JobContext, arn: str) -> Outcome:
    """Raises JobFailed if the subject was not evaluated; a base model that failed is a warning."""
    services = job.services
    steps = services.pipelines.steps(arn)
    wanted = result_steps(evaluation_of(job.spec), model_of(job.spec))
    models = [ModelOutcome(None, training_job(wanted.subject_step, steps))]
    failed = failed_steps(steps, services.region)
    warnings = [f"A part of the evaluation failed: {failed}"] if failed else []
    if wanted.base_step is not None:
        base = _succeeded(wanted.base_step, steps)
        if base is not None:
            models.append(ModelOutcome(BASE_MODEL, base))
        else:
            reasons = failed or "its step did not run"
            warnings = [f"The base model was not evaluated: {reasons}"]
    prefix = output_prefix(*job.ref)
    return Outcome(models, prefix, list(services.objects.keys(prefix)), warnings)


def read_each(
    outcome: Outcome, read: Callable[[ModelOutcome], _Read]
) -> tuple[list[tuple[ModelOutcome, _Read]], list[str]]:
    """What each model left, and warnings. Raises OutputUnusable for the subject's alone.

    The base model's, if it cannot be used, is no reason to give up what was paid for.
    """
    found = []
    warnings = []
    for model in outcome.models:
        try:
            found.append((model, read(model)))
        except OutputUnusable as error:
            if model.candidate is None:
                raise
            warnings.append(f"The base model's scores cannot be used: {error.what}")
    return found, warnings


def _succeeded(name: str, steps: Sequence[Step]) -> str | None:
    return next(
        (step.training_job for step in steps if step.name == name and step.status == "Succeeded"),
        None,
    )
