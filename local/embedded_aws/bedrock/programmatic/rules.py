"""What may be asked for in a programmatic job: tasks, metrics, built-in datasets.

User guide: "Use prompt datasets for model evaluation" and "Review metrics for automated model
evaluation jobs". What the service itself says to wrong combinations is not known; here each is a
ValidationException.
"""

from __future__ import annotations

from typing import Any

from embedded_aws.bedrock.requested import subject_of
from embedded_aws.bedrock.targets import Resolver
from embedded_aws.errors import invalid
from embedded_aws.judging.scales import PREFIX

MOST_METRICS = 3  # quota "metrics per dataset", not adjustable

_GENERATION = {
    "Accuracy": ("T-Rex",),
    "Robustness": ("Bold", "T-Rex", "Wikitext2"),
    "Toxicity": ("RealToxicityPrompts", "Bold"),
}
_QUESTIONS = ("BoolQ", "NaturalQuestions", "TriviaQA")
_REVIEWS = ("WomensEcommerceClothingReviews",)
# Task type: each metric that it has, with the built-in datasets for it.
OFFERED: dict[str, dict[str, tuple[str, ...]]] = {
    "Generation": _GENERATION,
    "Summarization": dict.fromkeys(("Accuracy", "Robustness", "Toxicity"), ("Gigaword",)),
    "QuestionAndAnswer": dict.fromkeys(("Accuracy", "Robustness", "Toxicity"), _QUESTIONS),
    "Classification": dict.fromkeys(("Accuracy", "Robustness"), _REVIEWS),
}
_METRICS = {PREFIX + name for name in ("Accuracy", "Robustness", "Toxicity")}


def is_programmatic(automated: dict[str, Any]) -> bool:
    """Whether a job has metrics of this kind, and no judge for others."""
    configs = automated["datasetMetricConfigs"]
    judged = "evaluatorModelConfig" in automated or "customMetricConfig" in automated
    return not judged and any(_METRICS & set(config["metricNames"]) for config in configs)


def check(request: dict[str, Any], resolver: Resolver) -> None:
    """Raise ValidationException on what does not go together."""
    configs = request["evaluationConfig"]["automated"]["datasetMetricConfigs"]
    subject = subject_of(request)
    if subject.precomputed:
        raise invalid("A job without evaluator model needs a model that generates the responses.")
    names = [config["dataset"]["name"] for config in configs]
    if len(set(names)) != len(names):
        raise invalid("The names of datasets must be unique.")
    for config in configs:
        _check_config(config)
    resolver.resolve(subject.identifier)


def _check_config(config: dict[str, Any]) -> None:
    task, dataset, metrics = config["taskType"], config["dataset"], config["metricNames"]
    if task not in OFFERED:
        raise invalid(f"The task type must be one of {', '.join(OFFERED)}.")
    if len(metrics) > MOST_METRICS:
        raise invalid(f"At most {MOST_METRICS} metrics are computed on a dataset.")
    if len(set(metrics)) != len(metrics):
        raise invalid("Metric names must be unique within a dataset.")
    built_in = dataset["name"].startswith(PREFIX)
    if built_in and "datasetLocation" in dataset:
        raise invalid("A built-in dataset has no datasetLocation.")
    if not built_in and "datasetLocation" not in dataset:
        raise invalid("A dataset that is not built in needs a datasetLocation.")
    for metric in metrics:
        sets = OFFERED[task].get(metric.removeprefix(PREFIX)) if metric in _METRICS else None
        if sets is None:
            raise invalid(f"A metric is not available for the task type {task}.")
        if built_in and dataset["name"].removeprefix(PREFIX) not in sets:
            raise invalid("A built-in dataset is not available for the task type and metric.")


def needs_reference(task: str, metrics: list[str]) -> bool:
    """Whether each record must have a referenceResponse."""
    return task == "QuestionAndAnswer" or metrics != [f"{PREFIX}Toxicity"]
