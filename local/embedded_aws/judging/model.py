"""A real model as the judge, behind any OpenAI-compatible endpoint."""

from __future__ import annotations

from embedded_aws.judging import Question, Verdict
from embedded_aws.judging.answers import Unusable, understood
from embedded_aws.judging.chat import Chat
from embedded_aws.judging.prompts import messages


class ModelJudge:
    """Judges by asking; each explanation says which model answered."""

    at_once = 4

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._signature = f"Judged by {chat.model} at {chat.host}: "

    def judge(self, question: Question) -> Verdict:
        """The model's level; no score at all where its reply cannot be used."""
        reply = self._chat.complete(messages(question))
        try:
            level, explanation = understood(reply, question.scale)
        except Unusable as problem:
            return Verdict(None, f"{self._signature}no usable answer: {problem}.", unscored=True)
        return Verdict(level, f"{self._signature}{explanation or 'no explanation given.'}")
