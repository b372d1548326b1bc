"""What the tests of Converse ask, and how they read what comes back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from standin_world import FAST, World, statement

LITE = "amazon.nova-lite-v1:0"
INVOKE, APPLY = "bedrock:InvokeModel", "bedrock:ApplyGuardrail"
SCHEMA = {
    "type": "object",
    "properties": {"order": {"type": "string"}, "count": {"type": "integer"}},
    "required": ["order", "count"],
}


def tool(name: str = "lookup", schema: Any = None) -> dict[str, Any]:
    """A tool."""
    return {"toolSpec": {"name": name, "inputSchema": {"json": schema or SCHEMA}}}


def tools(*names: str, **more: Any) -> dict[str, Any]:
    """A toolConfig with tools of these names."""
    return {"tools": [tool(name) for name in names or ("lookup",)], **more}


def user(*content: Any) -> dict[str, Any]:
    """A message of the user; a str is a block of text."""
    return {"role": "user", "content": [{"text": c} if isinstance(c, str) else c for c in content]}


def assistant(*content: Any) -> dict[str, Any]:
    """A message of the assistant."""
    return user(*content) | {"role": "assistant"}


def use(identifier: str = "u1", name: str = "lookup", **given: Any) -> dict[str, Any]:
    """A call of a tool."""
    return {"toolUse": {"toolUseId": identifier, "name": name, "input": given}}


def result(identifier: str = "u1", *content: Any, **more: Any) -> dict[str, Any]:
    """The result of a tool."""
    blocks = [{"text": c} if isinstance(c, str) else {"json": c} for c in content]
    return {"toolResult": {"toolUseId": identifier, "content": blocks, **more}}


class Talk:
    """A client of Converse and the conversation that it holds."""

    def __init__(self, world: World, client: Any = None, model: str = LITE) -> None:
        self.client = client or world.aws.client("bedrock-runtime", config=FAST)
        self.model = model

    def ask(self, *messages: dict[str, Any] | str, **more: Any) -> dict[str, Any]:
        """The whole answer; a str is a message of the user."""
        sent = [user(one) if isinstance(one, str) else one for one in messages]
        answer: dict[str, Any] = self.client.converse(
            **({"modelId": self.model, "messages": sent} | more)
        )
        return answer

    def text(self, *messages: dict[str, Any] | str, **more: Any) -> str:
        """The text of the answer."""
        return text_of(self.ask(*messages, **more))

    def refused(self, *messages: dict[str, Any] | str, **more: Any) -> tuple[str, str]:
        """The code and the message of a refusal."""
        with pytest.raises(ClientError) as caught:
            self.ask(*messages, **more)
        error = caught.value.response["Error"]
        return error["Code"], error["Message"]


def text_of(answer: dict[str, Any]) -> str:
    """The texts of an answer."""
    content = answer["output"]["message"]["content"]
    return "".join(block["text"] for block in content if "text" in block)


def uses_of(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The calls of tools in an answer."""
    content = answer["output"]["message"]["content"]
    return [block["toolUse"] for block in content if "toolUse" in block]


def caller(world: World, *allowed: dict[str, Any]) -> Any:
    """A client of Converse with these statements and nothing else."""
    keys = world.caller(list(allowed) or [statement("s3:GetObject", "*")])
    found = keys._request_signer._credentials
    return world.aws.client(
        "bedrock-runtime",
        config=FAST,
        aws_access_key_id=found.access_key,
        aws_secret_access_key=found.secret_key,
    )


def raw(world: World, body: Any, model: str = LITE) -> tuple[int, dict[str, Any]]:
    """A signed request past botocore's own checks: status and body."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    status, _, answer = world.raw("POST", f"/model/{model.replace(':', '%3A')}/converse", data)
    return status, answer
