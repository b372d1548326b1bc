"""Whose responses a judge evaluation judges: precomputed, or a model's that Bedrock asks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from modeleval.bedrock.model_ids import parse_model_id
from modeleval.documents import Document

SourceIdentifier = Annotated[
    str, StringConstraints(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9._-]{0,255}$", max_length=256)
]

CandidateLabel = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$")]
"""Under which a further candidate's scores are kept."""

_PARAMS_LIMIT = 1023
_BASELINES = ("base-model", "previous", "approved", "run", "none")
_TOKEN_LIMITS = ("maxTokens", "max_tokens", "max_new_tokens", "maxTokenCount", "max_gen_len")


class Responses(Document):
    """Either `precomputed` or `model`."""

    precomputed: SourceIdentifier | None = None
    model: Annotated[str, StringConstraints(min_length=1, max_length=2048)] | None = None
    inference_params: dict[str, Any] = Field(default_factory=dict)
    latency: Literal["standard", "optimized"] | None = None

    @field_validator("model")
    @classmethod
    def _known_form(cls, model: str | None) -> str | None:
        if model is not None and parse_model_id(model) is None:
            raise ValueError(
                "not an identifier that an evaluation job takes: a foundation model's id, an "
                "inference profile's id or ARN, or the ARN of an application inference profile, "
                "provisioned or imported model, prompt router or SageMaker endpoint; a custom "
                "model is named by its provisioned model's ARN"
            )
        return model

    @field_validator("inference_params")
    @classmethod
    def _json_only(cls, params: dict[str, Any]) -> dict[str, Any]:
        try:
            json.dumps(params, allow_nan=False)
        except (TypeError, ValueError, RecursionError):
            raise ValueError("not JSON, as the API takes them: no dates, no NaN") from None
        return params

    @model_validator(mode="after")
    def _one_source(self) -> Responses:
        if (self.precomputed is None) == (self.model is None):
            raise ValueError("name either precomputed or model")
        if self.model is None and (self.inference_params or self.latency):
            raise ValueError("inferenceParams and latency go with model, not with precomputed")
        if len(self.params_text) > _PARAMS_LIMIT:
            raise ValueError(f"inferenceParams: at most {_PARAMS_LIMIT} characters as JSON")
        return self

    @property
    def subject(self) -> str:
        return str(self.precomputed or self.model)

    @property
    def params_text(self) -> str:
        """The parameters as the API takes them: JSON in a text."""
        return json.dumps(self.inference_params, separators=(",", ":"), ensure_ascii=False)

    @property
    def max_tokens(self) -> int | None:
        """The limit on an answer, wherever the model's parameters keep it."""
        for params in (self.inference_params, *_nested(self.inference_params)):
            for name in _TOKEN_LIMITS:
                limit = params.get(name)
                if isinstance(limit, int) and limit > 0:
                    return limit
        return None


class Candidate(Responses):
    """Further responses that are judged on the same records, and compared with the first ones.

    dataset: where precomputed ones lie; live ones are asked for the evaluation's own prompts.
    label: under which their scores are kept; without it, what gave them.
    """

    dataset: Annotated[str, StringConstraints(min_length=1, max_length=1024)] | None = None
    label: CandidateLabel | None = None

    @model_validator(mode="after")
    def _own_dataset(self) -> Candidate:
        if self.precomputed is not None and self.dataset is None:
            raise ValueError("precomputed responses of a further candidate need their own dataset")
        return self

    @model_validator(mode="after")
    def _not_a_baselines_name(self) -> Candidate:
        refuse_baselines_name(self.name, field="label")
        return self

    @property
    def name(self) -> str:
        return self.label or self.subject


def refuse_baselines_name(name: str, *, field: str) -> None:
    """Raises ValueError for a candidate that would be told as a baseline is."""
    if name in _BASELINES:
        raise ValueError(
            f"{field}: {', '.join(_BASELINES)} are what baselines are called; choose another"
        )


def first_and_others(given: Any) -> Any:
    """An entry whose `responses` are a list, with the further ones as `candidates`."""
    responses = given.get("responses") if isinstance(given, Mapping) else None
    if isinstance(responses, list | tuple) and responses and "candidates" not in given:
        return {**given, "responses": responses[0], "candidates": [*responses[1:]]}
    return given


def _nested(params: dict[str, Any]) -> list[dict[str, Any]]:
    return [value for value in params.values() if isinstance(value, dict)]
