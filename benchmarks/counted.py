"""`python -m benchmarks.counted`: what runs on the embedded AWS ask of the services, counted.

One deployment, timed; then a run per number of shards, each shard one job of two records and six
metrics. Transitions, invocations and looks are read from the executions' histories; what functions
call, and the sizes of the items that they leave, from the embedded AWS.
"""

from __future__ import annotations

import os
import tempfile
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks import performance
from benchmarks.judged_runs import (
    deployed,
    ended,
    items_of,
    of_histories,
    short_record,
    started,
    step_of,
    uploaded,
)
from demo.deployment import Deployed
from demo.embedded import EmbeddedAws, embedded_aws

SHARDS = (1, 2, 10)
PER_SHARD = 2


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


def counted(aws: EmbeddedAws, stack: Deployed, shards: int) -> dict[str, Any]:
    """Run a suite of as many jobs: its counts."""
    name = f"counted-{uuid.uuid4().hex}"
    scope = {"name": name, "texts": [name], "learns": ["runId", "executionArn"]}
    aws.control("POST", "scopes", scope)
    dataset = uploaded(aws, stack, map(short_record, range(shards * PER_SHARD)))
    arn = started(aws, stack, dataset, suite="counted", name=name, shard_size=PER_SHARD)
    run = ended(aws, arn)
    calls = aws.control("GET", "function-calls")["calls"]
    mine = [call for call in calls if call["scope"] == name]
    return {
        "records": shards * PER_SHARD,
        **of_histories(aws.client("stepfunctions"), arn, run, shards),
        "calls": _by_operation(mine),
        "itemBytes": _item_bytes(aws, stack, run),
    }


def _by_operation(calls: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """Per function (its step's name as the stack has it), how often it called each operation."""
    found: dict[str, Counter[str]] = {}
    for call in calls:
        step = step_of(call["function"])
        operation = f"{call['service']}:{call['operation']}"
        found.setdefault(step, Counter())[operation] += call["tries"]
    return {step: dict(sorted(counts.items())) for step, counts in sorted(found.items())}


def _item_bytes(aws: EmbeddedAws, stack: Deployed, run: str) -> dict[str, int]:
    """The largest item of each kind that a run leaves in the table, bytes as JSON."""
    largest: dict[str, int] = {}
    for kind, size in items_of(aws, stack, run):
        largest[kind] = max(largest.get(kind, 0), size)
    return largest


if __name__ == "__main__":
    main()
