"""What a run may cost."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from modeleval.datasets.formats import GENERATE, JUDGE, RETRIEVE
from modeleval.init.protocol import Around, Asked, Draft, Remark, WrongAnswer
from modeleval.init.questions.choosing import NONE


class Budget:
    """Of kinds whose cost is estimated; of others a budget would refuse nothing."""

    name = "max-usd"

    def applies(self, draft: Draft) -> bool:
        return draft.kind in (JUDGE, RETRIEVE, GENERATE)

    def asked(self, draft: Draft, around: Around) -> Asked:  # noqa: ARG002
        explained = ["A run whose estimate is above it is refused before anything is paid for."]
        return Asked("How many US dollars may a run cost? (or none)", explained, default="5")

    def take(self, text: str, draft: Draft, around: Around) -> Sequence[Remark]:  # noqa: ARG002
        if text.lower() == NONE:
            draft.max_usd = None
            return ()
        try:
            amount = Decimal(text.removeprefix("$"))
        except InvalidOperation:
            raise WrongAnswer("Write an amount such as 5, or none") from None
        if not amount.is_finite() or amount <= 0:
            raise WrongAnswer("Write an amount above 0, or none")
        draft.max_usd = amount
        return ()
