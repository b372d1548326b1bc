"""A team's scorer function on the embedded AWS, and suites of `lambda-scorer`."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from deployed_names import BATCH_SCORER
from deployed_world import SUBJECT, DeployedWorld

HANDLER = """
import time

def lambda_handler(event, context):
    first = event[0]["prompt"]
    if "raise" in first:
        raise ValueError("what a response said")
    if "sleep" in first:
        time.sleep(30)
    replies = [reply(sample) for sample in event if "leave out" not in sample["prompt"]]
    return {"statusCode": 200, "body": __import__("json").dumps(replies)}

def reply(sample):
    response = sample["messages"][-1]["content"]
    assert response == sample["modelResponses"][0]["response"]
    reward = float(response == sample["reference_answer"])
    if "not finite" in sample["prompt"]:
        reward = float("nan")
    length = {"name": "words", "value": len(response.split()), "type": "Metric"}
    return {"id": sample["id"], "aggregate_reward_score": reward, "metrics_list": [length]}
"""
"""It marks equality with the reference, and counts words; prompts tell it what to do wrong."""

TIMEOUT_SECONDS = 3


def make_scorer(world: DeployedWorld) -> None:
    """Deploy the function, unless another test has."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as package:
        package.writestr("lambda_function.py", HANDLER)
    client = world.lambda_
    try:
        client.create_function(
            FunctionName=BATCH_SCORER.rsplit(":", 1)[-1],
            Runtime="python3.13",
            Role=client.list_functions()["Functions"][0]["Role"],  # any; it does nothing
            Handler="lambda_function.lambda_handler",
            Code={"ZipFile": code.getvalue()},
            Timeout=TIMEOUT_SECONDS,
        )
    except client.exceptions.ResourceConflictException:
        return


def scorer_suite(dataset: str, **fields: Any) -> dict[str, Any]:
    words = {"name": "words", "maximum": 100, "direction": "lowerIsBetter"}
    return {
        "name": "own-scorer",
        "evaluations": [
            {
                "name": "marks",
                "kind": "lambda-scorer",
                "dataset": dataset,
                "responses": {"precomputed": SUBJECT},
                "function": BATCH_SCORER,
                "metrics": [{"name": "aggregate_reward_score", "levels": 2}, words],
                **fields,
            }
        ],
    }
