"""Targets, and clients whose answers a test decides."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.response import StreamingBody
from botocore.stub import Stubber

from modeleval.collecting.document import Target as TargetDocument
from modeleval.collecting.protocol import Asked, Message, Target
from modeleval.collecting.targets import Clients, target_of

MODEL = "amazon.nova-lite-v1:0"
ARN = "arn:aws:lambda:us-east-1:111122223333:function:bot"
TOOL_ARN = "arn:aws:lambda:us-east-1:111122223333:function:weather"
SECRET = "arn:aws:secretsmanager:us-east-1:111122223333:secret:bot-AbCdEf"  # noqa: S105 - no secret
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
WEATHER = {"name": "weather", "inputSchema": SCHEMA, "function": TOOL_ARN}
RECORDED = {"name": "weather", "inputSchema": SCHEMA, "recorded": True}
DEFAULTS = {"maxTokens": 1024, "topP": 0.9, "temperature": 0.7}


class World:
    """One target, and the stubs of the services behind it, by name."""

    def __init__(self) -> None:
        self.stubs: dict[str, Stubber] = {}
        self.configs: dict[str, Any] = {}

    def make(self, service: str, *, config: Any) -> Any:
        client: Any = boto3.client(
            service,  # type: ignore[call-overload]
            region_name="us-east-1",
            aws_access_key_id="testing",
            aws_secret_access_key="testing",  # noqa: S106 - no secret
            config=config,
        )
        self.stubs[service] = Stubber(client)
        self.stubs[service].activate()
        self.configs[service] = config
        return client

    def target(self, **document: Any) -> Target:
        return target_of(document_of(**document), Clients(self.make), None)

    @property
    def bedrock(self) -> Stubber:
        return self.stubs["bedrock-runtime"]

    @property
    def functions(self) -> Stubber:
        return self.stubs["lambda"]


@contextmanager
def a_world() -> Iterator[World]:
    """A world of which everything that was promised must have been asked for."""
    world = World()
    yield world
    for stub in world.stubs.values():
        stub.assert_no_pending_responses()


def document_of(**fields: Any) -> TargetDocument:
    """Of a model, unless the fields name something else."""
    given = fields if {"function", "endpoint"} & set(fields) else {"model": MODEL, **fields}
    return TargetDocument.model_validate(given)


def user(*texts: str) -> Message:
    return {"role": "user", "content": [{"text": text} for text in texts]}


def assistant(*blocks: dict[str, Any]) -> Message:
    return {"role": "assistant", "content": list(blocks)}


def call(name: str = "weather", number: int = 1, **given: Any) -> dict[str, Any]:
    """A block in which a model calls a tool."""
    return {"toolUse": {"toolUseId": f"call-{number}", "name": name, "input": given}}


def asked(*messages: Message, **fields: Any) -> Asked:
    given: dict[str, Any] = {
        "scenario": "s1",
        "turn": 1,
        "context": {"plan": "gold"},
        "messages": messages or (user("hello"),),
        "rounds": 0,
        "tool_results": {},
        "used": {},
    }
    return Asked(**given | fields)


def converse_answer(*blocks: dict[str, Any], stop: str = "end_turn") -> dict[str, Any]:
    return {
        "output": {"message": {"role": "assistant", "content": list(blocks)}},
        "stopReason": stop,
        "usage": {"inputTokens": 11, "outputTokens": 7, "totalTokens": 18},
        "metrics": {"latencyMs": 1},
    }


def function_answer(payload: bytes, **fields: Any) -> dict[str, Any]:
    return {"StatusCode": 200, "Payload": StreamingBody(io.BytesIO(payload), None), **fields}
