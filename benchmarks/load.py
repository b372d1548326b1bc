"""`python -m benchmarks.load [SHARDS ...]`: up to 100,000 prompts through the embedded AWS.

One deployment; then a run per number of shards, each shard one job of 1,000 records of 1.4 KB and
six metrics, compared with the run before. What runs are the deployed state machines and the
packaged functions; Bedrock and its judge are stand-ins, which take most of the wall's time here.
Time and memory are those of the functions' processes, their interpreter and libraries included.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import generate, performance
from benchmarks.counted import METRICS, children, deployed, history, items_of, of_histories, step_of
from benchmarks.processes import FunctionProcesses
from demo.deployment import Deployed
from demo.embedded import EmbeddedAws, embedded_aws

SHARDS = (1, 10, 30, 100)
PER_SHARD = 1000
STEPS = ("PlanJobs", "CollectJob", "ScoreRun", "PublishRun", "ReportRun")
"""Those whose work grows with the records."""

_JUDGE = "amazon.nova-pro-v1:0"
_PATIENCE_SECONDS = 3600
_MEGABYTE = 1_000_000


def main() -> None:
    """Run them all, and keep what each took in performance.json."""
    sizes = [int(size) for size in sys.argv[1:]] or list(SHARDS)
    with (
        tempfile.TemporaryDirectory(prefix="modeleval-load-") as scratch,
        embedded_aws(wait_scale=0.1, job_seconds=1.0) as aws,
    ):
        os.environ.update(aws.environment())
        stack, _ = deployed(aws, Path(scratch))
        limits = functions_limits(aws)
        runs: list[dict[str, Any]] = []
        for shards in sizes:
            runs.append(loaded(aws, stack, shards, Path(scratch)))
            performance.keep("load", {"limits": limits, "runs": runs})


def functions_limits(aws: EmbeddedAws, steps: Sequence[str] = STEPS) -> dict[str, dict[str, int]]:
    """Memory (MB) and timeout (seconds) of the deployed functions of these steps, by step."""
    pages = aws.client("lambda").get_paginator("list_functions").paginate()
    found = {step_of(one["FunctionName"]): one for page in pages for one in page["Functions"]}
    return {
        step: {"memoryMb": found[step]["MemorySize"], "seconds": found[step]["Timeout"]}
        for step in steps
    }


def loaded(aws: EmbeddedAws, stack: Deployed, shards: int, folder: Path) -> dict[str, Any]:
    """Run a suite of so many jobs of a thousand records: what it took."""
    dataset = folder / "dataset.jsonl"
    _write(dataset, shards * PER_SHARD)
    name = f"load-{uuid.uuid4().hex}"
    aws.client("s3").upload_file(str(dataset), stack.bucket, f"datasets/{name}.jsonl")
    processes = FunctionProcesses(aws.pid)
    begun = time.perf_counter()
    with processes.watched():
        arn, run_id = _finished(aws, stack, name)
    wall = time.perf_counter() - begun
    sfn = aws.client("stepfunctions")
    told = of_histories(sfn, arn, run_id, shards)
    return {
        "shards": shards,
        "records": shards * PER_SHARD,
        "datasetMb": round(dataset.stat().st_size / _MEGABYTE, 1),
        "wallSeconds": round(wall),
        "historyEvents": told["historyEvents"],
        "invocations": told["invocations"],
        "functions": _functions(processes, _longest(sfn, arn, run_id, shards)),
        "items": _items(aws, stack, run_id),
        "bucketMb": _bucket_megabytes(aws, stack, f"runs/{run_id}/"),
    }


def _write(path: Path, records: int) -> None:
    """Each record from a seed of its own: a smaller dataset is the beginning of a larger one."""
    with path.open("w") as file:
        for number in range(records):
            record = generate.dataset_record(random.Random(number))
            file.write(json.dumps(record) + "\n")


def _finished(aws: EmbeddedAws, stack: Deployed, name: str) -> tuple[str, str]:
    """Start the run and wait for its end: its execution, its id."""
    evaluation = {
        "name": "answers",
        "kind": "bedrock-judge",
        "dataset": f"datasets/{name}.jsonl",
        "responses": {"precomputed": generate.IDENTIFIER},
        "judge": _JUDGE,
        "metrics": list(METRICS),
    }
    suite = {"name": "load", "acceptBedrockEvaluationTerms": True, "evaluations": [evaluation]}
    sfn = aws.client("stepfunctions")
    arn = sfn.start_execution(
        stateMachineArn=stack.run_state_machine_arn, name=name, input=json.dumps({"suite": suite})
    )["executionArn"]
    end = time.monotonic() + _PATIENCE_SECONDS
    while (found := sfn.describe_execution(executionArn=arn))["status"] == "RUNNING":
        if time.monotonic() > end:
            raise RuntimeError(f"{name} did not end")
        time.sleep(1)
    if found["status"] != "SUCCEEDED":
        raise RuntimeError(f"{name}: {found.get('error')}: {found.get('cause')}")
    return str(arn), str(json.loads(found["output"])["runId"])


def _longest(sfn: Any, arn: str, run_id: str, shards: int) -> dict[str, float]:
    """Seconds of the wall of each step's longest execution, its cold start included."""
    found: dict[str, float] = {}
    for one in (arn, *children(sfn, run_id, shards)):
        for step, seconds in _steps(history(sfn, one)):
            found[step] = max(seconds, found.get(step, 0.0))
    return found


def _steps(events: list[Any]) -> Iterator[tuple[str, float]]:
    """The tasks of an execution, and how long each took; one that runs twice counts as each."""
    entered: dict[str, Any] = {}
    for event in events:
        if event["type"] == "TaskStateEntered":
            entered[event["stateEnteredEventDetails"]["name"]] = event["timestamp"]
        elif event["type"] == "TaskStateExited":
            name = event["stateExitedEventDetails"]["name"]
            yield name, (event["timestamp"] - entered[name]).total_seconds()


def _functions(
    processes: FunctionProcesses, longest: Mapping[str, float]
) -> dict[str, dict[str, float]]:
    taken = {step_of(name): one for name, one in processes.taken().items()}
    return {
        step: {
            "peakMb": round(taken[step].peak_mb),
            "processor": round(taken[step].processor, 1),
            "processes": taken[step].processes,
            "longestSeconds": round(longest[step], 1),
        }
        for step in STEPS
    }


def _items(aws: EmbeddedAws, stack: Deployed, run_id: str) -> dict[str, dict[str, int]]:
    """How many items of each kind the run has in the table, and the bytes (as JSON) of the
    largest."""
    found: dict[str, dict[str, int]] = {}
    for name, size in items_of(aws, stack, run_id):
        kind = found.setdefault(name, {"items": 0, "bytes": 0})
        kind["items"] += 1
        kind["bytes"] = max(kind["bytes"], size)
    return found


def _bucket_megabytes(aws: EmbeddedAws, stack: Deployed, prefix: str) -> float:
    pages = (
        aws.client("s3")
        .get_paginator("list_objects_v2")
        .paginate(Bucket=stack.bucket, Prefix=prefix)
    )
    sizes = (item["Size"] for page in pages for item in page.get("Contents", []))
    return round(sum(sizes) / _MEGABYTE, 1)


if __name__ == "__main__":
    main()
