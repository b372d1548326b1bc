"""Scenarios, a tool and an application on the embedded AWS, and suites that collect."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from typing import Any

from deployed_names import APPLICATION, TOOL_FUNCTION
from deployed_world import JUDGE, DeployedWorld

MODEL = "amazon.nova-lite-v1:0"
LOOKUP: dict[str, Any] = {
    "name": "lookup",
    "description": "Finds a booking.",
    "inputSchema": {
        "type": "object",
        "properties": {"order": {"type": "string"}},
        "required": ["order"],
    },
}
TOOL = """
def lambda_handler(event, context):
    if event["input"]["order"] == "broken":
        raise ValueError("what nobody may read")
    return {"order": event["input"]["order"], "of": event["context"].get("userId"), "open": True}
"""
PROGRAM = """
import time

def lambda_handler(event, context):
    said = event["messages"][-1]["text"]
    assert event["version"] == 1
    if said == "hang":
        time.sleep(30)
    if said == "raise":
        raise ValueError("what nobody may read")
    if said == "nonsense":
        return {"text": 7}
    text = f"{len(event['messages'])} messages, for {event['context'].get('userId')}: {said}"
    passage = {"text": f"What is written about {said}.", "name": "manual"}
    cited = {"start": 0, "end": len(text), "passages": [0]}
    return {"text": text, "passages": [passage], "citations": [cited]}
"""


def make_functions(world: DeployedWorld) -> None:
    """Deploy the tool and the application, unless another test has."""
    for arn, program in ((TOOL_FUNCTION, TOOL), (APPLICATION, PROGRAM)):
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as package:
            package.writestr("lambda_function.py", program)
        client = world.lambda_
        try:
            client.create_function(
                FunctionName=arn.rsplit(":", 1)[-1],
                Runtime="python3.13",
                Role=client.list_functions()["Functions"][0]["Role"],  # any; it does nothing
                Handler="lambda_function.lambda_handler",
                Code={"ZipFile": code.getvalue()},
                Timeout=60,
            )
        except client.exceptions.ResourceConflictException:
            continue


def scenario(name: str, *turns: Any, **fields: Any) -> dict[str, Any]:
    return {
        "id": name,
        "category": "booking",
        "context": {"userId": f"user of {name}"},
        "turns": list(turns),
        **fields,
    }


def put_scenarios(world: DeployedWorld, *scenarios: dict[str, Any]) -> str:
    key = f"scenarios/{uuid.uuid4().hex}.json"
    world.s3.put_object(
        Bucket=world.stack.bucket, Key=key, Body=json.dumps(list(scenarios)).encode()
    )
    return key


def collecting(scenarios: str, target: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A suite that collects, at a rate that no test waits for."""
    dataset = {"scenarios": scenarios, "target": target, "requestsPerMinute": 60_000}
    evaluation = {
        "name": "answers",
        "kind": "bedrock-judge",
        "dataset": dataset,
        "judge": JUDGE,
        "metrics": ["Helpfulness"],
    }
    return {
        "name": "collecting",
        "acceptBedrockEvaluationTerms": True,
        "evaluations": [evaluation | changes],
    }


def conversations(world: DeployedWorld) -> list[dict[str, Any]]:
    """What the stand-in model was asked, and answered."""
    found: list[dict[str, Any]] = world.aws.control("GET", "conversations")["conversations"]
    return found


def dataset_of(world: DeployedWorld, run_id: str, evaluation: int = 0) -> list[Any]:
    return world.read_lines(f"runs/{run_id}/collected/e{evaluation}/dataset.jsonl")
