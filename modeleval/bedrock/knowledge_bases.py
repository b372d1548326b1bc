"""Knowledge bases: is it there, and may it be asked?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from modeleval.bedrock.lookup import NotThere, not_there
from modeleval.errors import KnowledgeBaseNotFound, KnowledgeBaseNotUsable

_USABLE = "ACTIVE"


class KnowledgeBases:
    """Read-only questions about knowledge bases; the client is that of `bedrock-agent`."""

    def __init__(self, client: Callable[[], Any]) -> None:
        self._client = client

    def check(self, identifier: str, *, field: str) -> None:
        """Raise KnowledgeBaseNotFound or KnowledgeBaseNotUsable; `field` is where it is named."""
        try:
            with not_there("Bedrock"):
                found = self._client().get_knowledge_base(knowledgeBaseId=identifier)
        except NotThere:
            raise KnowledgeBaseNotFound(
                f"There is no knowledge base {identifier} in this Region and account",
                where=field,
                action="Look its id up in the Bedrock console.",
            ) from None
        status = found["knowledgeBase"]["status"]
        if status != _USABLE:
            raise KnowledgeBaseNotUsable(
                f"{identifier} is {status}",
                where=field,
                action=f"Wait until it is {_USABLE}, or choose another.",
            )
