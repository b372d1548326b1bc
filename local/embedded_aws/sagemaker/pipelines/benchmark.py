"""A benchmark step: right and wrong answers by skill, and the results file of them."""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import Any

from embedded_aws.sagemaker.pipelines import results, text_scores
from embedded_aws.sagemaker.pipelines.skills import fraction
from embedded_aws.sagemaker.pipelines.work import StepFailed, Work

_FEWEST, _SPREAD = 60, 90  # questions of one subtask
_TILT = 0.2  # how far a subtask's skill lies around the task's


@functools.cache
def known() -> dict[str, dict[str, Any]]:
    """The benchmarks: strategy, metric and subtasks of each."""
    text = resources.files(__package__).joinpath("benchmarks.json").read_text("utf-8")
    value: dict[str, dict[str, Any]] = json.loads(text)
    return value


def run(work: Work) -> None:
    """Answer the questions and write the results."""
    task, strategy = work.parameter("task"), work.parameter("strategy")
    entry = known().get(task)
    if entry is None:
        raise StepFailed(f"AlgorithmError: the task '{task}' is not known")
    metric = work.parameters.get("evaluation_metric") or work.parameter("metric")
    if (strategy, metric) != (entry["strategy"], entry["metric"]):
        raise StepFailed(
            f"AlgorithmError: the task '{task}' has the strategy '{entry['strategy']}' and the "
            f"metric '{entry['metric']}'"
        )
    values = {subtask: _answers(work, task, subtask) for subtask in _subtasks(work, task, entry)}
    by_key: dict[str, dict[str, float]] = {
        results.key(work, task, strategy, subtask): text_scores.summary({metric: each})
        for subtask, each in values.items()
    }
    pooled = [text_scores.summary({metric: each}) for each in values.values()]
    overall = {name: sum(one[name] for one in pooled) / len(pooled) for name in pooled[0]}
    if len(values) > 1 and work.service.settings.subtaskKeys != "flat":
        by_key[results.key(work, task, strategy, "_average")] = overall
    results.write(work, by_key, overall)


def _subtasks(work: Work, task: str, entry: dict[str, Any]) -> list[str]:
    """The subtasks asked for, all of them by default; [""] for a task that has none."""
    asked = work.parameters.get("subtask")
    if asked is None:
        return list(entry["subtasks"]) or [""]
    names = asked.split(",")
    if unknown := [name for name in names if name not in entry["subtasks"]]:
        raise StepFailed(f"AlgorithmError: the task '{task}' has no subtask '{unknown[0][:64]}'")
    return names


def _answers(work: Work, task: str, subtask: str) -> list[float]:
    """1.0 for each question answered well, else 0.0."""
    name = work.subject.key
    count = _FEWEST + int(_SPREAD * fraction(task, subtask, "count"))
    tilt = _TILT * (fraction(task, subtask, "tilt") - 0.5) if subtask else 0.0
    skill = min(1.0, max(0.0, work.skill(task) + tilt))
    return [float(fraction(name, task, subtask, str(n)) < skill) for n in range(count)]
