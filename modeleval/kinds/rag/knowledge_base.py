"""The knowledge base that a RAG evaluation asks while its job runs.

Limits: botocore's service model of `bedrock`, shapes KnowledgeBaseVectorSearchConfiguration,
VectorSearchBedrockRerankingConfiguration, TextInferenceConfig and TextPromptTemplate.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from modeleval.bedrock.model_ids import ModelKind, parse_model_id
from modeleval.documents import Document
from modeleval.kinds.rag.retrieval_filter import check_filter

USUAL_RESULTS = 5
"""How many passages a knowledge base gives if nobody says."""

_RESULTS_HERE = "$search_results$"
_Count = Annotated[int, Field(ge=1, le=100)]
_ModelName = Annotated[str, StringConstraints(min_length=1, max_length=2048)]


class KbInference(Document):
    """How the model answers from the passages."""

    temperature: Annotated[float, Field(ge=0, le=1)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    max_tokens: Annotated[int, Field(ge=1, le=65536)] | None = None
    stop_sequences: Annotated[
        tuple[Annotated[str, StringConstraints(min_length=1, max_length=1000)], ...],
        Field(max_length=4),
    ] = ()

    def to_api(self) -> dict[str, Any]:
        """As CreateEvaluationJob has it: what was given."""
        given = self.model_dump(by_alias=True, exclude_none=True, mode="json")
        return {name: value for name, value in given.items() if value != []}


class Reranking(Document):
    """A model that puts the passages into another order, and may leave the last ones out."""

    model: _ModelName
    number_of_results: _Count | None = None

    @field_validator("model")
    @classmethod
    def _a_foundation_model(cls, model: str) -> str:
        found = parse_model_id(model)
        if found is None or found.kind is not ModelKind.FOUNDATION:
            raise ValueError("a reranker is a foundation model, such as amazon.rerank-v1:0")
        return model


class Retrieval(Document):
    """A knowledge base, and what it is asked for."""

    id: Annotated[str, StringConstraints(pattern=r"^[0-9a-zA-Z]{1,10}$")]
    number_of_results: _Count | None = None
    search_type: Literal["HYBRID", "SEMANTIC"] | None = None
    filter: dict[str, Any] | None = None
    reranking: Reranking | None = None

    @model_validator(mode="before")
    @classmethod
    def _asks_no_model(cls, given: Any) -> Any:
        if cls is Retrieval and isinstance(given, Mapping) and "model" in given:
            raise ValueError(
                "retrieval alone asks no model; leave it out, or judge answers (kind "
                "bedrock-rag-generate)"
            )
        return given

    @field_validator("filter")
    @classmethod
    def _a_filter(cls, given: dict[str, Any] | None) -> dict[str, Any] | None:
        if given is not None:
            check_filter(given)
        return given

    @model_validator(mode="after")
    def _reranks_what_there_is(self) -> Retrieval:
        wanted = self.reranking.number_of_results if self.reranking else None
        if wanted is not None and wanted > (self.number_of_results or USUAL_RESULTS):
            raise ValueError(
                f"reranking.numberOfResults: {wanted} are more than the "
                f"{self.number_of_results or USUAL_RESULTS} passages of numberOfResults"
            )
        return self

    @property
    def subject(self) -> str:
        return self.id

    @property
    def passages(self) -> int:
        """How many a query gives at most."""
        reranked = self.reranking.number_of_results if self.reranking else None
        return reranked or self.number_of_results or USUAL_RESULTS

    def search(self) -> dict[str, Any]:
        """The vector search configuration without the reranker: what was given."""
        found = {
            "numberOfResults": self.number_of_results,
            "overrideSearchType": self.search_type,
            "filter": self.filter,
        }
        return {name: value for name, value in found.items() if value is not None}


class Generation(Retrieval):
    """A knowledge base, and the model that answers from its passages."""

    model: _ModelName
    prompt_template: Annotated[str, StringConstraints(min_length=1, max_length=100_000)] | None = (
        None
    )
    inference_params: KbInference = Field(default_factory=KbInference)

    @field_validator("model")
    @classmethod
    def _known_form(cls, model: str) -> str:
        if parse_model_id(model) is None:
            raise ValueError(
                "not a model that a knowledge base answers with: a foundation model's id, an "
                "inference profile's id or ARN, or the ARN of another model of the account"
            )
        return model

    @model_validator(mode="after")
    def _results_in_the_template(self) -> Generation:
        if self.prompt_template is not None and _RESULTS_HERE not in self.prompt_template:
            raise ValueError(
                f"promptTemplate: {_RESULTS_HERE} must stand where the passages are to be put"
            )
        return self

    @property
    def subject(self) -> str:
        return f"{self.id}/{self.model}"
