"""The fields that every evaluation of precomputed responses has."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import StringConstraints, model_validator

from modeleval.kinds.candidates import ResponsesEvaluation

PublishedName = Annotated[str, StringConstraints(pattern=r"^[0-9a-zA-Z._-]{1,63}$")]
"""What a metric may be called among the scores."""


class PrecomputedEvaluation(ResponsesEvaluation):
    """An evaluation of responses that a dataset carries."""

    @model_validator(mode="after")
    def _collected_before(self) -> Self:
        if any(one.model is not None for one in (self.responses, *self.candidates)):
            raise ValueError(
                "this kind asks no model; collect the responses first and write "
                "responses: {precomputed: <their modelIdentifier>}, or let bedrock-judge ask it"
            )
        return self
