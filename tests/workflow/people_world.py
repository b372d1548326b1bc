"""Suites that people answer, beside others that a judge does."""

from __future__ import annotations

from typing import Any

from deployed_world import SUBJECT, DeployedWorld, suite
from permission_scenarios import Scenario, Without, told

WORKFLOW = "arn:aws:sagemaker:us-east-1:000000000000:flow-definition/reviewers"
OTHER = "support-bot-v0"
WORDS = "it ships within two days"
METRICS = [
    {"name": "Useful", "ratingMethod": "ThumbsUpDown"},
    {"name": "Right", "ratingMethod": "IndividualLikertScale"},
    {"name": "Clearer", "ratingMethod": "ComparisonLikertScale"},
    {"name": "Chosen", "ratingMethod": "ComparisonChoice"},
    {"name": "Rank", "ratingMethod": "ComparisonRank"},
]


def pair(number: int) -> dict[str, Any]:
    """A record with a good response of the subject and a poor one of another."""
    return {
        "prompt": f"How long does order {number} take?",
        "referenceResponse": WORDS,
        "category": "even" if number % 2 == 0 else "odd",
        "modelResponses": [
            {"response": "no idea", "modelIdentifier": OTHER},
            {"response": WORDS, "modelIdentifier": SUBJECT},
        ],
    }


def people(world: DeployedWorld, count: int = 12, **changes: Any) -> dict[str, Any]:
    """A human evaluation of a dataset that is there, with three people who answer."""
    world.aws.control("POST", "models", {"kind": "flow-definition", "arn": WORKFLOW, "workers": 3})
    return {
        "name": "people",
        "kind": "bedrock-human",
        "dataset": world.put_dataset([pair(number) for number in range(count)]),
        "responses": [{"precomputed": SUBJECT}, {"precomputed": OTHER}],
        "flowDefinition": WORKFLOW,
        "instructions": "Is the answer right?",
        "metrics": METRICS,
        **changes,
    }


def both(world: DeployedWorld, judged: str, **more: Any) -> dict[str, Any]:
    """A suite that a judge and people answer."""
    document = suite(judged)
    return {**document, "evaluations": [people(world), *document["evaluations"]], **more}


def human_run(world: DeployedWorld, without: Without) -> str:
    document = {**suite("-"), "evaluations": [people(world, count=2)]}
    with without:
        return told(world.evaluate(document))


HUMAN_SCENARIOS: dict[str, Scenario] = {"people who answer": human_run}
