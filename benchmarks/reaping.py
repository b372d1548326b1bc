"""`python -m benchmarks.reaping [JOBS]`: a run of the most jobs is stopped on the embedded AWS.

As many jobs as Bedrock runs at once are in progress when the execution is stopped; the others are
planned. What is timed: until each of those jobs is stopped, and until the reaper has marked them
all.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import performance
from benchmarks.judged_runs import (
    deployed,
    functions_limits,
    run_of,
    short_record,
    started,
    step_of,
    store_of,
    until,
    uploaded,
)
from benchmarks.processes import FunctionProcesses
from demo.deployment import Deployed
from demo.embedded import EmbeddedAws, embedded_aws
from modeleval.kinds.protocol import MOST_JOBS
from modeleval.store.items import RunStatus

AT_ONCE = 20
_METRICS = ("Helpfulness",)


def main() -> None:
    """Stop one run, and keep what it took in performance.json."""
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else MOST_JOBS
    with (
        tempfile.TemporaryDirectory(prefix="modeleval-reaping-") as scratch,
        embedded_aws(wait_scale=0.1, job_seconds=1.0, forks=False) as aws,
    ):
        os.environ.update(aws.environment())
        stack, _ = deployed(aws, Path(scratch))
        performance.keep("reaping", reaped(aws, stack, jobs))


def reaped(aws: EmbeddedAws, stack: Deployed, jobs: int) -> dict[str, Any]:
    """Stop a run of so many jobs: what it took."""
    aws.control("POST", "settings", {"hold": True})
    store = store_of(aws, stack)
    dataset = uploaded(aws, stack, map(short_record, range(jobs)))
    arn = started(aws, stack, dataset, suite="reaping", metrics=_METRICS, shard_size=1)
    run = run_of(aws, arn)
    until(lambda: len(_going_on(aws)) == min(AT_ONCE, jobs))
    processes = FunctionProcesses(aws.pid)
    with processes.watched():
        stopped = time.perf_counter()
        aws.client("stepfunctions").stop_execution(executionArn=arn)
        until(lambda: not _going_on(aws))
        none_runs = time.perf_counter() - stopped
        until(lambda: all(job.status.ended for job in store.jobs(run)))
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


def _going_on(aws: EmbeddedAws) -> list[Any]:
    return [job for job in aws.control("GET", "jobs")["jobs"] if job["status"] == "InProgress"]


if __name__ == "__main__":
    main()
