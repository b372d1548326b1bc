"""The knowledge bases of the account, which tests register: ``POST /_standin/knowledge-bases``."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from embedded_aws.callers import Caller
from embedded_aws.errors import ServiceError
from embedded_aws.fresh import now

_FIELDS = {"id", "status", "passages"}
_STATES = ("ACTIVE", "CREATING", "UPDATING", "DELETING", "FAILED")


@dataclass(frozen=True)
class Passage:
    """A chunk of a document: its text, its metadata, where the document lies."""

    text: str
    metadata: dict[str, Any]
    uri: str

    def to_output(self) -> dict[str, Any]:
        """As a job's output shows it."""
        location = {"s3Location": {"uri": self.uri}, "type": "S3"}
        return {"content": {"text": self.text}, "location": location, "metadata": self.metadata}


@dataclass(frozen=True)
class KnowledgeBase:
    """A knowledge base with its passages."""

    identifier: str
    status: str
    passages: tuple[Passage, ...]
    created: datetime = field(default_factory=now)


class KnowledgeBases:
    """What is registered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, KnowledgeBase] = {}

    def register(self, value: dict[str, Any]) -> dict[str, Any]:
        """One knowledge base from the control API; raises ValueError with what is wrong.

        ``passages`` are texts, or objects with ``text`` and ``metadata``.
        """
        if set(value) - _FIELDS:
            raise ValueError(f"a knowledge base has {sorted(_FIELDS)}")
        identifier, status = value.get("id"), value.get("status", "ACTIVE")
        if not isinstance(identifier, str) or not re.fullmatch("[0-9A-Z]{10}", identifier):
            raise ValueError("id must be ten digits or capital letters")
        if status not in _STATES:
            raise ValueError(f"status must be one of {_STATES}")
        passages = [
            _passage(one, f"s3://{identifier.lower()}/document-{number}.txt")
            for number, one in enumerate(value.get("passages", []))
        ]
        with self._lock:
            self._known[identifier] = KnowledgeBase(identifier, status, tuple(passages))
        return {"id": identifier, "status": status, "passages": len(passages)}

    def find(self, identifier: str) -> KnowledgeBase | None:
        """The knowledge base with this id."""
        with self._lock:
            return self._known.get(identifier)

    def get(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        """GetKnowledgeBase, as far as its required members go."""
        identifier = request["knowledgeBaseId"]
        found = self.find(identifier)
        if found is None:
            raise ServiceError(
                "ResourceNotFoundException", f"Knowledge base with id {identifier} is not found."
            )
        return {
            "knowledgeBase": {
                "knowledgeBaseId": identifier,
                "name": identifier.lower(),
                "knowledgeBaseArn": caller.arn_of(f"knowledge-base/{identifier}"),
                "roleArn": f"arn:aws:iam::{caller.account}:role/knowledge-base",
                "knowledgeBaseConfiguration": {"type": "VECTOR"},
                "status": found.status,
                "createdAt": found.created,
                "updatedAt": found.created,
            }
        }

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._known.clear()


def _passage(given: Any, uri: str) -> Passage:
    if isinstance(given, str):
        return Passage(given, {}, uri)
    if not isinstance(given, dict) or not isinstance(given.get("text"), str):
        raise ValueError("a passage is a text, or an object with text and metadata")
    return Passage(given["text"], given.get("metadata", {}), uri)
