"""Which model judges: listed, and not recommended."""

from __future__ import annotations

from collections.abc import Sequence

from modeleval.bedrock.model_ids import parse_model_id
from modeleval.init.protocol import Around, Asked, Choice, Draft, Remark, WrongAnswer
from modeleval.init.questions.choosing import chosen
from modeleval.init.strength import looks_weaker
from modeleval.init.tasks import JUDGED


class Judge:
    """One of the settings' judges; without a stack, any model that may judge."""

    name = "judge"

    def applies(self, draft: Draft) -> bool:
        return draft.kind in JUDGED

    def asked(self, draft: Draft, around: Around) -> Asked:  # noqa: ARG002
        explained = [
            (
                "In no order of merit. A judge should be no weaker than what it judges, and scores "
                "of different judges cannot be compared."
            )
        ]
        return Asked("Which model is to judge?", explained, self._choices(around))

    def take(self, text: str, draft: Draft, around: Around) -> Sequence[Remark]:
        choices = self._choices(around)
        answer = chosen(text, choices) if choices else text
        found = parse_model_id(answer)
        if found is None or not found.may_judge:
            raise WrongAnswer(
                "Bedrock takes no such judge; write a foundation model's id or an inference "
                "profile's, such as amazon.nova-pro-v1:0"
            )
        draft.judge = answer
        prices = around.settings.prices if around.settings else {}
        why = looks_weaker(answer, draft.judged, prices) if draft.judged else None
        if why is None:
            return ()
        return (
            f"Warning: the judge looks weaker than {draft.judged} ({why}): scores may mislead.",
        )

    @staticmethod
    def _choices(around: Around) -> list[Choice]:
        judges = around.settings.judge_models if around.settings else ()
        return [Choice(one, "") for one in judges]
