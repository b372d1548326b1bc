"""Converse of Amazon Bedrock Runtime: who answers, and what an answer is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Said:
    """An answer: Converse's content blocks, why it ended, and the tokens of both sides."""

    content: list[dict[str, Any]]
    stop_reason: str
    input_tokens: int
    output_tokens: int


class Speaker(Protocol):
    """Anything that answers a conversation. Used by several threads at once."""

    def answer(self, request: dict[str, Any], model: str, skill: float) -> Said:
        """Answer a sound request in the name of a model; raises ServiceError, and nothing else."""
        ...
