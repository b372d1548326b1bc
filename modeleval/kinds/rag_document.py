"""What a RAG entry of a suite has, of either kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field, StringConstraints, field_validator, model_validator

from modeleval.documents import Document
from modeleval.kinds.custom_metrics import MAX_CUSTOM_METRICS
from modeleval.kinds.judge_metrics import AskedMetric
from modeleval.kinds.judge_responses import SourceIdentifier
from modeleval.kinds.knowledge_base import Retrieval
from modeleval.kinds.protocol import Evaluation
from modeleval.kinds.rag_metrics import RagCustomMetric, refuse_twice
from modeleval.scores.metrics import Direction, Metric


class RagResponses(Document):
    """Outputs that a RAG system gave before: they stand in the dataset."""

    precomputed: SourceIdentifier

    @model_validator(mode="before")
    @classmethod
    def _no_model(cls, given: Any) -> Any:
        if isinstance(given, Mapping) and "model" in given:
            raise ValueError(
                "a RAG evaluation asks no model by itself; for answers that are given while the "
                "job runs write knowledgeBase: {id: …} (and its model, where answers are generated)"
            )
        return given


class RagEvaluation(Evaluation):
    """Either `responses` (precomputed outputs) or `knowledgeBase` (asked while the job runs)."""

    dataset: Annotated[str, StringConstraints(min_length=1, max_length=1024)]
    responses: RagResponses | None = None
    knowledge_base: Retrieval | None = None
    judge: Annotated[str, StringConstraints(min_length=1, max_length=2048)]
    metrics: tuple[AskedMetric, ...] = ()
    custom_metrics: tuple[RagCustomMetric, ...] = ()
    allow_long_prompts: bool = False
    cluster_field: str | None = None
    low_score_below: Annotated[float, Field(gt=0, le=1)] = 0.5
    deadline_hours: Annotated[int, Field(ge=1, le=168)] = 24
    repeats: Annotated[int, Field(ge=1, le=10)] = 1

    @field_validator("custom_metrics", mode="before")
    @classmethod
    def _one_or_a_list(cls, given: Any) -> Any:
        return [given] if isinstance(given, Mapping) else given

    @model_validator(mode="after")
    def _whole(self) -> RagEvaluation:
        if (self.responses is None) == (self.knowledge_base is None):
            raise ValueError(
                "name either responses: {precomputed: …} or knowledgeBase: {id: …}, and not both"
            )
        if not self.metrics and not self.custom_metrics:
            raise ValueError("no metric: name at least one in metrics or customMetrics")
        if len(self.custom_metrics) > MAX_CUSTOM_METRICS:
            raise ValueError(f"customMetrics: Bedrock takes at most {MAX_CUSTOM_METRICS}")
        refuse_twice(entry.name for entry in self.metrics)
        refuse_twice(metric.name for metric in self.custom_metrics)
        return self

    @property
    def precomputed(self) -> str | None:
        return self.responses.precomputed if self.responses else None

    @property
    def subject(self) -> str:
        return self.precomputed or (self.knowledge_base.subject if self.knowledge_base else "")


def turned(metric: Metric, *, refusal_wanted: bool) -> Metric:
    """The metric with the direction that the suite gives it."""
    if refusal_wanted and metric.name == "Refusal":
        return replace(metric, direction=Direction.HIGHER)
    return metric
