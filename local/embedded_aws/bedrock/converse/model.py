"""The stand-in model: no model, and each answer says so. Deterministic.

It repeats more or fewer of the user's words, by the model's skill, and what tools gave. It calls
tools where the text asks for it or names one, as ``script`` reads it.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from embedded_aws.bedrock.converse import Said, script, turn
from embedded_aws.bedrock.converse.script import Call, Script
from embedded_aws.bedrock.converse.turn import Turn
from embedded_aws.bedrock.dataset import Record
from embedded_aws.bedrock.generation import respond, signature

_DEEPEST = 8  # of an input that is made up by a schema
_SIMPLE: dict[str, Any] = {"integer": 1, "number": 1.5, "boolean": True, "array": [], "null": None}


class StandInModel:
    """Answers by the words of the user."""

    def answer(self, request: dict[str, Any], model: str, skill: float) -> Said:
        """Calls of tools while there are rounds left, then a text."""
        now = turn.read(request["messages"])
        wanted = script.read(now.text)
        rounds = _rounds(wanted, request.get("toolConfig"), now.text)
        content = _thoughts(wanted)
        if now.rounds < len(rounds):
            specs = _specs(request.get("toolConfig"))
            calls = rounds[now.rounds]
            names = ", ".join(call.name for call in calls)
            content.append({"text": f"{signature(model)}I ask {names}."})
            content += [{"toolUse": _use(now, n, call, specs)} for n, call in enumerate(calls)]
            return self._said(request, content, wanted.stop or "tool_use")
        text, stopped = _text(request, wanted, now, model, skill)
        if not wanted.silence:
            content.append({"text": text})
        return self._said(request, content, wanted.stop or stopped)

    def _said(self, request: dict[str, Any], content: list[dict[str, Any]], stopped: str) -> Said:
        leading = _merged(content)
        return Said(leading, stopped, turn.input_tokens(request), turn.tokens(leading))


def _thoughts(wanted: Script) -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = []
    if wanted.reason is not None:
        known = {"text": wanted.reason, "signature": _digest(wanted.reason)}
        content.append({"reasoningContent": {"reasoningText": known}})
    if wanted.think is not None:
        content.append({"text": f"<thinking>{wanted.think}</thinking>\n"})
    if wanted.unclosed is not None:
        content.append({"text": f"<thinking>{wanted.unclosed}"})
    return content


def _merged(content: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Texts side by side as one block, as a leak is a part of the answer's text."""
    merged: list[dict[str, Any]] = []
    for block in content:
        if "text" in block and merged and "text" in merged[-1]:
            merged[-1] = {"text": merged[-1]["text"] + block["text"]}
        else:
            merged.append(block)
    return merged


def _text(
    request: dict[str, Any], wanted: Script, now: Turn, model: str, skill: float
) -> tuple[str, str]:
    """The answer's text, and why it stops."""
    if wanted.say is not None:
        text = wanted.say
    else:
        words = wanted.words or "Nothing was said."
        text, _ = respond(model, skill, Record({}, words, None, None), None)
        if now.results:
            text += f" The tools said: {' '.join(now.results)}"
    config = request.get("inferenceConfig", {})
    stops = [place for each in config.get("stopSequences", []) if (place := text.find(each)) >= 0]
    stopped = "end_turn"
    if stops:
        text, stopped = text[: min(stops)], "stop_sequence"
    most = config.get("maxTokens")
    if most is not None and turn.tokens(text) > most:
        text, stopped = turn.cut(text, most), "max_tokens"
    return text, stopped


def _specs(config: dict[str, Any] | None) -> dict[str, dict[str, Any]]:
    """The tools of a request, by name."""
    tools = (config or {}).get("tools", [])
    specs = [tool["toolSpec"] for tool in tools if "toolSpec" in tool]
    return {spec["name"]: spec for spec in specs}


def _rounds(wanted: Script, config: dict[str, Any] | None, text: str) -> list[list[Call]]:
    """The rounds of calls: those asked for; else one, of the tools that the text names."""
    specs = _specs(config)
    if not specs:
        return []
    if wanted.rounds:
        return wanted.rounds
    choice = (config or {}).get("toolChoice", {})
    if "tool" in choice:
        return [[Call(choice["tool"]["name"], None)]]
    named = [Call(name, None) for name in specs if re.search(rf"(?<![\w-]){name}(?![\w-])", text)]
    if not named and "any" in choice:
        named = [Call(next(iter(specs)), None)]
    return [named] if named else []


def _use(now: Turn, position: int, call: Call, specs: dict[str, dict[str, Any]]) -> dict[str, Any]:
    given = call.input
    if given is None:
        schema = specs.get(call.name, {}).get("inputSchema", {}).get("json", {})
        given = _made_up(schema, now.text, 0)
    # The place in the conversation makes it unique there, and the same when it is asked again.
    parts = (str(now.messages), str(position), call.name, json.dumps(given, sort_keys=True))
    return {"toolUseId": f"tooluse_{_digest(*parts)}", "name": call.name, "input": given}


def _made_up(schema: Any, text: str, depth: int) -> Any:
    """A value by a JSON schema: what it requires, the user's text for texts."""
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return {}
    for known in ("const", "default"):
        if known in schema:
            return schema[known]
    if schema.get("enum"):
        return schema["enum"][0]
    kind = schema.get("type", "object")
    if kind == "object":
        properties, required = schema.get("properties", {}), schema.get("required", [])
        return {name: _made_up(properties.get(name), text, depth + 1) for name in required}
    return text[:200] if kind == "string" else _SIMPLE.get(str(kind))


def _digest(*parts: str) -> str:
    joined = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(joined).hexdigest()[:22]
