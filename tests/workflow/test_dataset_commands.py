"""`modeleval validate`, `peek` and `convert` on objects of the deployed bucket, with IAM enforced.

The command runs as it is installed, in a process of its own, with the credentials of a user who
holds exactly what docs/command-line.md asks for.
"""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from deployed_world import DeployedWorld

COMMAND = Path(sys.executable).parent / "modeleval"
LINES = [
    {
        "prompt": f"What is {number}? {'x' * 900}",
        "referenceResponse": f"It is {number}.",
        "category": "numbers",
        "modelResponses": [{"response": f"{number}", "modelIdentifier": "bot-v1"}],
    }
    for number in range(4000)
]


class Ended(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


class Person:
    """Somebody with credentials of their own, and with no other policy than one on datasets."""

    def __init__(self, world: DeployedWorld) -> None:
        self._iam = world.aws.client("iam")
        self._name = f"person-{uuid.uuid4().hex[:8]}"
        self._iam.create_user(UserName=self._name)
        key = self._iam.create_access_key(UserName=self._name)["AccessKey"]
        self._environment = world.aws.environment() | {
            "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        }
        self._objects = f"arn:aws:s3:::{world.stack.bucket}/datasets/*"

    def may(self, *actions: str) -> None:
        allowed = {"Effect": "Allow", "Action": [*actions], "Resource": self._objects}
        document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        self._iam.put_user_policy(
            UserName=self._name, PolicyName="datasets", PolicyDocument=document
        )

    def command(self, *arguments: str) -> Ended:
        found = subprocess.run(
            [COMMAND, *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return Ended(found.returncode, found.stdout, found.stderr)


@pytest.fixture
def person(world: DeployedWorld) -> Person:
    return Person(world)


@pytest.fixture
def uri(world: DeployedWorld) -> Callable[[list[dict[str, Any]]], str]:
    return lambda lines: f"s3://{world.stack.bucket}/{world.put_dataset(lines)}"


def test_reading_the_object_is_all_that_the_commands_need(
    person: Person, uri: Callable[[list[dict[str, Any]]], str], tmp_path: Path
) -> None:
    source = uri(LINES)
    denied = person.command("peek", source)
    assert (denied.code, denied.out) == (1, "")
    assert denied.err.startswith(f"DatasetNotFound: These credentials may not read it ({source})")

    person.may("s3:GetObject")
    looked = person.command("peek", source, "--json")
    assert (looked.code, looked.err) == (0, "")
    found = looked.document
    assert (found["format"], found["complete"]) == ("bedrock-responses", False)
    assert found["bytesRead"] < found["bytes"] / 2
    assert found["estimatedRecords"] == pytest.approx(4000, rel=0.02)

    out = tmp_path / "out.jsonl"
    converted = person.command("convert", source, str(out), "--to", "query-response", "--json")
    assert (converted.code, converted.err) == (0, "")
    assert converted.document["leftFields"] == {"the responses": 4000}
    first = json.loads(out.read_text().splitlines()[0])
    assert first == {
        "query": LINES[0]["prompt"],
        "response": "It is 0.",
        "category": "numbers",
    }


def test_validation_says_what_a_run_would(
    world: DeployedWorld, person: Person, uri: Callable[[list[dict[str, Any]]], str]
) -> None:
    person.may("s3:GetObject")
    wrong = [LINES[0], *({**line, "prompt": 5} for line in LINES[1:4])]
    source = uri(wrong)
    ended = person.command("validate", source)
    assert ended.code == 1
    problem = "- lines 2 to 4, prompt: is a number, and must be a string. Make it a string"
    assert problem in ended.out.splitlines()
    run = world.evaluate(
        {
            "name": "wrong",
            "acceptBedrockEvaluationTerms": True,
            "evaluations": [
                {
                    "name": "answers",
                    "kind": "bedrock-judge",
                    "dataset": source,
                    "responses": {"precomputed": "bot-v1"},
                    "judge": "amazon.nova-pro-v1:0",
                    "metrics": ["Helpfulness"],
                }
            ],
        }
    )
    assert problem in run.cause


def test_what_is_not_there_is_an_error(world: DeployedWorld, person: Person) -> None:
    person.may("s3:GetObject")
    source = f"s3://{world.stack.bucket}/datasets/gone.jsonl"
    ended = person.command("validate", source)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("DatasetNotFound: ")
    assert source in ended.err
