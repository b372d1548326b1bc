"""`python -m benchmarks.load [SHARDS ...]`: up to 100,000 prompts through the embedded AWS.

One deployment; then a run per number of shards, each shard one job of 1,000 records of 1.4 KB and
six metrics, compared with the run before. What runs are the deployed state machines and the
packaged functions; Bedrock and its judge are stand-ins, which take most of the wall's time here.
Time and memory are those of the functions' processes, their interpreter and libraries included.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks import generate, performance
from benchmarks.judged_runs import (
    children,
    deployed,
    ended,
    functions_limits,
    history,
    items_of,
    of_histories,
    started,
    step_of,
    uploaded,
)
from benchmarks.processes import FunctionProcesses
from demo.deployment import Deployed
from demo.embedded import EmbeddedAws, embedded_aws

SHARDS = (1, 10, 30, 100)
PER_SHARD = 1000
STEPS = ("PlanJobs", "CollectJob", "ScoreRun", "PublishRun", "ReportRun")
"""Those whose work grows with the records."""

_MEGABYTE = 1_000_000


def main() -> None:
    """Run them all, and keep what each took in performance.json."""
    sizes = [int(size) for size in sys.argv[1:]] or list(SHARDS)
    with (
        tempfile.TemporaryDirectory(prefix="modeleval-load-") as scratch,
        embedded_aws(wait_scale=0.1, job_seconds=1.0, forks=False) as aws,
    ):
        os.environ.update(aws.environment())
        stack, _ = deployed(aws, Path(scratch))
        limits = functions_limits(aws, STEPS)
        runs: list[dict[str, Any]] = []
        for shards in sizes:
            runs.append(loaded(aws, stack, shards))
            performance.keep("load", {"limits": limits, "runs": runs})


def loaded(aws: EmbeddedAws, stack: Deployed, shards: int) -> dict[str, Any]:
    """Run a suite of so many jobs of a thousand records: what it took."""
    dataset = uploaded(aws, stack, map(_record, range(shards * PER_SHARD)))
    size = aws.client("s3").head_object(Bucket=stack.bucket, Key=dataset)["ContentLength"]
    processes = FunctionProcesses(aws.pid)
    begun = time.perf_counter()
    with processes.watched():
        arn = started(aws, stack, dataset, suite="load")
        run = ended(aws, arn)
    wall = time.perf_counter() - begun
    sfn = aws.client("stepfunctions")
    told = of_histories(sfn, arn, run, shards)
    return {
        "shards": shards,
        "records": shards * PER_SHARD,
        "datasetMb": round(size / _MEGABYTE, 1),
        "wallSeconds": round(wall),
        "historyEvents": told["historyEvents"],
        "invocations": told["invocations"],
        "functions": _functions(processes, _longest(sfn, arn, run, shards)),
        "items": _items(aws, stack, run),
        "bucketMb": _bucket_megabytes(aws, stack, f"runs/{run}/"),
    }


def _record(number: int) -> dict[str, Any]:
    """Each from a seed of its own: a smaller dataset is the beginning of a larger one."""
    return generate.dataset_record(random.Random(number))


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
