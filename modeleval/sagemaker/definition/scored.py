"""Benchmarks and custom scorers: one job per model, which asks it and scores the responses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modeleval.sagemaker.recipes import PARAMETERS

from .expressions import Value
from .inputs import Benchmark, CustomScorer, EvaluatedModel, PipelineSettings
from .lineage import REPORT, Result, with_lineage
from .steps import StepName, evaluation_type, result_steps
from .training import Channel, Serverless, TrainingStep


def scored_steps(
    evaluation: Benchmark | CustomScorer, model: EvaluatedModel, settings: PipelineSettings
) -> list[dict[str, Any]]:
    """The pipeline's steps: the base model's job, the custom model's, and their lineage."""
    names = result_steps(evaluation, model)
    jobs = [
        _job(name, evaluation, model, settings)
        for name in (names.base_step, names.subject_step)
        if name
    ]
    return with_lineage(
        [job.to_dict() for job in jobs],
        [Result(_label(job.name), REPORT, job.name) for job in jobs],
        model,
        settings,
    )


def _label(name: StepName) -> str:
    return "base" if name is StepName.BASE_MODEL else "custom"


def _job(
    name: StepName,
    evaluation: Benchmark | CustomScorer,
    model: EvaluatedModel,
    settings: PipelineSettings,
) -> TrainingStep:
    scorer = evaluation if isinstance(evaluation, CustomScorer) else None
    return TrainingStep(
        name=name,
        settings=settings,
        work=Serverless(
            model.base_model_arn,
            evaluation_type(evaluation),
            (scorer.evaluator_arn or None) if scorer else None,
        ),
        hyperparameters=_hyperparameters(evaluation, model),
        dataset=Channel("train", scorer.dataset) if scorer else None,
        package=model if name is StepName.CUSTOM_MODEL else None,
    )


def _hyperparameters(
    evaluation: Benchmark | CustomScorer, model: EvaluatedModel
) -> dict[str, Value]:
    metric = "metric" if model.is_nova else "evaluation_metric"
    if isinstance(evaluation, Benchmark):
        return {
            "task": evaluation.task,
            "strategy": evaluation.strategy,
            metric: evaluation.metric,
            **_known(evaluation.parameters),
            **_subtask(evaluation.subtasks),
        }
    return {
        "task": "gen_qa",
        "strategy": "gen_qa",
        metric: "all",
        **({"lambda_type": "rft"} if model.is_nova else {}),
        **_scoring(evaluation),
    }


def _known(parameters: Mapping[str, str]) -> dict[str, str]:
    return {name: parameters[name] for name in PARAMETERS if name in parameters}


def _subtask(subtasks: tuple[str, ...]) -> dict[str, str]:
    if not subtasks or [name.upper() for name in subtasks] == ["ALL"]:
        return {}
    return {"subtask": ",".join(subtasks)}


def _scoring(scorer: CustomScorer) -> dict[str, str]:
    """A registered evaluator is called only if postprocessing is on, and needs an aggregation."""
    parameters = _known(scorer.parameters)
    if scorer.preset:
        return {**parameters, "preset_reward_function": scorer.preset}
    return {
        **parameters,
        "aggregation": parameters.get("aggregation") or "mean",
        "postprocessing": "True",
    }
