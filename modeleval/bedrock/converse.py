"""Converse: a conversation in, the model's next message out, both as JSON has them."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

Message = dict[str, Any]

CALLS_TOOLS = frozenset({"tool_use", "end_turn", "stop_sequence"})
"""Some models end a message that calls tools as if it were their last word."""

MALFORMED = frozenset({"malformed_model_output", "malformed_tool_use"})
MOST_NAME = 64
_NO_NAME = re.compile(r"[^a-zA-Z0-9_-]")
NO_ROOM = "model_context_window_exceeded"


class ReplyUnreadable(Exception):
    """What came back is nothing to keep: half a surrogate pair, nested without an end, or a call
    whose input is no object."""


class Reply(NamedTuple):
    """The model's message. Tokens as the service counts them."""

    content: list[dict[str, Any]]
    stop_reason: str
    input_tokens: int
    output_tokens: int

    @property
    def text(self) -> str:
        """All text of the message; what the model only thought is none of it."""
        return "\n".join(block["text"] for block in self.content if "text" in block)

    @property
    def tool_uses(self) -> list[dict[str, Any]]:
        """The calls of tools that are to be answered: {"toolUseId", "name", "input"} each."""
        if self.stop_reason not in CALLS_TOOLS:
            return []
        return tool_uses(self.content)

    @property
    def to_keep(self) -> list[dict[str, Any]]:
        """The blocks that the next request must hold if this one calls tools.

        The API checks reasoning by its signature and wants it back there; other reasoning is
        refused by some models.
        """
        return [block for block in self.content if _is_kept(block)]


class Converse:
    """Asks one model, in one way. Used by several threads at once.

    The client is that of `bedrock-runtime` and must not try a request twice.
    """

    def __init__(
        self,
        client: Any,
        *,
        model: str,
        system: str | None = None,
        inference: Mapping[str, Any] | None = None,
        guardrail: Mapping[str, str] | None = None,
        tools: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        """inference, guardrail: inferenceConfig and guardrailConfig as the API has them.

        tools: a toolSpec each. What is empty or None is not sent.
        """
        self._client = client
        fields: dict[str, Any] = {
            "modelId": model,
            "system": [{"text": system}] if system else None,
            "inferenceConfig": dict(inference or {}),
            "guardrailConfig": dict(guardrail or {}),
            "toolConfig": {"tools": [{"toolSpec": one} for one in tools]} if tools else None,
        }
        self._fields = {name: value for name, value in fields.items() if value}

    def ask(self, messages: Sequence[Message]) -> Reply:
        """The next message. Raises ReplyUnreadable, and botocore's errors as they come."""
        found = self._client.converse(**self._fields, messages=[_sent(one) for one in messages])
        usage = found["usage"]
        return Reply(
            [_plain(block) for block in found["output"].get("message", {}).get("content", [])],
            str(found["stopReason"]),
            int(usage["inputTokens"]),
            int(usage["outputTokens"]),
        )


def tool_spec(name: str, description: str | None, schema: Mapping[str, Any]) -> dict[str, Any]:
    """A tool as Converse is told of it; `schema` is a JSON schema of its input."""
    told = {"description": description} if description else {}
    return {"name": name, **told, "inputSchema": {"json": dict(schema)}}


def tool_uses(content: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The calls of tools among a message's blocks."""
    return [block["toolUse"] for block in content if "toolUse" in block]


def _is_kept(block: Mapping[str, Any]) -> bool:
    if "reasoningContent" not in block:
        return "toolUse" in block or bool(block.get("text", "").strip())
    reasoning = block["reasoningContent"]
    return "redactedContent" in reasoning or bool(
        reasoning.get("reasoningText", {}).get("signature")
    )


def _plain(block: Mapping[str, Any]) -> dict[str, Any]:
    """A block as JSON: bytes in base64, NaN as null. Raises ReplyUnreadable."""
    try:
        found = msgspec.json.decode(msgspec.json.encode(block))
    except (UnicodeEncodeError, RecursionError, msgspec.MsgspecError):
        raise ReplyUnreadable from None
    return _answerable(found) if "toolUse" in found else dict(found)


def _answerable(block: dict[str, Any]) -> dict[str, Any]:
    """A call under a name that the API takes back; models make up others, such as a.b."""
    call = block["toolUse"]
    if not isinstance(call["input"], dict):
        raise ReplyUnreadable
    name = _NO_NAME.sub("_", call["name"])[:MOST_NAME] or "_"
    return {"toolUse": {**call, "name": name}}


def _sent(message: Message) -> Message:
    return {**message, "content": [_with_bytes(block) for block in message["content"]]}


def _with_bytes(block: dict[str, Any]) -> dict[str, Any]:
    """botocore encodes bytes itself."""
    redacted = block.get("reasoningContent", {}).get("redactedContent")
    if redacted is None:
        return block
    return {"reasoningContent": {"redactedContent": base64.b64decode(redacted)}}
