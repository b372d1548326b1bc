"""A `bedrock-programmatic` entry of a suite."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from modeleval.datasets.options import MAX_RECORDS
from modeleval.kinds.judge_responses import Candidate, Responses, first_and_others
from modeleval.kinds.programmatic import table
from modeleval.kinds.programmatic.asked import (
    AskedDataset,
    AskedMetrics,
    DatasetText,
    DatasetUse,
    misfits,
    not_here,
    task_type,
    uses_of,
)
from modeleval.kinds.programmatic.table import TaskType
from modeleval.kinds.protocol import Evaluation
from modeleval.scores.metrics import Metric

_NOT_LIVE = (
    "programmatic metrics ask a model while the job runs; write {model: …}. Precomputed responses "
    "are for bedrock-judge or reference-metrics"
)


class ProgrammaticEvaluation(Evaluation):
    """What is asked of which models, on which datasets, and what is computed of the responses.

    candidates: models that are asked the same; `responses: [a, b]` means that. metrics: of all
    datasets that do not name their own. shard_size: how many prompts of its own dataset a job asks
    at most.
    """

    kind: Literal["bedrock-programmatic"]
    task_type: Annotated[TaskType, BeforeValidator(task_type)]
    dataset: DatasetText | None = None
    datasets: tuple[AskedDataset, ...] = ()
    responses: Responses
    candidates: Annotated[tuple[Candidate, ...], Field(max_length=9)] = ()
    metrics: AskedMetrics = ()
    allow_long_prompts: bool = False
    cluster_field: str | None = None
    low_score_below: Annotated[float, Field(gt=0, le=1)] = 0.5
    deadline_hours: Annotated[int, Field(ge=1, le=168)] = 24
    shard_size: Annotated[int, Field(ge=1, le=MAX_RECORDS)] = MAX_RECORDS

    @model_validator(mode="before")
    @classmethod
    def _as_written(cls, given: Any) -> Any:
        return first_and_others(not_here(given))

    @field_validator("responses", "candidates", mode="before")
    @classmethod
    def _live(cls, given: Any) -> Any:
        for one in given if isinstance(given, list | tuple) else [given]:
            if isinstance(one, Mapping) and "precomputed" in one:
                raise ValueError(_NOT_LIVE)
            if isinstance(one, Mapping) and "dataset" in one:
                raise ValueError("every model is asked the evaluation's own datasets; leave it out")
        return given

    @model_validator(mode="after")
    def _goes_together(self) -> ProgrammaticEvaluation:
        if (self.dataset is None) == (not self.datasets):
            raise ValueError("name either dataset or datasets")
        names = [self.responses.subject, *(one.name for one in self.candidates)]
        twice = sorted({name for name in names if names.count(name) > 1})
        found = [f"{name} is asked twice; give one of them a label" for name in twice]
        found += misfits(self.task_type, self.uses)
        if self.cluster_field and all(use.source is None for use in self.uses):
            found.append("clusterField: Bedrock's datasets have no such field; leave it out")
        if found:
            raise ValueError("; ".join(found))
        return self

    @cached_property
    def uses(self) -> list[DatasetUse]:
        if self.dataset is not None:
            asked = [("dataset", AskedDataset(dataset=self.dataset))]
        else:
            asked = [(f"datasets[{number}]", one) for number, one in enumerate(self.datasets)]
        return uses_of(asked, self.metrics, self.name)

    def name_of(self, use: DatasetUse, metric: str) -> str:
        """The metric's name in scores and rules: of several datasets with the dataset's."""
        return metric if len(self.uses) == 1 else f"{use.name}.{metric}"

    def all_metrics(self) -> dict[str, Metric]:
        """Every metric by its name in the scores."""
        return {
            (name := self.name_of(use, metric)): table.metric_of(self.task_type, metric, name=name)
            for use in self.uses
            for metric in use.metrics
        }

    def sides(self) -> list[tuple[str | None, Responses]]:
        """Who is asked: the subject (no label), and the candidates by theirs."""
        return [(None, self.responses), *((one.name, one) for one in self.candidates)]
