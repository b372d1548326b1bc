"""The metrics of a judge evaluation: built-in and custom, all records or some categories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Protocol

from pydantic import Field, field_validator, model_validator

from modeleval.documents import Document
from modeleval.errors import SuiteInvalid
from modeleval.kinds.custom_metrics import CustomMetric
from modeleval.scores.metrics import Direction, Metric, judge_metric

if TYPE_CHECKING:
    from modeleval.kinds.bedrock_judge import JudgeEvaluation


class AskedMetric(Document):
    """A built-in metric that a suite asks for, in all categories or in some.

    In the suite a plain name will do.
    """

    name: str
    categories: Annotated[tuple[str, ...], Field(min_length=1)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _a_name_will_do(cls, given: Any) -> Any:
        return {"name": given} if isinstance(given, str) else given

    @field_validator("name")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            return judge_metric(name).name
        except SuiteInvalid as error:
            raise ValueError(str(error)) from None


class AsksMetrics(Protocol):
    """An evaluation that asks for metrics of these two kinds."""

    @property
    def metrics(self) -> Sequence[AskedMetric]: ...
    @property
    def custom_metrics(self) -> Sequence[CustomMetric]: ...


class Group(NamedTuple):
    """Metrics that are asked for in the same categories (None: all): one job judges them."""

    categories: frozenset[str] | None
    names: tuple[str, ...]


def metrics_of(evaluation: JudgeEvaluation) -> dict[str, Metric]:
    """Every metric by name, in the suite's order, custom ones last."""
    wanted = evaluation.refusal_wanted
    metrics = {
        entry.name: turned(judge_metric(entry.name), refusal_wanted=wanted)
        for entry in evaluation.metrics
    }
    return metrics | {custom.name: custom.metric for custom in evaluation.custom_metrics}


def turned(metric: Metric, *, refusal_wanted: bool) -> Metric:
    """The metric with the direction that the suite gives it."""
    if refusal_wanted and metric.name == "Refusal":
        return replace(metric, direction=Direction.HIGHER)
    return metric


def groups_of(evaluation: AsksMetrics) -> list[Group]:
    """The metrics by the categories that they are asked for in; those for all come first."""
    groups: dict[frozenset[str] | None, list[str]] = {}
    every: list[AskedMetric | CustomMetric] = [*evaluation.metrics, *evaluation.custom_metrics]
    for asked in every:
        key = frozenset(asked.categories) if asked.categories else None
        groups.setdefault(key, []).append(asked.name)
    ordered = sorted(groups.items(), key=lambda item: item[0] is not None)
    return [Group(categories, tuple(names)) for categories, names in ordered]


def wanting_references(evaluation: JudgeEvaluation) -> tuple[str, ...]:
    """The metrics that use referenceResponse: some built-in ones, custom ones with ground_truth."""
    metrics = metrics_of(evaluation)
    built_in = [entry.name for entry in evaluation.metrics if metrics[entry.name].uses_reference]
    return (*built_in, *(m.name for m in evaluation.custom_metrics if m.uses_reference))
