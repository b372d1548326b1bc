"""What people are asked to rate, and what their answers mean as numbers.

Rating methods: AWS user guide, "Create a model evaluation job that uses human workers"; the service
model's HumanEvaluationCustomMetric has the names and limits.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import StringConstraints, field_validator, model_validator

from modeleval.documents import Document, closest
from modeleval.scores.metrics import Direction, Metric
from modeleval.scores.names import BUILTIN_PREFIX

MAX_HUMAN_METRICS = 10
LIKERT_POINTS = 5


class RatingMethod(StrEnum):
    """The values of `ratingMethod`, as the service writes them."""

    THUMBS = "ThumbsUpDown"
    LIKERT = "IndividualLikertScale"
    COMPARED_LIKERT = "ComparisonLikertScale"
    CHOICE = "ComparisonChoice"
    RANK = "ComparisonRank"

    @property
    def compares(self) -> bool:
        """Whether an answer is about two responses, one beside the other."""
        return self not in (RatingMethod.THUMBS, RatingMethod.LIKERT)

    @property
    def of_pair(self) -> bool:
        """Whether the score is the subject's alone: how much it was preferred to the other."""
        return self in (RatingMethod.COMPARED_LIKERT, RatingMethod.CHOICE)

    @property
    def ordinal(self) -> bool:
        """Whether answers have an order; else they are equal or not."""
        return self in (RatingMethod.LIKERT, RatingMethod.COMPARED_LIKERT, RatingMethod.RANK)


class _Scale(NamedTuple):
    direction: Direction
    minimum: float
    maximum: float
    meaning: str


_SCALES = {
    RatingMethod.THUMBS: _Scale(
        Direction.HIGHER, 0, 1, "The share of people whose thumb is up: 1 is all of them."
    ),
    RatingMethod.LIKERT: _Scale(
        Direction.HIGHER, 1, LIKERT_POINTS, "The mean of people's points, 1 to 5."
    ),
    RatingMethod.COMPARED_LIKERT: _Scale(
        Direction.HIGHER, 0, 1, "How far the subject is preferred: 0.5 is no preference."
    ),
    RatingMethod.CHOICE: _Scale(
        Direction.HIGHER, 0, 1, "The share of people who chose the subject's response."
    ),
    RatingMethod.RANK: _Scale(Direction.LOWER, 1, 2, "The mean rank: 1 is the first place."),
}


class HumanMetric(Document):
    """A metric that people rate. `direction` is modeleval's own."""

    name: Annotated[str, StringConstraints(pattern=r"^[0-9a-zA-Z._-]{1,63}$")]
    description: Annotated[str, StringConstraints(min_length=1, max_length=63)] | None = None
    rating_method: RatingMethod
    direction: Direction | None = None

    @field_validator("name")
    @classmethod
    def _not_a_built_in(cls, name: str) -> str:
        if name.lower().startswith(BUILTIN_PREFIX.lower()):
            raise ValueError(f"names that begin with {BUILTIN_PREFIX} are Bedrock's own")
        return name

    @field_validator("description")
    @classmethod
    def _one_line(cls, description: str | None) -> str | None:
        if description is not None and len(description.splitlines()) > 1:
            raise ValueError("a description is one line; explain it in instructions")
        return description

    @field_validator("rating_method", mode="before")
    @classmethod
    def _known_method(cls, given: object) -> object:
        names = [str(one) for one in RatingMethod]
        if isinstance(given, str) and given not in names:
            near = closest(given, names)
            raise ValueError(f"did you mean {near}?" if near else f"one of {', '.join(names)}")
        return given

    @model_validator(mode="after")
    def _direction_where_one_may_choose(self) -> HumanMetric:
        if self.direction is not None and self.rating_method.compares:
            raise ValueError(
                f"direction: {self.rating_method} asks which response is better, so it has none to "
                "choose; leave it out"
            )
        return self

    @property
    def metric(self) -> Metric:
        scale = _SCALES[self.rating_method]
        return Metric(
            name=self.name,
            direction=self.direction or scale.direction,
            # The mean over people can lie between the levels.
            levels=None,
            minimum=scale.minimum,
            maximum=scale.maximum,
            meaning=self.description or scale.meaning,
        )

    def to_api(self) -> dict[str, str]:
        """The metric as CreateEvaluationJob takes it, without what is ours."""
        asked = {"name": self.name, "ratingMethod": str(self.rating_method)}
        return asked | ({"description": self.description} if self.description else {})
