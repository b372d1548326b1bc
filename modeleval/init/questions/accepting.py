"""Terms and licences: shown whole, and accepted in so many words."""

from __future__ import annotations

from collections.abc import Sequence

from modeleval.init.protocol import Around, Asked, Draft, Remark, WrongAnswer
from modeleval.kinds.registry import KINDS
from modeleval.suite.terms import EULA, TERMS

ACCEPTANCE = "I accept"


def _accepted(text: str) -> bool:
    if text.strip().lower() != ACCEPTANCE.lower():
        raise WrongAnswer(
            f'Write "{ACCEPTANCE}" if you do; without it no run starts. Ctrl-C ends, and leaves '
            "nothing behind"
        )
    return True


class Terms:
    """The terms of Amazon Bedrock Evaluations."""

    name = "accept-bedrock-terms"

    def applies(self, draft: Draft) -> bool:
        return draft.kind is not None and KINDS[draft.kind].bedrock_terms

    def asked(self, draft: Draft, around: Around) -> Asked:  # noqa: ARG002
        return Asked(f'Do you accept these terms? Write "{ACCEPTANCE}"', TERMS.splitlines())

    def take(self, text: str, draft: Draft, around: Around) -> Sequence[Remark]:  # noqa: ARG002
        draft.terms = _accepted(text)
        return ()


class Eula:
    """The licence of the base model."""

    name = "accept-eula"

    def applies(self, draft: Draft) -> bool:
        return draft.kind is not None and KINDS[draft.kind].eula

    def asked(self, draft: Draft, around: Around) -> Asked:  # noqa: ARG002
        return Asked(f'Do you accept the licence? Write "{ACCEPTANCE}"', EULA.splitlines())

    def take(self, text: str, draft: Draft, around: Around) -> Sequence[Remark]:  # noqa: ARG002
        draft.eula = _accepted(text)
        return ()
