"""What a workflow test does: put datasets, start suites, wait, look at what came of it."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from demo.deployment import Deployed
from demo.embedded import EmbeddedAws
from modeleval.ids import run_id
from modeleval.store.items import Job, Run, Score
from modeleval.store.table import RunStore

JUDGE = "amazon.nova-pro-v1:0"
SUBJECT = "support-bot-v1"
_PATIENCE = 90.0


@dataclass(frozen=True)
class Finished:
    """An execution that has ended, and the run it was."""

    status: str
    error: str | None
    cause: str
    output: dict[str, Any]
    run_id: str


class DeployedWorld:
    """The embedded AWS with the deployed stack."""

    def __init__(self, aws: EmbeddedAws, stack: Deployed) -> None:
        self.aws = aws
        self.stack = stack
        self.s3 = aws.client("s3")
        self.sfn = aws.client("stepfunctions")
        self.lambda_ = aws.client("lambda")
        self._session = aws.session()
        self._stores, self._making = threading.local(), threading.Lock()
        names = self.lambda_.get_paginator("list_functions").paginate()
        self._functions = [f["FunctionName"] for page in names for f in page["Functions"]]

    @property
    def store(self) -> RunStore:
        """The thread's own: a table of boto3's counts the names in its conditions for all threads
        together, and so gives two names of one condition the same number."""
        if not hasattr(self._stores, "own"):
            with self._making:
                resource = self._session.resource(
                    "dynamodb", endpoint_url=self.aws.endpoint, verify=self.aws.ca_bundle
                )
            self._stores.own = RunStore(resource.Table(self.stack.table))
        return cast("RunStore", self._stores.own)

    # -- asking ----------------------------------------------------------------------------------

    def put_dataset(self, lines: bytes | list[dict[str, Any]], key: str | None = None) -> str:
        """Upload a dataset under a key of its own; the key."""
        key = key or f"datasets/{uuid.uuid4().hex}.jsonl"
        if isinstance(lines, list):
            lines = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        self.s3.put_object(Bucket=self.stack.bucket, Key=key, Body=lines)
        return key

    def start(self, execution_input: Any) -> str:
        text = execution_input if isinstance(execution_input, str) else json.dumps(execution_input)
        return str(
            self.sfn.start_execution(stateMachineArn=self.stack.run_state_machine_arn, input=text)[
                "executionArn"
            ]
        )

    def start_named(self, document: dict[str, Any], name: str) -> str:
        """Start an execution of this name."""
        machine = self.stack.run_state_machine_arn
        started = self.sfn.start_execution(
            stateMachineArn=machine, name=name, input=json.dumps(document)
        )
        return str(started["executionArn"])

    def start_held(self, document: Any) -> tuple[str, str]:
        """Start a suite whose jobs run until they are released: its execution and its run."""
        self.settings(hold=True)
        execution = self.start({"suite": document})
        run_id = self.run_id(execution)
        wanted = len(document["evaluations"])
        self.until(lambda: len([job for job in self.store.jobs(run_id) if job.job_arn]) == wanted)
        return execution, run_id

    def invoke(self, step: str, payload: dict[str, Any]) -> Any:
        """Call a deployed function as the state machine would; its answer, or its error's name."""
        name = next(name for name in self._functions if f"Functions{step}" in name)
        answer = self.lambda_.invoke(FunctionName=name, Payload=json.dumps(payload).encode())
        result = json.loads(answer["Payload"].read())
        return result["errorType"] if "FunctionError" in answer else result

    def fault(self, **fault: Any) -> None:
        self.aws.control("POST", "faults", fault)

    def settings(self, **settings: Any) -> None:
        self.aws.control("POST", "settings", settings)

    # -- waiting ---------------------------------------------------------------------------------

    def run_id(self, execution_arn: str) -> str:
        begun = self.sfn.describe_execution(executionArn=execution_arn)["startDate"]
        return run_id(execution_arn, round(begun.timestamp() * 1000))

    def finish(self, execution_arn: str, *, patience: float = _PATIENCE) -> Finished:
        waited = {"arn": execution_arn}
        self.until(
            lambda: self.aws.control("POST", "executions/wait", waited)["status"] != "RUNNING",
            patience=patience,
        )
        found = self.sfn.describe_execution(executionArn=execution_arn)
        return Finished(
            found["status"],
            found.get("error"),
            found.get("cause", ""),
            json.loads(found.get("output") or "{}"),
            self.run_id(execution_arn),
        )

    def evaluate(self, suite: Any) -> Finished:
        """Run a suite to its end."""
        return self.finish(self.start({"suite": suite}))

    def until(
        self, condition: Callable[[], Any], *, patience: float = _PATIENCE, every: float = 0.05
    ) -> Any:
        """Wait for something to be true, looking every so many seconds; what it came to."""
        end = time.monotonic() + patience
        while not (found := condition()):
            if time.monotonic() > end:
                raise AssertionError(f"did not become true within {patience} s")
            time.sleep(every)
        return found

    # -- looking ---------------------------------------------------------------------------------

    def run(self, finished: Finished | str) -> Run:
        return self.store.run(finished if isinstance(finished, str) else finished.run_id)

    def jobs(self, finished: Finished) -> list[Job]:
        return self.store.jobs(finished.run_id)

    def scores(self, finished: Finished) -> dict[tuple[str, str | None], Score]:
        """The published scores, by metric and category."""
        return {
            (score.metric, score.category): score for score in self.store.scores(finished.run_id)
        }

    def keys(self, prefix: str) -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.stack.bucket, Prefix=prefix
        )
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    def read(self, key: str) -> bytes:
        return bytes(self.s3.get_object(Bucket=self.stack.bucket, Key=key)["Body"].read())

    def read_lines(self, key: str) -> list[Any]:
        return [json.loads(line) for line in self.read(key).splitlines()]

    def summary(self, finished: Finished) -> Any:
        return json.loads(self.read(f"runs/{finished.run_id}/summary.json"))

    def calls(self, operation: str) -> list[dict[str, Any]]:
        """The calls of one Bedrock operation since the test began."""
        calls = self.aws.control("GET", "calls")["calls"]
        return [call for call in calls if call["operation"] == operation]

    def service_jobs(self, name_contains: str = "") -> list[dict[str, Any]]:
        """What Bedrock holds."""
        jobs = self.aws.control("GET", "jobs")["jobs"]
        return [job for job in jobs if name_contains in job["jobName"]]


def record(number: int, response: str = "Yes.", **fields: Any) -> dict[str, Any]:
    """A valid record of precomputed responses."""
    return {
        "prompt": f"Question {number}?",
        "referenceResponse": "Yes.",
        "modelResponses": [{"response": response, "modelIdentifier": SUBJECT}],
        **fields,
    }


def suite(dataset: str, *, name: str = "test", **evaluation: Any) -> dict[str, Any]:
    """A valid suite of one evaluation, whose fields may be changed."""
    return {
        "name": name,
        "acceptBedrockEvaluationTerms": True,
        "evaluations": [
            {
                "name": "answers",
                "kind": "bedrock-judge",
                "dataset": dataset,
                "responses": {"precomputed": SUBJECT},
                "judge": JUDGE,
                "metrics": ["Correctness", "Harmfulness"],
                **evaluation,
            }
        ],
    }
