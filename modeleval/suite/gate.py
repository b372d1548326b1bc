"""What a run is compared with, and the rules that its scores must keep."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from modeleval.documents import Document
from modeleval.kinds.protocol import EvaluationName

BASELINES = ("base-model", "previous", "approved", "none")

BaselineName = Annotated[
    str, StringConstraints(pattern=r"^(base-model|previous|approved|none|run:me[a-z2-7]{16})$")
]
"""`base-model`, `previous`, `approved`, `run:<id>`, `none`."""

Share = Annotated[float, Field(ge=0, le=1)]
Margin = Annotated[float, Field(ge=0, allow_inf_nan=False)]

_CONDITIONS = (
    "minimum",
    "maximum",
    "max_regression",
    "no_significant_regression",
    "max_low_scores",
    "min_scored_share",
)


class Rule(Document):
    """Conditions on one metric of an evaluation, or on all of them; in one category, or overall.

    margin: what `noSignificantRegression` may lose without being seen: without it, too few records
    would pass.
    """

    evaluation: EvaluationName
    metric: Annotated[str, StringConstraints(min_length=1, max_length=128)] | None = None
    category: Annotated[str, StringConstraints(min_length=1, max_length=256)] | None = None
    minimum: Annotated[float, Field(allow_inf_nan=False)] | None = None
    maximum: Annotated[float, Field(allow_inf_nan=False)] | None = None
    max_regression: Margin | None = None
    no_significant_regression: bool = False
    margin: Margin | None = None
    max_low_scores: Annotated[int, Field(ge=0)] | None = None
    min_scored_share: Share | None = None

    @model_validator(mode="after")
    def _a_condition(self) -> Rule:
        # `in (None, False)` would take a limit of 0 for none: 0 == False.
        asked = (getattr(self, name) for name in _CONDITIONS)
        if all(one is None or one is False for one in asked):
            raise ValueError(
                "a rule without a condition; write minimum, maximum, maxRegression, "
                "noSignificantRegression, maxLowScores or minScoredShare"
            )
        if self.no_significant_regression and not self.margin:
            raise ValueError(
                "noSignificantRegression needs a margin above 0: without one, too few records "
                "would pass"
            )
        if self.margin is not None and not self.no_significant_regression:
            raise ValueError(
                "margin goes with noSignificantRegression; maxRegression is one itself"
            )
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError("minimum is above maximum: nothing could pass")
        return self

    @property
    def margins(self) -> list[float]:
        """The margins of regression that the rule asks about."""
        return [one for one in (self.max_regression, self.margin) if one is not None]


class Gate(Document):
    """All rules must pass. Below `min_scored_share` of the records a metric decides nothing."""

    min_scored_share: Share = 0.95
    rules: Annotated[tuple[Rule, ...], Field(min_length=1, max_length=100)]
