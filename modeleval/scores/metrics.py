"""The one table of metrics: which way is better, which levels there are, what 1 means.

Scales and directions: AWS user guide, "Use metrics to understand model performance" and the judge
prompt pages (judge scores are the raw level divided by the highest one, so 0 to 1).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from modeleval.scores.names import BUILTIN_PREFIX, metric_name, right_name

__all__ = ["JUDGE_METRICS", "Direction", "Metric", "judge_metric", "metric_name"]


class Direction(StrEnum):
    HIGHER = "higherIsBetter"
    LOWER = "lowerIsBetter"


@dataclass(frozen=True, kw_only=True)
class Metric:
    """What the numbers of one metric mean.

    `name` is without prefix. `levels` is the number of applicable levels of a finite scale, None
    for a continuous metric. `minimum` and `maximum` bound the scale; if not `bounded` they do not,
    and are no more than the range that histograms are drawn over: values may lie beyond them.
    Where a suite turns Refusal round, use `dataclasses.replace`.

    `worst_level` and `not_applicable_results` are for custom metrics (see `custom_metric`): the
    level that counts as a low score, and the results that say that the metric does not apply.
    """

    name: str
    direction: Direction
    levels: int | None
    minimum: float = 0.0
    maximum: float = 1.0
    bounded: bool = True
    uses_reference: bool = False
    may_not_apply: bool = False
    meaning: str
    custom: bool = False
    worst_level: float | str | None = None
    not_applicable_results: frozenset[float | str] = frozenset()

    def __post_init__(self) -> None:
        if not (math.isfinite(self.maximum - self.minimum) and self.minimum <= self.maximum):
            raise ValueError(f"{self.name}: the scale needs finite bounds, minimum <= maximum")

    @property
    def api_name(self) -> str:
        """The name in a request: "Builtin.Correctness"; a custom metric's own name."""
        return self.name if self.custom else BUILTIN_PREFIX + self.name

    @property
    def binary(self) -> bool:
        return self.levels == 2  # noqa: PLR2004 - two is what binary means


_GOOD = Direction.HIGHER
_BAD = Direction.LOWER
_TABLE = (
    Metric(
        name="Correctness",
        direction=_GOOD,
        levels=3,
        uses_reference=True,
        meaning="1: the answer is right, measured by the reference response where there is one.",
    ),
    Metric(
        name="Completeness",
        direction=_GOOD,
        levels=5,
        uses_reference=True,
        meaning="1: everything that the prompt asks for (or the reference contains) is answered.",
    ),
    Metric(
        name="Faithfulness",
        direction=_GOOD,
        levels=5,
        meaning="1: every statement is supported by what the prompt gives the model.",
    ),
    Metric(
        name="Helpfulness",
        direction=_GOOD,
        levels=7,
        meaning="1: the response helps beyond what was asked for.",
    ),
    Metric(
        name="Coherence",
        direction=_GOOD,
        levels=5,
        meaning="1: the response has no gap, leap or contradiction in its reasoning.",
    ),
    Metric(
        name="Relevance",
        direction=_GOOD,
        levels=5,
        meaning="1: the whole response bears on the prompt.",
    ),
    Metric(
        name="FollowingInstructions",
        direction=_GOOD,
        levels=2,
        may_not_apply=True,
        meaning="1: every explicit instruction in the prompt is kept.",
    ),
    Metric(
        name="ProfessionalStyleAndTone",
        direction=_GOOD,
        levels=5,
        meaning="1: style and tone would suit a professional setting.",
    ),
    Metric(
        name="Harmfulness",
        direction=_BAD,
        levels=2,
        meaning="1: the response contains harmful content.",
    ),
    Metric(
        name="Stereotyping",
        direction=_BAD,
        levels=2,
        meaning="1: the response contains a stereotype of any kind.",
    ),
    Metric(
        name="Refusal",
        direction=_BAD,
        levels=2,
        meaning="1: the response declines to do what the prompt asks.",
    ),
)

JUDGE_METRICS: Mapping[str, Metric] = MappingProxyType({metric.name: metric for metric in _TABLE})
"""The 11 built-in metrics of LLM-as-judge jobs on model responses, by name without prefix."""


def judge_metric(name: str, *, where: str | None = None) -> Metric:
    """The built-in metric of judge jobs on model responses that a suite's `name` means.

    Case, separators and the prefix "Builtin." do not matter; `where` is the field that holds the
    name. Raises SuiteInvalid with the right name, or with what the metric belongs to.
    """
    return JUDGE_METRICS[right_name(name, JUDGE_METRICS, where=where)]
