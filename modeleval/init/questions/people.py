"""Which people: the human review workflow."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import TypeAdapter, ValidationError

from modeleval.datasets.formats import HUMAN
from modeleval.init.protocol import Around, Asked, Choice, Draft, Remark, WrongAnswer
from modeleval.init.questions.choosing import chosen
from modeleval.settings import FlowDefinitionArn

_arn = TypeAdapter[str](FlowDefinitionArn)


class FlowDefinition:
    """The ARN of a flow definition that the settings allow."""

    name = "flow-definition"

    def applies(self, draft: Draft) -> bool:
        return draft.kind == HUMAN

    def asked(self, draft: Draft, around: Around) -> Asked:  # noqa: ARG002
        explained = ["A human review workflow names the work team; docs/suites.md says more."]
        return Asked("Which workflow? (its ARN)", explained, self._choices(around))

    def take(self, text: str, draft: Draft, around: Around) -> Sequence[Remark]:
        choices = self._choices(around)
        answer = chosen(text, choices) if choices else text
        try:
            draft.flow_definition = _arn.validate_python(answer)
        except ValidationError:
            raise WrongAnswer(
                "Write arn:aws:sagemaker:<region>:<account>:flow-definition/<name>"
            ) from None
        return ()

    @staticmethod
    def _choices(around: Around) -> list[Choice]:
        arns = around.settings.flow_definition_arns if around.settings else ()
        return [Choice(one, "allowed by the settings") for one in arns]
