"""The knowledge base that a RAG evaluation asks while its job runs.

Limits: botocore's service model of `bedrock`, shapes KnowledgeBaseVectorSearchConfiguration,
RetrievalFilter, TextInferenceConfig and TextPromptTemplate.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from modeleval.bedrock.model_ids import parse_model_id
from modeleval.documents import Document, closest

USUAL_RESULTS = 5
"""How many passages a knowledge base gives if nobody says."""

_COMPARISONS = (
    "equals",
    "notEquals",
    "greaterThan",
    "greaterThanOrEquals",
    "lessThan",
    "lessThanOrEquals",
    "in",
    "notIn",
    "startsWith",
    "listContains",
    "stringContains",
)
_GROUPS = ("andAll", "orAll")
_LONGEST_KEY = 100
_DEEPEST = 10
_RESULTS_HERE = "$search_results$"


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
        given = self.model_dump(by_alias=True, exclude_none=True)
        if not self.stop_sequences:
            given.pop("stopSequences", None)
        return given | ({"stopSequences": [*self.stop_sequences]} if self.stop_sequences else {})


class Retrieval(Document):
    """A knowledge base, and what it is asked for."""

    id: Annotated[str, StringConstraints(pattern=r"^[0-9a-zA-Z]{1,10}$")]
    number_of_results: Annotated[int, Field(ge=1, le=100)] | None = None
    search_type: Literal["HYBRID", "SEMANTIC"] | None = None
    filter: dict[str, Any] | None = None

    @field_validator("filter")
    @classmethod
    def _a_filter(cls, given: dict[str, Any] | None) -> dict[str, Any] | None:
        if given is not None:
            _check_filter(given, _DEEPEST)
        return given

    @property
    def subject(self) -> str:
        return self.id

    @property
    def passages(self) -> int:
        """How many a query gives at most."""
        return self.number_of_results or USUAL_RESULTS

    def search(self) -> dict[str, Any]:
        """The vector search configuration: what was given."""
        found = {
            "numberOfResults": self.number_of_results,
            "overrideSearchType": self.search_type,
            "filter": self.filter,
        }
        return {name: value for name, value in found.items() if value is not None}


class Generation(Retrieval):
    """A knowledge base, and the model that answers from its passages."""

    model: Annotated[str, StringConstraints(min_length=1, max_length=2048)]
    prompt_template: Annotated[str, StringConstraints(min_length=1, max_length=100_000)] | None = (
        None
    )
    inference_params: KbInference = Field(default_factory=KbInference)

    @field_validator("model")
    @classmethod
    def _known_form(cls, model: str) -> str:
        if parse_model_id(model) is None:
            raise ValueError(
                "not a model that a knowledge base answers with: a foundation model's id, or the "
                "id or ARN of an inference profile"
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


def _check_filter(given: Mapping[str, Any], depth: int) -> None:
    """Raise ValueError unless it is one comparison, or two or more under andAll or orAll."""
    if depth == 0:
        raise ValueError("the filter is nested too deeply")
    if len(given) != 1:
        raise ValueError("a filter has exactly one operator, such as equals, andAll or orAll")
    [(operator, operand)] = given.items()
    if operator in _GROUPS:
        if not isinstance(operand, list) or len(operand) < 2:  # noqa: PLR2004 - the API's minimum
            raise ValueError(f"{operator} takes a list of at least two filters")
        for one in operand:
            if not isinstance(one, Mapping):
                raise ValueError(f"{operator} takes a list of filters")
            _check_filter(one, depth - 1)
    elif operator in _COMPARISONS:
        _check_comparison(operator, operand)
    else:
        near = closest(str(operator), [*_COMPARISONS, *_GROUPS])
        meant = f"; did you mean {near}?" if near else f"; one of {', '.join(_COMPARISONS)}"
        raise ValueError(f"no such operator{meant}")


def _check_comparison(operator: str, operand: object) -> None:
    if not isinstance(operand, Mapping) or set(operand) != {"key", "value"}:
        raise ValueError(f'{operator} takes {{"key": …, "value": …}}')
    key = operand["key"]
    if not isinstance(key, str) or not 0 < len(key) <= _LONGEST_KEY:
        raise ValueError(f"{operator}: a key is a text of 1 to {_LONGEST_KEY} characters")
    try:
        json.dumps(operand["value"], allow_nan=False)
    except (TypeError, ValueError):
        raise ValueError(f"{operator}: the value is not JSON: no dates, no NaN") from None
