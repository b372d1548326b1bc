"""What Converse demands beyond its service model, in the service's words where they are known.

The words come from users' reports; texts of messages are never repeated. Two things are stricter
than the service: a conversation may not end with the assistant's message (some models go on with
it), and only blocks that the stand-in understands are taken.
"""

from __future__ import annotations

import itertools
from typing import Any

from embedded_aws.errors import invalid

Block = dict[str, Any]
_OF_USER = {"text", "toolResult", "guardContent", "cachePoint"}
_OF_ASSISTANT = {"text", "toolUse", "reasoningContent", "cachePoint"}
_IN_RESULTS = {"text", "json"}
_NOT_TAKEN = ("promptVariables", "outputConfig")


def check(request: dict[str, Any]) -> None:
    """Raise a ValidationException for the first rule that the request breaks."""
    for name in _NOT_TAKEN:
        if name in request:
            raise invalid(f"This model doesn't support the {name} field. Remove {name}.")
    messages = request.get("messages") or []
    _check_order(messages)
    for number, message in enumerate(messages):
        _check_message(message, f"messages.{number}")
    for number, block in enumerate(request.get("system", [])):
        _check_text(block.get("text", "-"), "SystemContentBlock", f"system.{number}")
    _check_pairs(messages)
    _check_tools(request, messages)


def blocks(messages: list[dict[str, Any]], kind: str) -> list[Any]:
    """All blocks of a kind in some messages, in their order."""
    return [block[kind] for message in messages for block in message["content"] if kind in block]


def _check_order(messages: list[dict[str, Any]]) -> None:
    roles = [message["role"] for message in messages]
    if not roles or roles[0] != "user":
        raise invalid(
            "A conversation must start with a user message. Try again with a conversation that "
            "starts with a user message."
        )
    if "system" in roles or any(one == two for one, two in itertools.pairwise(roles)):
        raise invalid(
            "A conversation must alternate between user and assistant roles. Make sure the "
            "conversation alternates between user and assistant roles and try again."
        )
    if roles[-1] != "user":
        raise invalid(
            "This model does not support assistant message prefill. The conversation must end "
            "with a user message."
        )


def _check_message(message: dict[str, Any], place: str) -> None:
    if not message["content"]:
        raise invalid(
            f"The content field in the Message object at {place} is empty. Add a ContentBlock "
            "object to the content field and try again."
        )
    allowed = _OF_USER if message["role"] == "user" else _OF_ASSISTANT
    for number, block in enumerate(message["content"]):
        (kind,) = block
        where = f"{place}.content.{number}"
        if kind not in allowed:
            raise invalid(f"The {message['role']} role has no {kind} content block ({where}).")
        if kind == "text":
            _check_text(block["text"], "ContentBlock", where)
        elif kind == "toolUse":
            _check_object(block["toolUse"]["input"], f"{where}.toolUse.input")
        elif kind == "toolResult":
            _check_result(block["toolResult"], f"{where}.toolResult")


def _check_text(text: str, what: str, place: str) -> None:
    if not text.strip():
        raise invalid(
            f"The text field in the {what} object at {place} is blank. Add text to the text field, "
            "and try again."
        )


def _check_object(value: Any, place: str) -> None:
    if not isinstance(value, dict):
        raise invalid(
            f"The format of the value at {place} is invalid. Provide a json object for the field "
            "and try again."
        )


def _check_result(result: dict[str, Any], place: str) -> None:
    if not result["content"] and result.get("status") == "error":
        raise invalid(f"The content field at {place} cannot be empty when status value is error.")
    for number, block in enumerate(result["content"]):
        (kind,) = block
        where = f"{place}.content.{number}"
        if kind not in _IN_RESULTS:
            raise invalid(f"This model doesn't support the {kind} content block ({where}).")
        if kind == "text":
            _check_text(block["text"], "ToolResultContentBlock", where)
        else:
            _check_object(block["json"], f"{where}.json")


def _check_pairs(messages: list[dict[str, Any]]) -> None:
    """Each toolUse is answered by one toolResult of the next message, and nothing else is."""
    seen: set[str] = set()
    asked: list[str] = []
    for number, message in enumerate(messages):
        given = [result["toolUseId"] for result in blocks([message], "toolResult")]
        if missing := [each for each in asked if each not in given]:
            raise invalid(
                f"Expected toolResult blocks at messages.{number}.content for the following Ids: "
                f"{', '.join(missing)}"
            )
        if len(given) > len(asked):
            raise invalid(
                f"The number of toolResult blocks at messages.{number}.content exceeds the number "
                "of toolUse blocks of previous turn."
            )
        asked = [use["toolUseId"] for use in blocks([message], "toolUse")]
        if len({*asked}) < len(asked) or seen & {*asked}:
            raise invalid(f"messages.{number}: `tool_use` ids must be unique")
        seen |= {*asked}


def _check_tools(request: dict[str, Any], messages: list[dict[str, Any]]) -> None:
    config = request.get("toolConfig")
    if config is None:
        if blocks(messages, "toolUse") or blocks(messages, "toolResult"):
            raise invalid(
                "The toolConfig field must be defined when using toolUse and toolResult content "
                "blocks."
            )
        return
    names = []
    for number, tool in enumerate(config["tools"]):
        place = f"toolConfig.tools.{number}"
        if "systemTool" in tool:
            raise invalid(f"This model doesn't support system tools ({place}).")
        if "toolSpec" in tool:
            names.append(tool["toolSpec"]["name"])
            _check_schema(tool["toolSpec"]["inputSchema"]["json"], f"{place}.toolSpec.inputSchema")
    if len({*names}) < len(names):
        raise invalid("The tools of toolConfig must have different names.")
    chosen = config.get("toolChoice", {}).get("tool")
    if chosen and chosen["name"] not in names:
        raise invalid("The tool that toolConfig.toolChoice names is none of toolConfig.tools.")


def _check_schema(schema: Any, place: str) -> None:
    _check_object(schema, f"{place}.json")
    if schema.get("type") != "object":
        raise invalid(f"The value at {place}.json.type must be one of the following: object.")
