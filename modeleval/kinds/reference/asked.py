"""The metrics as a suite asks for them: a name, or a name with options."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from modeleval.digests import text_digest
from modeleval.documents import Document
from modeleval.kinds.precomputed.document import PublishedName
from modeleval.kinds.reference.table import (
    OFFERED,
    ROUGE_NAMES,
    Offered,
    offered_name,
    rouge_type,
)

_NEEDS_VALUE = ("floor", "add-k")


class ReferenceMetric(Document):
    """A metric of a `reference-metrics` evaluation.

    label: under which it is published, where one metric is asked for in two ways. threshold: both
    sides are numbers, and those from it on are the class `1`, others `0`. positive_label: the class
    that precision, recall and F1 are of. smoothing: of n-grams that never match, as sacrebleu names
    it. stemmer: Porter's, for English.
    """

    name: str
    label: PublishedName | None = None
    average: Literal["micro", "macro", "weighted", "binary"] | None = None
    threshold: Annotated[float, Field(allow_inf_nan=False)] | None = None
    positive_label: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    max_order: Annotated[int, Field(ge=1, le=9)] | None = None
    smoothing: Literal["none", "floor", "add-k", "exp"] | None = None
    smoothing_value: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    tokenizer: Literal["13a", "intl", "char", "zh", "none"] | None = None
    lowercase: bool | None = None
    char_order: Annotated[int, Field(ge=1, le=12)] | None = None
    word_order: Annotated[int, Field(ge=0, le=4)] | None = None
    beta: Annotated[int, Field(ge=1, le=10)] | None = None
    types: (
        Annotated[tuple[Literal["rouge1", "rouge2", "rougeL"], ...], Field(min_length=1)] | None
    ) = None
    stemmer: bool | None = None

    @model_validator(mode="before")
    @classmethod
    def _a_name_will_do(cls, given: Any) -> Any:
        fields = {"name": given} if isinstance(given, str) else given
        name = fields.get("name") if isinstance(fields, Mapping) else None
        kind = rouge_type(name) if isinstance(name, str) else None
        if kind and "types" not in fields:
            return {**fields, "name": "ROUGE", "types": [kind]}
        return fields

    @field_validator("name")
    @classmethod
    def _known(cls, name: str) -> str:
        return offered_name(name)

    @field_validator("types")
    @classmethod
    def _each_once(cls, types: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return tuple(dict.fromkeys(types)) if types else types

    @model_validator(mode="after")
    def _own_options(self) -> ReferenceMetric:
        given = self.to_document().keys() - {"name", "label"}
        for option in sorted(given - self.offered.options.keys()):
            owners = [name for name, one in OFFERED.items() if option in one.options]
            raise ValueError(f"{option} is an option of {', '.join(owners)}, not of {self.name}")
        if self.smoothing_value is not None and self.smoothing not in _NEEDS_VALUE:
            raise ValueError("smoothingValue goes with smoothing: floor or smoothing: add-k")
        if self.label is not None and len(self.options.get("types", ())) > 1:
            raise ValueError("label goes with one of the types; write one entry per type")
        self._check_average()
        return self

    def _check_average(self) -> None:
        if self.threshold is not None and self.positive_label is not None:
            raise ValueError("with threshold the positive class is 1; leave positiveLabel out")
        two_classes = self.threshold is not None or self.positive_label is not None
        if self.average == "binary" and not two_classes:
            raise ValueError("average: binary needs positiveLabel or threshold")
        if self.positive_label is not None and self.average not in (None, "binary"):
            raise ValueError("positiveLabel goes with average: binary")

    @property
    def offered(self) -> Offered:
        return OFFERED[self.name]

    @property
    def published(self) -> tuple[str, ...]:
        """The names among the scores: of ROUGE one per type."""
        if self.label is not None:
            return (self.label,)
        if self.name == "ROUGE":
            return tuple(ROUGE_NAMES[one] for one in self.options["types"])
        return (self.name,)

    @property
    def options(self) -> dict[str, Any]:
        """Every option of the metric, defaults filled in: camelCase."""
        given = self.to_document()
        options = {name: given.get(name, value) for name, value in self.offered.options.items()}
        if "average" in options and self.average is None:
            binary = self.threshold is not None or self.positive_label is not None
            options["average"] = "binary" if binary else "macro"
        return options

    @property
    def definition(self) -> str:
        """What two scores must share to be compared: metric, options, and the library's version."""
        options = json.dumps(self.options, sort_keys=True)
        return text_digest("reference", self.name, options, self.offered.library)


def published_of(metrics: tuple[ReferenceMetric, ...]) -> Iterator[tuple[str, ReferenceMetric]]:
    """Every published name with the metric that it comes from."""
    return ((name, metric) for metric in metrics for name in metric.published)
