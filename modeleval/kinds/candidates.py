"""Evaluations of responses: whose they are, and whose are looked at beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator

from modeleval.kinds.judge_responses import Candidate, Responses, first_and_others
from modeleval.kinds.protocol import Evaluation


class ResponsesEvaluation(Evaluation):
    """An evaluation of the responses to a dataset.

    candidates: responses that are looked at beside; `responses: [a, b]` means the same.
    """

    dataset: Annotated[str, StringConstraints(min_length=1, max_length=1024)]
    responses: Responses
    candidates: Annotated[tuple[Candidate, ...], Field(max_length=9)] = ()
    keep_thinking: bool = False
    cluster_field: str | None = None
    key_field: Annotated[str, StringConstraints(min_length=1)] | None = None
    low_score_below: Annotated[float, Field(gt=0, le=1)] = 0.5

    @model_validator(mode="before")
    @classmethod
    def _a_list_of_responses(cls, given: Any) -> Any:
        return first_and_others(given)

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        refuse_twice([self.responses.subject, *(one.name for one in self.candidates)])
        return self

    def sides(self) -> list[tuple[str | None, Self]]:
        """The evaluation once per candidate: the subject's own (no label), and the others'."""
        others = [
            (
                one.name,
                self.model_copy(update={"responses": one, "dataset": one.dataset or self.dataset}),
            )
            for one in self.candidates
        ]
        return [(None, self), *others]


def refuse_twice(names: Sequence[str]) -> None:
    """Raises ValueError with the names that come more than once."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} is named more than once; name it once")
