"""Bedrock's model evaluation dataset whose responses a model gives while the job runs.

    {"prompt": "…", "referenceResponse": "…", "category": "…"}

The format of precomputed responses without `modelResponses`; those of another model that a line may
carry are not passed on.
"""

from __future__ import annotations

import msgspec

from modeleval.datasets import model_responses
from modeleval.datasets.answers import Answer
from modeleval.datasets.fields import Fields
from modeleval.datasets.findings import Place
from modeleval.datasets.judge_format import JudgeFormat

_NOBODYS = Answer(text="", unscored=None, thinking_stripped=False)


class LiveLine(msgspec.Struct, rename="camel", kw_only=True, gc=False):
    """The fields of the format, in the order in which they are written."""

    prompt: str
    reference_response: str | msgspec.UnsetType = msgspec.UNSET
    category: str | msgspec.UnsetType = msgspec.UNSET


class LiveFormat(JudgeFormat):
    """Reads the lines as `JudgeFormat` does, and expects no responses."""

    @property
    def identifier(self) -> None:
        return None

    def _answer(self, fields: Fields, place: Place) -> Answer:
        if model_responses.FIELD in fields:
            place.warn(
                "unusedResponses",
                f"The record has {model_responses.FIELD}, and the suite asks a model for responses",
                "They are not used; bedrock-judge judges them, with responses.precomputed",
            )
        return _NOBODYS

    def _encode(
        self, prompt: str, reference: str | None, category: str | None, response: str
    ) -> bytes:
        del response  # there is none yet
        line = LiveLine(
            prompt=prompt,
            reference_response=msgspec.UNSET if reference is None else reference,
            category=msgspec.UNSET if category is None else category,
        )
        return msgspec.json.encode(line)
