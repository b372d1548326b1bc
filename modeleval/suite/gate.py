"""What a run is compared with, and the rules that its scores must keep."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal

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


_DAYS_TO_ANSWER = 7


class Action(StrEnum):
    """What follows from a verdict, for the model package version that a run evaluated."""

    APPROVE = "approve"
    REJECT = "reject"
    LEAVE = "leave"
    ASK = "ask"
    """A person decides, until a deadline; nobody's answer is *leave*."""


class Gate(Document):
    """All rules must pass. Below `min_scored_share` of the records a metric decides nothing.

    Only a gate that passed approves: what failed, or could not be decided, needs a person's word.
    `answer_within_days`: how long a person is waited for; a week by default.
    """

    min_scored_share: Share = 0.95
    rules: Annotated[tuple[Rule, ...], Field(min_length=1, max_length=100)]
    on_pass: Literal["approve", "reject", "leave"] = "leave"  # noqa: S105 - no secret
    on_fail: Literal["reject", "leave"] = "leave"
    on_inconclusive: Literal["reject", "leave", "ask"] = "leave"
    answer_within_days: Annotated[int, Field(ge=1, le=90)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _only_what_passed_approves(cls, document: Any) -> Any:
        for field in ("onFail", "onInconclusive"):
            if isinstance(document, Mapping) and document.get(field) == Action.APPROVE:
                raise ValueError(
                    f"{field}: only a gate that passed approves a model; write reject or leave, "
                    "or onInconclusive: ask, and a person decides"
                )
        return document

    @model_validator(mode="after")
    def _days_of_whom(self) -> Gate:
        asks = Action(self.on_inconclusive) is Action.ASK
        if self.answer_within_days is not None and not asks:
            raise ValueError("answerWithinDays goes with onInconclusive: ask")
        return self

    @property
    def days_to_answer(self) -> int:
        return self.answer_within_days or _DAYS_TO_ANSWER

    def action(self, verdict: str) -> Action:
        """What the suite wants done after a verdict; leave for one that it does not know."""
        wanted = {
            "passed": self.on_pass,
            "failed": self.on_fail,
            "inconclusive": self.on_inconclusive,
        }
        return Action(wanted.get(verdict, Action.LEAVE))
