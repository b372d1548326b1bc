"""A Bedrock model as a target: asked through Converse, its tools executed in between."""

from __future__ import annotations

from typing import Any

import msgspec

from modeleval.bedrock.converse import (
    MALFORMED,
    NO_ROOM,
    Converse,
    Reply,
    ReplyUnreadable,
    tool_spec,
    tool_uses,
)
from modeleval.collecting.document import Target as TargetDocument
from modeleval.collecting.json_values import NotJson, check_depth
from modeleval.collecting.protocol import (
    ONE_REQUEST,
    Answer,
    Asked,
    Message,
    Step,
    TurnFailed,
    Usage,
)
from modeleval.collecting.refusals import asking
from modeleval.collecting.tools import MOST_INPUT_BYTES, Tools

MOST_ANSWER_BYTES = 1024 * 1024


class ModelTarget:
    """Asks the model, or answers the calls of tools in its last message."""

    def __init__(self, document: TargetDocument, client: Any, tools: Tools) -> None:
        """client: of `bedrock-runtime`, which tries nothing twice."""
        self._document = document
        self._model = str(document.model)
        self._tools = tools
        self._converse = Converse(
            client,
            model=self._model,
            system=document.system,
            inference=_inference(document),
            guardrail=_guardrail(document),
            tools=[
                tool_spec(tool.name, tool.description, tool.input_schema) for tool in document.tools
            ],
        )

    def step(self, asked: Asked) -> Step:
        """See modeleval.collecting.protocol. The answer's message holds its text and nothing else;
        one without text is appended too, as an empty text."""
        last = asked.messages[-1]
        if last["role"] == "assistant":
            if asked.rounds >= self._document.max_tool_rounds:
                raise TurnFailed("toolRoundLimit")
            return self._tools.answer(asked, tool_uses(last["content"]))
        return self._ask(asked)

    def _ask(self, asked: Asked) -> Step:
        with asking("Bedrock", self._model):
            try:
                reply = self._converse.ask(asked.messages)
            except ReplyUnreadable:
                raise TurnFailed("invalidAnswer", ONE_REQUEST) from None
        usage = Usage(1, 0, reply.input_tokens, reply.output_tokens)
        if calls := reply.tool_uses:
            self._check_calls(calls, usage)
            return Step([_assistant(reply.to_keep)], usage=usage)
        text = _answer(reply, usage)
        return Step(
            [_assistant([{"text": text}])], Answer(text, stop_reason=reply.stop_reason), usage
        )

    def _check_calls(self, calls: list[dict[str, Any]], usage: Usage) -> None:
        """What is kept of the conversation must fit into it, and be taken back by the model."""
        if not self._document.tools:
            raise TurnFailed("toolUnknown", usage)
        try:
            check_depth(calls)
        except NotJson:
            raise TurnFailed("invalidAnswer", usage) from None
        if len(msgspec.json.encode(calls)) > 2 * MOST_INPUT_BYTES:
            raise TurnFailed("answerTooLong", usage)


def _answer(reply: Reply, usage: Usage) -> str:
    text = reply.text
    if reply.stop_reason in MALFORMED or reply.stop_reason == "tool_use":
        raise TurnFailed("invalidAnswer", usage)
    if reply.stop_reason == NO_ROOM and not text.strip():
        raise TurnFailed("conversationTooLong", usage)
    if len(text.encode()) > MOST_ANSWER_BYTES:
        raise TurnFailed("answerTooLong", usage)
    return text


def _assistant(content: list[dict[str, Any]]) -> Message:
    return {"role": "assistant", "content": content}


def _inference(document: TargetDocument) -> dict[str, Any]:
    given = document.inference_params
    fields = {
        "maxTokens": given.max_tokens,
        "topP": given.top_p,
        "temperature": given.temperature,
        "stopSequences": list(given.stop_sequences) or None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _guardrail(document: TargetDocument) -> dict[str, str]:
    guardrail = document.guardrail
    if guardrail is None:
        return {}
    return {"guardrailIdentifier": guardrail.id, "guardrailVersion": guardrail.version}
