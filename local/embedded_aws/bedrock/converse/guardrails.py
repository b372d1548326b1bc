"""The guardrails of the account, which tests register: ``POST /_standin/guardrails``.

A guardrail blocks words. As the service does, it looks at every text of the conversation (at the
guarded parts alone, if there are any) and at the answer.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from typing import Any

from embedded_aws.bedrock.converse.rules import blocks
from embedded_aws.callers import Caller
from embedded_aws.errors import invalid

APPLY = "bedrock:ApplyGuardrail"
_FIELDS = {"id", "versions", "words", "blockedInput", "blockedOutput"}


@dataclass(frozen=True)
class Guardrail:
    """A guardrail: the words that it blocks, and what it says instead."""

    identifier: str
    versions: tuple[str, ...]
    words: tuple[str, ...]
    blocked_input: str
    blocked_output: str

    def found(self, texts: list[str]) -> list[str]:
        """The blocked words in some texts."""
        joined = "\n".join(texts).casefold()
        return [word for word in self.words if word.casefold() in joined]

    def assessment(self, words: list[str]) -> dict[str, Any]:
        """What a trace tells about the words that were found."""
        custom = [{"match": word, "action": "BLOCKED", "detected": True} for word in words]
        return {"wordPolicy": {"customWords": custom, "managedWordLists": []}}


class Guardrails:
    """What is registered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, Guardrail] = {}

    def register(self, value: dict[str, Any]) -> dict[str, Any]:
        """One guardrail from the control API; raises ValueError with what is wrong."""
        if set(value) - _FIELDS:
            raise ValueError(f"a guardrail has {sorted(_FIELDS)}")
        identifier = value.get("id")
        if not isinstance(identifier, str) or not re.fullmatch("[a-z0-9]{1,64}", identifier):
            raise ValueError("id must be digits and small letters")
        versions = tuple(str(version) for version in value.get("versions", ["DRAFT", "1"]))
        guardrail = Guardrail(
            identifier,
            versions,
            tuple(value.get("words", ())),
            value.get("blockedInput", "Stand-in guardrail: the question is blocked."),
            value.get("blockedOutput", "Stand-in guardrail: the answer is blocked."),
        )
        with self._lock:
            self._known[identifier] = guardrail
        return {"id": identifier, "versions": list(versions), "words": list(guardrail.words)}

    def of(self, request: dict[str, Any], caller: Caller) -> Guardrail | None:
        """The guardrail that a request names, if it names one and the caller may apply it."""
        config = request.get("guardrailConfig")
        if config is None:
            return None
        named, version = config.get("guardrailIdentifier"), config.get("guardrailVersion")
        if not named or not version:
            raise invalid("guardrailConfig needs guardrailIdentifier and guardrailVersion.")
        own = caller.arn_of("guardrail/")
        arn = named if named.startswith("arn:") else own + named
        caller.require(APPLY, arn)
        with self._lock:
            found = self._known.get(arn.removeprefix(own))
        if found is None or version not in found.versions:
            raise invalid(
                "The guardrail identifier or version provided in the request does not exist."
            )
        return found

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._known.clear()


def looked_at(request: dict[str, Any]) -> list[str]:
    """The texts of a request that a guardrail looks at."""
    messages = request["messages"]
    guarded = [part["text"]["text"] for part in blocks(messages, "guardContent") if "text" in part]
    return guarded or blocks(messages, "text")
