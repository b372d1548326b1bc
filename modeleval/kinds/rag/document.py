"""What a RAG entry of a suite has, of either kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from modeleval.datasets.options import MAX_RECORDS
from modeleval.documents import Document
from modeleval.kinds.custom_metrics import MAX_CUSTOM_METRICS
from modeleval.kinds.judge_metrics import AskedMetric
from modeleval.kinds.judge_responses import CandidateLabel, SourceIdentifier, first_and_others
from modeleval.kinds.protocol import Evaluation
from modeleval.kinds.rag.knowledge_base import Retrieval
from modeleval.kinds.rag.metrics import RagCustomMetric, refuse_twice

DatasetPlace = Annotated[str, StringConstraints(min_length=1, max_length=1024)]

_EITHER = "name either responses: {precomputed: …} or knowledgeBase: {id: …}, and not both"
_OF_THE_API = {
    "retrieveOnlySourceConfig": "does not exist, Bedrock's own name is retrieveSourceConfig",
    "retrieveSourceConfig": "is the API's",
    "retrieveAndGenerateSourceConfig": "is the API's",
    "precomputedRagSourceConfig": "is the API's",
    "ragSourceIdentifier": "is the API's",
}


def _refuse_names_of_the_api(given: object) -> None:
    """Raise ValueError for what the API, or hearsay of it, calls precomputed outputs."""
    for name, what in _OF_THE_API.items():
        if isinstance(given, Mapping) and name in given:
            raise ValueError(f"{name} {what}; in a suite write responses: {{precomputed: …}}")


class RagResponses(Document):
    """Outputs that a RAG system gave before: they stand in the dataset."""

    precomputed: SourceIdentifier

    @model_validator(mode="before")
    @classmethod
    def _precomputed_only(cls, given: Any) -> Any:
        _refuse_names_of_the_api(given)
        if isinstance(given, Mapping) and "model" in given:
            raise ValueError(
                "a RAG evaluation asks no model by itself; for answers that are given while the "
                "job runs write knowledgeBase: {id: …} (and its model, where answers are generated)"
            )
        return given


class RagCandidate(Document):
    """A further RAG system that is judged on the same turns, and compared with the first one.

    dataset: where precomputed outputs lie; a knowledge base is asked the evaluation's own prompts.
    label: under which its scores are kept; without it, what gave them.
    """

    precomputed: SourceIdentifier | None = None
    dataset: DatasetPlace | None = None
    knowledge_base: Retrieval | None = None
    label: CandidateLabel | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.precomputed is None) == (self.knowledge_base is None):
            raise ValueError("name either precomputed (with its dataset) or knowledgeBase")
        if self.precomputed is not None and self.dataset is None:
            raise ValueError("precomputed outputs of a further candidate need their own dataset")
        return self

    @property
    def subject(self) -> str:
        return self.precomputed or (self.knowledge_base.subject if self.knowledge_base else "")

    @property
    def name(self) -> str:
        return self.label or self.subject


class RagEvaluation(Evaluation):
    """Either `responses` (precomputed outputs) or `knowledgeBase` (asked while the job runs).

    Each of them may be a list: the first is the subject, the others are `candidates`.
    shard_size: how many turns a job judges at most; a conversation is never cut.
    """

    dataset: DatasetPlace
    responses: RagResponses | None = None
    knowledge_base: Retrieval | None = None
    judge: Annotated[str, StringConstraints(min_length=1, max_length=2048)]
    metrics: tuple[AskedMetric, ...] = ()
    custom_metrics: tuple[RagCustomMetric, ...] = ()
    allow_long_prompts: bool = False
    cluster_field: str | None = None
    low_score_below: Annotated[float, Field(gt=0, le=1)] = 0.5
    deadline_hours: Annotated[int, Field(ge=1, le=168)] = 24
    candidates: Annotated[tuple[RagCandidate, ...], Field(max_length=9)] = ()
    repeats: Annotated[int, Field(ge=1, le=10)] = 1
    shard_size: Annotated[int, Field(ge=1, le=MAX_RECORDS)] = MAX_RECORDS

    @model_validator(mode="before")
    @classmethod
    def _lists_of_sources(cls, given: Any) -> Any:
        _refuse_names_of_the_api(given)
        if not isinstance(given, Mapping):
            return given
        fields = dict(first_and_others(given))
        if "knowledgeBases" in fields and "knowledgeBase" not in fields:
            fields["knowledgeBase"] = fields.pop("knowledgeBases")
        several = fields.get("knowledgeBase")
        if isinstance(several, list | tuple) and several and "candidates" not in fields:
            first, *others = several
            fields |= {"knowledgeBase": first, "candidates": [_asking(one) for one in others]}
        return fields

    @field_validator("custom_metrics", mode="before")
    @classmethod
    def _one_or_a_list(cls, given: Any) -> Any:
        return [given] if isinstance(given, Mapping) else given

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.responses is None) == (self.knowledge_base is None):
            raise ValueError(_EITHER)
        if not self.metrics and not self.custom_metrics:
            raise ValueError("no metric: name at least one in metrics or customMetrics")
        if len(self.custom_metrics) > MAX_CUSTOM_METRICS:
            raise ValueError(f"customMetrics: Bedrock takes at most {MAX_CUSTOM_METRICS}")
        refuse_twice(entry.name for entry in self.metrics)
        refuse_twice(metric.name for metric in self.custom_metrics)
        refuse_twice([self.subject, *(one.name for one in self.candidates)])
        return self

    @property
    def precomputed(self) -> str | None:
        return self.responses.precomputed if self.responses else None

    @property
    def subject(self) -> str:
        return self.precomputed or (self.knowledge_base.subject if self.knowledge_base else "")

    def sides(self) -> list[tuple[str | None, RagEvaluation]]:
        """The evaluation once per candidate: the subject's own (no label), and the others'."""
        return [(None, self), *((one.name, self._of(one)) for one in self.candidates)]

    def _of(self, candidate: RagCandidate) -> RagEvaluation:
        precomputed = candidate.precomputed
        return self.model_copy(
            update={
                "responses": RagResponses(precomputed=precomputed) if precomputed else None,
                "knowledge_base": candidate.knowledge_base,
                "dataset": candidate.dataset or self.dataset,
            }
        )


def _asking(knowledge_base: Any) -> Any:
    """A further knowledge base as a candidate: its label stands beside it."""
    if not isinstance(knowledge_base, Mapping):
        return {"knowledgeBase": knowledge_base}
    inner = {name: value for name, value in knowledge_base.items() if name != "label"}
    label = {"label": knowledge_base["label"]} if "label" in knowledge_base else {}
    return {"knowledgeBase": inner, **label}
