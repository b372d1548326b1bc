"""What a suite says of a scorer function and its metrics."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from modeleval.digests import text_digest
from modeleval.documents import Document
from modeleval.kinds.candidates import refuse_twice
from modeleval.kinds.precomputed.document import PrecomputedEvaluation, PublishedName
from modeleval.scores.metrics import Direction, Metric
from modeleval.settings import is_function_arn

REWARD = "aggregate_reward_score"
"""What every reply has, beside the metrics of its `metrics_list`."""

Number = Annotated[float, Field(allow_inf_nan=False)]


class ScoredMetric(Document):
    """A number that the function gives each record: its scale, and which way is better.

    levels: how many values there are on the scale, if they are few (2 for yes and no).
    """

    name: PublishedName
    minimum: Number = 0.0
    maximum: Number = 1.0
    levels: Annotated[int, Field(ge=2, le=11)] | None = None
    direction: Direction = Direction.HIGHER

    @model_validator(mode="before")
    @classmethod
    def _a_name_will_do(cls, given: Any) -> Any:
        return {"name": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _a_scale(self) -> ScoredMetric:
        if self.minimum >= self.maximum:
            raise ValueError("minimum must be below maximum: they are the ends of the scale")
        return self

    @property
    def metric(self) -> Metric:
        return Metric(
            name=self.name,
            direction=self.direction,
            levels=self.levels,
            minimum=self.minimum,
            maximum=self.maximum,
            meaning="",
        )


class FunctionEvaluation(PrecomputedEvaluation):
    """A `lambda-scorer` entry of a suite.

    function: the ARN of one of the settings' lambdaScorerArns. batch_size: how many records one
    invocation is given.
    """

    kind: Literal["lambda-scorer"]
    function: str
    metrics: Annotated[tuple[ScoredMetric, ...], Field(max_length=30)] = (
        ScoredMetric.model_validate(REWARD),
    )
    batch_size: Annotated[int, Field(ge=1, le=500)] = 25
    deadline_hours: Annotated[int, Field(ge=1, le=168)] = 24

    @field_validator("function")
    @classmethod
    def _an_arn(cls, function: str) -> str:
        if not is_function_arn(function):
            raise ValueError(
                "name a Lambda function by its ARN, without version or alias, as "
                "lambdaScorerArns in the settings does"
            )
        return function

    @model_validator(mode="after")
    def _some_and_named_once(self) -> FunctionEvaluation:
        if not self.metrics:
            raise ValueError(f"no metric: leave metrics out for {REWARD}, or name at least one")
        refuse_twice([metric.name for metric in self.metrics])
        return self

    def definition(self, metric: str) -> str:
        """What two scores must share to be compared: function, metric and scale. What the
        function's code does is its owner's."""
        found = next(one.metric for one in self.metrics if one.name == metric)
        scale = f"{found.minimum!r} {found.maximum!r} {found.levels}"
        return text_digest("lambda", self.function, metric, found.direction.value, scale)
