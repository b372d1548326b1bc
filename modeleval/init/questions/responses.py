"""Whose responses are judged: collected ones, or those of something that is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from modeleval.bedrock.model_ids import parse_model_id
from modeleval.datasets.formats import FUNCTION, GENERATE, HUMAN, JUDGE, REFERENCE, RETRIEVE
from modeleval.errors import ModelevalError
from modeleval.init.looking import check
from modeleval.init.protocol import Around, Asked, Choice, Draft, Remark, WrongAnswer
from modeleval.init.questions.choosing import chosen, listed, without_placeholders

_COLLECTED = (JUDGE, HUMAN, REFERENCE, FUNCTION, RETRIEVE, GENERATE)
_RAG = (RETRIEVE, GENERATE)
_PAIR = 2
_IDENTIFIER = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,255}")
_KNOWLEDGE_BASE = re.compile(r"[0-9A-Z]{10}")


class Identifier:
    """The identifier that collected responses carry in the dataset."""

    name = "identifier"

    def applies(self, draft: Draft) -> bool:
        return draft.kind in _COLLECTED and not (draft.live and draft.kind not in _ONLY_COLLECTED)

    def asked(self, draft: Draft, around: Around) -> Asked:  # noqa: ARG002
        known = list(draft.look.identifiers) if draft.look else []
        wanted = _PAIR if draft.kind == HUMAN else 1
        explained = ["Each response of the dataset names what gave it; scores are kept under it."]
        if draft.kind == HUMAN:
            explained.append("People may compare two: write both, with a comma; the first is yours")
        default = ", ".join(known[:wanted]) or None
        return Asked("Whose responses are they?", explained, default=default)

    def take(self, text: str, draft: Draft, around: Around) -> Sequence[Remark]:
        names = listed(text)
        most = _PAIR if draft.kind == HUMAN else 1
        if not 1 <= len(names) <= most or len(set(names)) < len(names):
            raise WrongAnswer(f"Write {'one identifier, or two' if most > 1 else 'one identifier'}")
        if not all(_IDENTIFIER.fullmatch(without_placeholders(one)) for one in names):
            raise WrongAnswer(
                "An identifier has letters, digits, '.', '_' and '-', a letter or digit first"
            )
        if draft.source is not None:
            try:
                check(around.open(draft.source), draft.kind or "", draft.look, identifiers=names)
            except ModelevalError as error:
                raise WrongAnswer(str(error)) from None
        draft.identifiers, draft.judged = names, names[0]
        return ()


_ONLY_COLLECTED = (REFERENCE, FUNCTION)
"""Kinds that ask nobody."""


class KnowledgeBase:
    """The knowledge base that is asked while the job runs."""

    name = "knowledge-base"

    def applies(self, draft: Draft) -> bool:
        return draft.kind in _RAG and draft.live

    def asked(self, draft: Draft, around: Around) -> Asked:  # noqa: ARG002
        explained = ["The dataset holds questions only, so a knowledge base is asked."]
        return Asked("Which knowledge base? (its id)", explained, self._choices(around))

    def take(self, text: str, draft: Draft, around: Around) -> Sequence[Remark]:
        choices = self._choices(around)
        answer = chosen(text, choices) if choices else text
        if not _KNOWLEDGE_BASE.fullmatch(answer):
            raise WrongAnswer("An id has ten capital letters and digits, such as ABCDEFGHIJ")
        draft.knowledge_base = answer
        return ()

    @staticmethod
    def _choices(around: Around) -> list[Choice]:
        ids = around.settings.knowledge_base_ids if around.settings else ()
        return [Choice(one, "allowed by the settings") for one in ids]


class Generator:
    """The model that answers while the job runs."""

    name = "generator"

    def applies(self, draft: Draft) -> bool:
        return draft.live and draft.kind in (JUDGE, HUMAN, GENERATE)

    def asked(self, draft: Draft, around: Around) -> Asked:  # noqa: ARG002
        explained = ["The dataset holds no responses, so Bedrock asks a model while the job runs."]
        return Asked("Which model answers? (its Bedrock id)", explained, self._choices(around))

    def take(self, text: str, draft: Draft, around: Around) -> Sequence[Remark]:
        choices = self._choices(around)
        if around.settings is not None and not choices:
            raise WrongAnswer("The settings allow none; add one to generatorModels and deploy")
        answer = chosen(text, choices) if choices else text
        if parse_model_id(answer) is None:
            raise WrongAnswer("That is no id of Bedrock's; write one as amazon.nova-lite-v1:0")
        draft.generator = draft.judged = answer
        return ()

    @staticmethod
    def _choices(around: Around) -> list[Choice]:
        models = around.settings.generator_models if around.settings else ()
        return [Choice(one, "allowed by the settings") for one in models]
