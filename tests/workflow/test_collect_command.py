"""`modeleval collect` against Bedrock's Converse, with IAM enforced, as a person calls it."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from deployed_world import DeployedWorld

MODEL = "amazon.nova-lite-v1:0"
COMMAND = Path(sys.executable).parent / "modeleval"
TOOL = {
    "name": "lookup",
    "inputSchema": {"type": "object", "properties": {"order": {"type": "string"}}},
    "recorded": True,
}
SUITE = {
    "name": "collected",
    "acceptBedrockEvaluationTerms": True,
    "evaluations": [
        {
            "name": "answers",
            "kind": "bedrock-judge",
            "dataset": {
                "scenarios": "scenarios/support.yaml",
                "target": {"name": "support-bot-v3", "model": MODEL, "tools": [TOOL]},
                "requestsPerMinute": 6000,
            },
            "judge": "amazon.nova-pro-v1:0",
            "metrics": ["Helpfulness"],
        }
    ],
}
SCENARIOS = [
    {
        "id": "order",
        "category": "orders",
        "turns": ['Where is it? [tool lookup {"order": "A1"}]', 'Thanks. [think "polite?"]'],
        "toolResults": {"lookup": "It arrives on Friday."},
    },
    {"id": "hello", "category": "greeting", "turns": ["Hello"]},
    {"id": "silent", "category": "greeting", "turns": ["Say nothing. [silence]", "And now?"]},
]


class Ended(NamedTuple):
    code: int
    out: str
    err: str


class Collector:
    """Somebody in a folder of their own, who may ask one model and nothing else."""

    def __init__(self, world: DeployedWorld, folder: Path) -> None:
        self.world, self.folder = world, folder
        self._iam = world.aws.client("iam")
        self._name = f"person-{uuid.uuid4().hex[:8]}"
        self._iam.create_user(UserName=self._name)
        key = self._iam.create_access_key(UserName=self._name)["AccessKey"]
        self._environment = world.aws.environment() | {
            "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        }
        self.write("suite.json", SUITE)
        self.write("scenarios.json", SCENARIOS)

    def write(self, name: str, document: Any) -> None:
        (self.folder / name).write_text(json.dumps(document))

    def may_ask(self, model: str = MODEL) -> None:
        resource = f"arn:aws:bedrock:*::foundation-model/{model}"
        allowed = {"Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": resource}
        document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        self._iam.put_user_policy(UserName=self._name, PolicyName="ask", PolicyDocument=document)

    def collect(self, *options: str) -> Ended:
        asked = ("collect", "scenarios.json", "--suite", "suite.json", "--output", "out.jsonl")
        found = subprocess.run(
            [COMMAND, *asked, "--yes", *options],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return Ended(found.returncode, found.stdout, found.stderr)

    def lines(self) -> dict[str, dict[str, Any]]:
        text = (self.folder / "out.jsonl").read_text()
        return {
            line["recordId"].partition("#")[0]: line for line in map(json.loads, text.splitlines())
        }

    def asked(self) -> list[str]:
        """Digests of the requests that were answered."""
        found = self.world.aws.control("GET", "conversations")["conversations"]
        return [one["digest"] for one in found]


@pytest.fixture
def collector(world: DeployedWorld, tmp_path: Path) -> Collector:
    return Collector(world, tmp_path)


def test_conversations_with_tools_become_a_dataset_that_is_judged(collector: Collector) -> None:
    collector.may_ask()
    ended = collector.collect("--json")
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    assert (found["valid"], found["failed"]) == (True, {"emptyAnswer": 1})
    assert (found["counts"]["collected"], found["counts"]["afterFailure"]) == (3, 1)
    assert (found["counts"]["toolCalls"], found["counts"]["thinkingRemoved"]) == (1, 1)
    assert found["usd"] > 0
    lines = collector.lines()
    answer = lines["order/1"]["modelResponses"][0]["response"]
    assert "It arrives on Friday." in answer
    assert lines["order/2"]["prompt"].startswith("User: Where is it?")
    assert answer in lines["order/2"]["prompt"]
    assert "polite" not in lines["order/2"]["modelResponses"][0]["response"]

    key = collector.world.put_dataset((collector.folder / "out.jsonl").read_bytes())
    entry = SUITE["evaluations"][0] | {  # type: ignore[index]
        "dataset": key,
        "responses": {"precomputed": "support-bot-v3"},
        "clusterField": "conversation",
        "keyField": "recordId",
    }
    run = collector.world.evaluate(SUITE | {"evaluations": [entry]})
    assert run.status == "SUCCEEDED", run.cause
    scores = collector.world.store.scores(run.run_id)
    overall = next(one for one in scores if one.category is None)
    assert (overall.n, overall.unscored) == (3, 2)


def test_what_was_answered_is_not_asked_again(collector: Collector) -> None:
    collector.may_ask()
    fault = {"kind": "error", "operation": "Converse", "code": "AccessDeniedException"}
    collector.world.aws.control("POST", "faults", fault | {"about": "Thanks."})
    refused = collector.collect()
    assert (refused.code, refused.out.count("TargetRefused")) == (1, 0)
    assert "TargetRefused" in refused.err
    assert not (collector.folder / "out.jsonl").exists()
    ended = collector.collect()
    assert ended.code == 0, ended.err
    assert "What was answered before is kept" in ended.out
    asked = collector.asked()
    assert len(asked) == len(set(asked)) == 5


def test_a_throttled_model_is_asked_again(collector: Collector) -> None:
    collector.may_ask()
    collector.world.aws.control(
        "POST", "faults", {"kind": "error", "operation": "Converse", "times": 3}
    )
    ended = collector.collect()
    assert ended.code == 0, ended.err
    assert "3 of 5 turns" in ended.out


def test_whoever_may_not_ask_is_told_so(collector: Collector) -> None:
    ended = collector.collect()
    assert (ended.code, (collector.folder / "out.jsonl").exists()) == (1, False)
    assert ended.err.startswith("TargetRefused") or "TargetRefused: " in ended.err
    assert not (collector.folder / "out.jsonl.collecting").exists()
