"""`python -m benchmarks.reaping [JOBS]`: a run of the most jobs is stopped on the embedded AWS.

As many jobs as Bedrock runs at once are in progress when the execution is stopped; the others are
planned. What is timed: until each of those jobs is stopped, and until the reaper has marked them
all.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import generate, performance
from benchmarks.counted import deployed, step_of
from benchmarks.load import functions_limits
from benchmarks.processes import FunctionProcesses
from demo.deployment import Deployed
from demo.embedded import EmbeddedAws, embedded_aws
from modeleval.ids import run_id
from modeleval.kinds.protocol import MOST_JOBS
from modeleval.store.items import RunStatus
from modeleval.store.table import RunStore

AT_ONCE = 20
_JUDGE = "amazon.nova-pro-v1:0"
_PATIENCE_SECONDS = 1800


def main() -> None:
    """Stop one run, and keep what it took in performance.json."""
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else MOST_JOBS
    with (
        tempfile.TemporaryDirectory(prefix="modeleval-reaping-") as scratch,
        embedded_aws(wait_scale=0.1, job_seconds=1.0) as aws,
    ):
        os.environ.update(aws.environment())
        stack, _ = deployed(aws, Path(scratch))
        performance.keep("reaping", reaped(aws, stack, jobs))


def reaped(aws: EmbeddedAws, stack: Deployed, jobs: int) -> dict[str, Any]:
    """Stop a run of so many jobs: what it took."""
    aws.control("POST", "settings", {"hold": True})
    store = _store(aws, stack)
    sfn = aws.client("stepfunctions")
    arn = _started(aws, stack, jobs)
    begun = sfn.describe_execution(executionArn=arn)["startDate"]
    run = run_id(arn, round(begun.timestamp() * 1000))
    _until(lambda: len(_going_on(aws)) == min(AT_ONCE, jobs))
    processes = FunctionProcesses(aws.pid)
    with processes.watched():
        stopped = time.perf_counter()
        sfn.stop_execution(executionArn=arn)
        _until(lambda: not _going_on(aws))
        none_runs = time.perf_counter() - stopped
        _until(lambda: all(job.status.ended for job in store.jobs(run)))
        all_marked = time.perf_counter() - stopped
    taken = {step_of(name): one for name, one in processes.taken().items()}["ReapRun"]
    found = store.run(run)
    if found.status is not RunStatus.STOPPED:
        raise RuntimeError(f"the run is {found.status}")
    return {
        "jobs": jobs,
        "running": min(AT_ONCE, jobs),
        "stoppedSeconds": round(none_runs, 1),
        "markedSeconds": round(all_marked, 1),
        "reaperProcessor": round(taken.processor, 1),
        "reaperPeakMb": round(taken.peak_mb),
        "statuses": sorted({str(job.status) for job in store.jobs(run)}),
        **_limits(aws),
    }


def _limits(aws: EmbeddedAws) -> dict[str, int]:
    limits = functions_limits(aws, ["ReapRun"])["ReapRun"]
    return {"memoryMb": limits["memoryMb"], "timeoutSeconds": limits["seconds"]}


def _store(aws: EmbeddedAws, stack: Deployed) -> RunStore:
    table = aws.session().resource("dynamodb", endpoint_url=aws.endpoint, verify=aws.ca_bundle)
    return RunStore(table.Table(stack.table))


def _started(aws: EmbeddedAws, stack: Deployed, jobs: int) -> str:
    """A run of as many jobs of one record each: its execution."""
    lines = [
        {
            "prompt": f"Question {number}?",
            "modelResponses": [{"response": "Yes.", "modelIdentifier": generate.IDENTIFIER}],
        }
        for number in range(jobs)
    ]
    key = f"datasets/{uuid.uuid4().hex}.jsonl"
    body = "".join(json.dumps(line) + "\n" for line in lines)
    aws.client("s3").put_object(Bucket=stack.bucket, Key=key, Body=body.encode())
    evaluation = {
        "name": "answers",
        "kind": "bedrock-judge",
        "dataset": key,
        "responses": {"precomputed": generate.IDENTIFIER},
        "judge": _JUDGE,
        "metrics": ["Helpfulness"],
        "shardSize": 1,
    }
    suite = {"name": "reaping", "acceptBedrockEvaluationTerms": True, "evaluations": [evaluation]}
    started = aws.client("stepfunctions").start_execution(
        stateMachineArn=stack.run_state_machine_arn, input=json.dumps({"suite": suite})
    )
    return str(started["executionArn"])


def _going_on(aws: EmbeddedAws) -> list[Any]:
    return [job for job in aws.control("GET", "jobs")["jobs"] if job["status"] == "InProgress"]


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError("it did not come true")
        time.sleep(0.5)


if __name__ == "__main__":
    main()
