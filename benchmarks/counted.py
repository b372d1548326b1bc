"""`python -m benchmarks.counted`: what runs on the embedded AWS ask of the services, counted.

One deployment, timed; then a run per number of shards, each shard one job of two records and six
metrics. Transitions, invocations and looks are read from the executions' histories; what functions
call, and the sizes of the items that they leave, from the embedded AWS.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks import performance
from demo.deployment import Deployed, bootstrap, deploy, synthesize
from demo.embedded import EmbeddedAws, embedded_aws
from modeleval.store.keys import run_partition

SHARDS = (1, 2, 10)
PER_SHARD = 2
METRICS = (
    "Correctness", "Completeness", "Helpfulness", "Coherence", "Relevance", "Harmfulness",
)  # fmt: skip
_JUDGE, _SUBJECT = "amazon.nova-pro-v1:0", "support-bot-v1"
_PATIENCE_SECONDS = 300
_STEP = re.compile(r".*Functions(\w+?)[0-9A-F]{8}\b.*")
"""A function's name as CloudFormation makes it; the step in it."""


def main() -> None:
    """Count, and keep the counts in performance.json."""
    with (
        tempfile.TemporaryDirectory(prefix="modeleval-counted-") as scratch,
        embedded_aws(wait_scale=0.005, job_seconds=1.0) as aws,
    ):
        os.environ.update(aws.environment())
        stack, seconds = deployed(aws, Path(scratch))
        performance.keep("deployment", seconds)
        performance.keep("counted", [counted(aws, stack, shards) for shards in SHARDS])


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


def counted(aws: EmbeddedAws, stack: Deployed, shards: int) -> dict[str, Any]:
    """Run a suite of as many jobs: its counts."""
    name = f"counted-{uuid.uuid4().hex}"
    scope = {"name": name, "texts": [name], "learns": ["runId", "executionArn"]}
    aws.control("POST", "scopes", scope)
    arn = _run(aws, stack, shards, name)
    sfn = aws.client("stepfunctions")
    described = sfn.describe_execution(executionArn=arn)
    if described["status"] != "SUCCEEDED":
        raise RuntimeError(f"a run of {shards} jobs: {described.get('error')}")
    run_id = json.loads(described["output"])["runId"]
    calls = aws.control("GET", "function-calls")["calls"]
    mine = [call for call in calls if call["scope"] == name]
    return {
        "records": shards * PER_SHARD,
        **of_histories(sfn, arn, run_id, shards),
        "calls": _by_operation(mine),
        "itemBytes": _item_bytes(aws, stack, run_id),
    }


def of_histories(sfn: Any, arn: str, run_id: str, shards: int) -> dict[str, Any]:
    """What the executions of a run and of its jobs tell of themselves."""
    histories = [history(sfn, one) for one in (arn, *children(sfn, run_id, shards))]
    events = [event for history in histories for event in history]
    entered = [event for event in events if event["type"].endswith("StateEntered")]
    invoked = [one for one in events if one["type"] in ("TaskScheduled", "LambdaFunctionScheduled")]
    names = Counter(event["stateEnteredEventDetails"]["name"] for event in entered)
    return {
        "shards": shards,
        "looks": names["CheckJob"],
        "transitions": len(entered),
        "historyEvents": [len(histories[0]), max(len(history) for history in histories[1:])],
        "invocations": len(invoked) - shards,  # the nested executions are tasks too
    }


def _run(aws: EmbeddedAws, stack: Deployed, shards: int, name: str) -> str:
    """Start it, wait for its end; its execution."""
    records = [
        {
            "prompt": f"Question {number}?",
            "referenceResponse": "Yes.",
            "category": f"c{number % 2}",
            "modelResponses": [{"response": "Yes.", "modelIdentifier": _SUBJECT}],
        }
        for number in range(shards * PER_SHARD)
    ]
    key = f"datasets/{name}.jsonl"
    body = "".join(json.dumps(record) + "\n" for record in records)
    aws.client("s3").put_object(Bucket=stack.bucket, Key=key, Body=body.encode())
    evaluation = {
        "name": "answers",
        "kind": "bedrock-judge",
        "dataset": key,
        "responses": {"precomputed": _SUBJECT},
        "judge": _JUDGE,
        "metrics": list(METRICS),
        "shardSize": PER_SHARD,
    }
    suite = {
        "name": "counted",
        "acceptBedrockEvaluationTerms": True,
        "evaluations": [evaluation],
    }
    sfn = aws.client("stepfunctions")
    arn = sfn.start_execution(
        stateMachineArn=stack.run_state_machine_arn, name=name, input=json.dumps({"suite": suite})
    )["executionArn"]
    end = time.monotonic() + _PATIENCE_SECONDS
    while sfn.describe_execution(executionArn=arn)["status"] == "RUNNING":
        if time.monotonic() > end:
            raise RuntimeError(f"a run of {shards} jobs did not end")
        time.sleep(0.5)
    return str(arn)


def children(sfn: Any, run_id: str, shards: int) -> list[str]:
    """The executions of a run's jobs."""
    machines = sfn.list_state_machines()["stateMachines"]
    found = [
        one["executionArn"]
        for machine in machines
        for page in sfn.get_paginator("list_executions").paginate(
            stateMachineArn=machine["stateMachineArn"]
        )
        for one in page["executions"]
        if one["name"].startswith(f"{run_id}-j")
    ]
    if len(found) != shards:
        raise RuntimeError(f"{len(found)} executions of {shards} jobs")
    return found


def history(sfn: Any, arn: str) -> list[Any]:
    pages = sfn.get_paginator("get_execution_history").paginate(executionArn=arn)
    return [event for page in pages for event in page["events"]]


def step_of(function: str) -> str:
    """The step in a function's name as CloudFormation makes it."""
    return _STEP.sub(r"\1", function)


def _by_operation(calls: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """Per function (its step's name as the stack has it), how often it called each operation."""
    found: dict[str, Counter[str]] = {}
    for call in calls:
        step = step_of(call["function"])
        operation = f"{call['service']}:{call['operation']}"
        found.setdefault(step, Counter())[operation] += call["tries"]
    return {step: dict(sorted(counts.items())) for step, counts in sorted(found.items())}


def items_of(aws: EmbeddedAws, stack: Deployed, run_id: str) -> Iterator[tuple[str, int]]:
    """Each item that a run leaves in the table: its kind, and its bytes as JSON."""
    pages = (
        aws.client("dynamodb")
        .get_paginator("query")
        .paginate(
            TableName=stack.table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": run_partition(run_id)}},
        )
    )
    for page in pages:
        for item in page["Items"]:
            yield str(item["sk"]["S"]).split("#")[0], len(json.dumps(item))


def _item_bytes(aws: EmbeddedAws, stack: Deployed, run_id: str) -> dict[str, int]:
    """The largest item of each kind that a run leaves in the table, bytes as JSON."""
    largest: dict[str, int] = {}
    for kind, size in items_of(aws, stack, run_id):
        largest[kind] = max(largest.get(kind, 0), size)
    return largest


def _timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
