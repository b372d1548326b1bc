"""The metrics of RAG evaluations: built-in and custom, of retrieval or of generated answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from pydantic import field_validator

from modeleval.errors import SuiteInvalid
from modeleval.kinds.custom_metrics import CustomMetric, check_variables
from modeleval.kinds.judge_metrics import AskedMetric
from modeleval.scores.metrics import Metric
from modeleval.scores.rag_metrics import (
    GENERATE_METRICS,
    RETRIEVE_METRICS,
    generate_metric,
    retrieve_metric,
)

_REFERENCE = re.compile(r"\{\{(?:ground_truth|reference_contexts)\}\}")
_OF_RETRIEVAL = ("prompt", "context", "ground_truth", "reference_contexts")
_OF_ANSWERS = ("prompt", "prediction", "context", "ground_truth", "reference_contexts")
_BUILT_IN = frozenset(name.lower() for name in (*RETRIEVE_METRICS, *GENERATE_METRICS))


def _right(name: str, find: Callable[[str], Metric]) -> str:
    try:
        return find(name).name
    except SuiteInvalid as error:
        raise ValueError(str(error)) from None


class RetrieveMetric(AskedMetric):
    """A built-in metric of retrieval."""

    @field_validator("name")
    @classmethod
    def _known(cls, name: str) -> str:
        return _right(name, retrieve_metric)


class GenerateMetric(AskedMetric):
    """A built-in metric of generated answers."""

    @field_validator("name")
    @classmethod
    def _known(cls, name: str) -> str:
        return _right(name, generate_metric)


class RagCustomMetric(CustomMetric):
    """A custom metric of generated answers; `{{context}}` are the passages."""

    @field_validator("name")
    @classmethod
    def _not_of_rag(cls, name: str) -> str:
        if name.lower() in _BUILT_IN:
            raise ValueError("a built-in metric has this name; choose another")
        return name

    @field_validator("instructions")
    @classmethod
    def _variables(cls, instructions: str) -> str:
        check_variables(instructions, _OF_ANSWERS, ("prompt", "prediction", "context"))
        return instructions

    @property
    def uses_reference(self) -> bool:
        return _REFERENCE.search(self.instructions) is not None


class RetrieveCustomMetric(RagCustomMetric):
    """A custom metric of retrieval: there is no `{{prediction}}`."""

    @field_validator("instructions")
    @classmethod
    def _variables(cls, instructions: str) -> str:
        check_variables(instructions, _OF_RETRIEVAL, ("prompt", "context"))
        return instructions


def refuse_twice(names: Iterable[str]) -> None:
    """Raise ValueError if a name comes twice."""
    listed = list(names)
    twice = sorted({name for name in listed if listed.count(name) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} is named more than once; name it once")
