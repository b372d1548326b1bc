"""Converse's requests and answers as chat completions, both ways."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from embedded_aws.bedrock.converse import Said, turn

_STOPS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "content_filtered",
}
_PARAMETERS = {
    "maxTokens": "max_tokens",
    "temperature": "temperature",
    "topP": "top_p",
    "stopSequences": "stop",
}
_USE_ID = re.compile(r"[a-zA-Z0-9_.:-]{1,64}")
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


class Unusable(Exception):
    """The answer has no message; the text says what is missing, without quoting it."""


def asked(request: dict[str, Any]) -> dict[str, Any]:
    """The body of the request, without the model's name."""
    system = "\n".join(block["text"] for block in request.get("system", []) if "text" in block)
    messages: list[dict[str, Any]] = [{"role": "system", "content": system}] if system else []
    for message in request["messages"]:
        messages += _of_user(message) if message["role"] == "user" else [_of_assistant(message)]
    config = request.get("inferenceConfig", {})
    told = {_PARAMETERS[name]: value for name, value in config.items() if value not in (None, [])}
    return {"messages": messages, **told, **_tools(request.get("toolConfig"))}


def _of_user(message: dict[str, Any]) -> list[dict[str, Any]]:
    """The results of tools, one message each, and what the user says."""
    results = [block["toolResult"] for block in message["content"] if "toolResult" in block]
    messages = [
        {"role": "tool", "tool_call_id": result["toolUseId"], "content": _result(result)}
        for result in results
    ]
    text = turn.said(message)
    return [*messages, {"role": "user", "content": text}] if text else messages


def _result(result: dict[str, Any]) -> str:
    parts = [
        block["text"] if "text" in block else json.dumps(block["json"], ensure_ascii=False)
        for block in result["content"]
    ]
    text = "\n".join(parts)
    return f"Error: {text}" if result.get("status") == "error" else text


def _of_assistant(message: dict[str, Any]) -> dict[str, Any]:
    calls = [
        {
            "id": block["toolUse"]["toolUseId"],
            "type": "function",
            "function": {
                "name": block["toolUse"]["name"],
                "arguments": json.dumps(block["toolUse"]["input"], ensure_ascii=False),
            },
        }
        for block in message["content"]
        if "toolUse" in block
    ]
    said = {"role": "assistant", "content": turn.said(message) or None}
    return {**said, "tool_calls": calls} if calls else said


def _tools(config: dict[str, Any] | None) -> dict[str, Any]:
    if config is None:
        return {}
    specs = [tool["toolSpec"] for tool in config["tools"] if "toolSpec" in tool]
    functions = [
        {
            "name": spec["name"],
            "description": spec.get("description", ""),
            "parameters": spec["inputSchema"]["json"],
        }
        for spec in specs
    ]
    choice: Any = "auto"
    if "any" in config.get("toolChoice", {}):
        choice = "required"
    elif "tool" in config.get("toolChoice", {}):
        name = config["toolChoice"]["tool"]["name"]
        choice = {"type": "function", "function": {"name": name}}
    return {
        "tools": [{"type": "function", "function": function} for function in functions],
        "tool_choice": choice,
    }


def understood(body: Any, request: dict[str, Any]) -> Said:
    """The answer as Converse gives it; raises Unusable.

    A call whose name or arguments no tool can have ends the turn as malformed, as Bedrock does.
    """
    try:
        choice = body["choices"][0]
        message = choice["message"]
        text, thought = message.get("content"), message.get("reasoning_content")
        calls = message.get("tool_calls") or []
    except (LookupError, TypeError, AttributeError):
        raise Unusable("it has no message") from None
    content: list[dict[str, Any]] = []
    if isinstance(thought, str) and thought:
        content.append({"reasoningContent": {"reasoningText": {"text": thought}}})
    if isinstance(text, str) and text:
        content.append({"text": text})
    uses = [_use(call, len(request["messages"]), number) for number, call in enumerate(calls)]
    stopped = _STOPS.get(str(choice.get("finish_reason")), "end_turn")
    if None in uses:
        stopped = "malformed_tool_use"
    elif uses:
        stopped = "tool_use"
        content += [{"toolUse": use} for use in uses]
    usage = body.get("usage") or {}
    return Said(
        content,
        stopped,
        _count(usage, "prompt_tokens", turn.input_tokens(request)),
        _count(usage, "completion_tokens", turn.tokens(content)),
    )


def _use(call: Any, messages: int, number: int) -> dict[str, Any] | None:
    """A call as a toolUse block; None if it is none."""
    try:
        name, arguments = call["function"]["name"], call["function"]["arguments"]
        value = json.loads(arguments) if isinstance(arguments, str) and arguments else arguments
    except (LookupError, TypeError, ValueError, RecursionError):
        return None
    value = {} if value in (None, "") else value
    if not isinstance(value, dict) or not isinstance(name, str) or not _NAME.fullmatch(name):
        return None
    given = call.get("id")
    if not isinstance(given, str) or not _USE_ID.fullmatch(given):
        digest = hashlib.sha256(f"{given}\0{messages}\0{number}".encode()).hexdigest()
        given = f"tooluse_{digest[:22]}"
    return {"toolUseId": given, "name": name, "input": value}


def _count(usage: dict[str, Any], name: str, otherwise: int) -> int:
    value = usage.get(name)
    return value if isinstance(value, int) and value >= 0 else otherwise
