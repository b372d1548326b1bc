"""Runs of a judge on the embedded AWS that measurements are made of, and what they left behind."""

from __future__ import annotations

import json
import re
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import generate
from demo.deployment import Deployed, bootstrap, deploy, synthesize
from demo.embedded import EmbeddedAws
from modeleval.ids import run_id
from modeleval.store.keys import run_partition
from modeleval.store.table import RunStore

METRICS = (
    "Correctness", "Completeness", "Helpfulness", "Coherence", "Relevance", "Harmfulness",
)  # fmt: skip
PATIENCE_SECONDS = 3600
_JUDGE = "amazon.nova-pro-v1:0"
_STEP = re.compile(r".*Functions(\w+?)[0-9A-F]{8}\b.*")
"""A function's name as CloudFormation makes it; the step in it."""


def deployed(aws: EmbeddedAws, folder: Path) -> tuple[Deployed, dict[str, float]]:
    """The stack, deployed; seconds of its synth, of a second synth and of its deployment."""
    settings = {"judgeModels": [_JUDGE]}
    first = _timed(lambda: synthesize(aws, folder / "first", settings=settings))
    second = _timed(lambda: synthesize(aws, folder / "cdk.out", settings=settings))
    bootstrap(aws)
    begun = time.perf_counter()
    stack = deploy(aws, folder / "cdk.out")
    took = time.perf_counter() - begun
    return stack, {"synthSeconds": first, "synthAgainSeconds": second, "deploySeconds": took}


def store_of(aws: EmbeddedAws, stack: Deployed) -> RunStore:
    """The stack's table, read as the account's root."""
    table = aws.session().resource("dynamodb", endpoint_url=aws.endpoint, verify=aws.ca_bundle)
    return RunStore(table.Table(stack.table))


def short_record(number: int) -> dict[str, Any]:
    """A record of a few words, in one of two categories."""
    return {
        "prompt": f"Question {number}?",
        "referenceResponse": "Yes.",
        "category": f"c{number % 2}",
        "modelResponses": [{"response": "Yes.", "modelIdentifier": generate.IDENTIFIER}],
    }


def uploaded(aws: EmbeddedAws, stack: Deployed, records: Iterable[Mapping[str, Any]]) -> str:
    """A dataset of these records in the stack's bucket; its key."""
    key = f"datasets/{uuid.uuid4().hex}.jsonl"
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.writelines(json.dumps(record) + "\n" for record in records)
        file.flush()
        aws.client("s3").upload_file(file.name, stack.bucket, key)
    return key


def started(
    aws: EmbeddedAws,
    stack: Deployed,
    dataset: str,
    *,
    suite: str,
    name: str | None = None,
    metrics: Sequence[str] = METRICS,
    shard_size: int | None = None,
) -> str:
    """Start a run of one evaluation of the dataset, under a name of its own: its execution."""
    evaluation = {
        "name": "answers",
        "kind": "bedrock-judge",
        "dataset": dataset,
        "responses": {"precomputed": generate.IDENTIFIER},
        "judge": _JUDGE,
        "metrics": list(metrics),
        **({} if shard_size is None else {"shardSize": shard_size}),
    }
    document = {"name": suite, "acceptBedrockEvaluationTerms": True, "evaluations": [evaluation]}
    begun = aws.client("stepfunctions").start_execution(
        stateMachineArn=stack.run_state_machine_arn,
        name=name or f"{suite}-{uuid.uuid4().hex}",
        input=json.dumps({"suite": document}),
    )
    return str(begun["executionArn"])


def run_of(aws: EmbeddedAws, arn: str) -> str:
    """The id of the run that an execution is."""
    begun = aws.client("stepfunctions").describe_execution(executionArn=arn)["startDate"]
    return run_id(arn, round(begun.timestamp() * 1000))


def ended(aws: EmbeddedAws, arn: str) -> str:
    """Wait for the end of a run: its id. Raises RuntimeError if it failed or does not end."""
    waited = {"arn": arn}
    until(lambda: aws.control("POST", "executions/wait", waited)["status"] != "RUNNING")
    found = aws.client("stepfunctions").describe_execution(executionArn=arn)
    if found["status"] != "SUCCEEDED":
        raise RuntimeError(f"{arn}: {found.get('error')}: {found.get('cause')}")
    return str(json.loads(found["output"])["runId"])


def until(condition: Callable[[], object], *, every: float = 0.5) -> None:
    """Wait for something to be true; raises RuntimeError if it stays false for an hour."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(f"it did not come true within {PATIENCE_SECONDS} s")
        time.sleep(every)


def of_histories(sfn: Any, arn: str, run: str, shards: int) -> dict[str, Any]:
    """What the executions of a run and of its jobs tell of themselves."""
    histories = [history(sfn, one) for one in (arn, *children(sfn, run, shards))]
    events = [event for found in histories for event in found]
    entered = [event for event in events if event["type"].endswith("StateEntered")]
    invoked = [one for one in events if one["type"] in ("TaskScheduled", "LambdaFunctionScheduled")]
    names = Counter(event["stateEnteredEventDetails"]["name"] for event in entered)
    return {
        "shards": shards,
        "looks": names["CheckJob"],
        "transitions": len(entered),
        "historyEvents": [len(histories[0]), max(len(found) for found in histories[1:])],
        "invocations": len(invoked) - shards,  # the nested executions are tasks too
    }


def children(sfn: Any, run: str, shards: int) -> list[str]:
    """The executions of a run's jobs."""
    machines = sfn.list_state_machines()["stateMachines"]
    found = [
        one["executionArn"]
        for machine in machines
        for page in sfn.get_paginator("list_executions").paginate(
            stateMachineArn=machine["stateMachineArn"]
        )
        for one in page["executions"]
        if one["name"].startswith(f"{run}-j")
    ]
    if len(found) != shards:
        raise RuntimeError(f"{len(found)} executions of {shards} jobs")
    return found


def history(sfn: Any, arn: str) -> list[Any]:
    """All events of an execution."""
    pages = sfn.get_paginator("get_execution_history").paginate(executionArn=arn)
    return [event for page in pages for event in page["events"]]


def step_of(function: str) -> str:
    """The step in a function's name as CloudFormation makes it."""
    return _STEP.sub(r"\1", function)


def functions_limits(aws: EmbeddedAws, steps: Sequence[str]) -> dict[str, dict[str, int]]:
    """Memory (MB) and timeout (seconds) of the deployed functions of these steps, by step."""
    pages = aws.client("lambda").get_paginator("list_functions").paginate()
    found = {step_of(one["FunctionName"]): one for page in pages for one in page["Functions"]}
    return {
        step: {"memoryMb": found[step]["MemorySize"], "seconds": found[step]["Timeout"]}
        for step in steps
    }


def items_of(aws: EmbeddedAws, stack: Deployed, run: str) -> Iterator[tuple[str, int]]:
    """Each item that a run leaves in the table: its kind, and its bytes as JSON."""
    pages = (
        aws.client("dynamodb")
        .get_paginator("query")
        .paginate(
            TableName=stack.table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": run_partition(run)}},
        )
    )
    for page in pages:
        for item in page["Items"]:
            yield str(item["sk"]["S"]).split("#")[0], len(json.dumps(item))


def _timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun
