"""`python -m benchmarks.queueing [RUNS]`: runs that start within minutes, and a service of 20 jobs.

Each run is one job on the embedded AWS, whose waits and jobs last a third of what they would; two
hundred take half an hour, so `make bench` leaves this out. A job's ideal wait is that of first in,
first out, by the moments when the jobs first asked, if each place that becomes free were taken at
once. Aim: no job waits longer than twice its ideal wait and the looks that it needs to see that a
place is free.
"""

from __future__ import annotations

import heapq
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import performance
from benchmarks.judged_runs import (
    deployed,
    ended,
    history,
    short_record,
    started,
    store_of,
    uploaded,
)
from demo.deployment import Deployed
from demo.embedded import EmbeddedAws, embedded_aws
from modeleval.store.items import RunStatus
from modeleval.workflow.timing import seconds_of

RUNS = 200
PLACES = 20
WAIT_SCALE = 0.3
"""Below it, this machine is too slow for how often jobs look, and its slowness is measured."""
JOB_SECONDS = 180.0
START_SECONDS = 1.5
"""Between starts: started in one moment, each run would have interpreters of its own to start."""
_METRICS = ("Helpfulness",)


class Waited(NamedTuple):
    """A job: when it first asked and when it began, and its ideal wait; all in seconds."""

    asked: float
    began: float
    ideal: float

    @property
    def seconds(self) -> float:
        return self.began - self.asked


def main() -> None:
    """Start them, and keep how they waited in performance.json, beside other numbers of runs."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    with (
        tempfile.TemporaryDirectory(prefix="modeleval-queueing-") as scratch,
        embedded_aws(wait_scale=WAIT_SCALE, job_seconds=JOB_SECONDS) as aws,
    ):
        os.environ.update(aws.environment())
        stack, _ = deployed(aws, Path(scratch))
        found = queued(aws, stack, runs)
    performance.keep_rows("queueing", [found], by="runs", order=lambda row: -row["runs"])


def queued(aws: EmbeddedAws, stack: Deployed, runs: int) -> dict[str, Any]:
    """Start so many runs and wait for them all: how fair their waits were."""
    aws.control("POST", "settings", {"concurrentJobs": PLACES})
    dataset = uploaded(aws, stack, [short_record(0)])
    begun = time.perf_counter()
    arns = []
    for _ in range(runs):
        arns.append(started(aws, stack, dataset, suite="queueing", metrics=_METRICS))
        time.sleep(START_SECONDS)
    ids = [ended(aws, arn) for arn in arns]
    wall = time.perf_counter() - begun
    store = store_of(aws, stack)
    jobs = [job for run in ids for job in store.jobs(run)]
    moments = [(seconds_of(str(job.asked_at)), seconds_of(str(job.started_at))) for job in jobs]
    waited = waits(moments, places=PLACES, seconds=JOB_SECONDS)
    queue = [one for one in waited if one.ideal > 0]
    worst = max(waited, key=lambda one: one.seconds - 2 * one.ideal)
    return {
        "runs": runs,
        "places": PLACES,
        "waitScale": WAIT_SCALE,
        "jobSeconds": JOB_SECONDS,
        "startSeconds": START_SECONDS,
        "wallSeconds": round(wall),
        "mostAtOnce": _most_at_once(aws),
        "succeeded": sum(store.run(run).status is RunStatus.SUCCEEDED for run in ids),
        "waited": len(queue),
        "longestSeconds": round(max(one.seconds for one in waited), 1),
        "longestIdealSeconds": round(max(one.ideal for one in waited), 1),
        "medianRatio": round(statistics.median(one.seconds / one.ideal for one in queue), 2),
        "mostAboveTwiceSeconds": round(worst.seconds - 2 * worst.ideal, 1),
        "worstIdealSeconds": round(worst.ideal, 1),
        "overtaken": overtaken(waited),
        **_histories(aws, [str(job.execution_arn) for job in jobs]),
    }


def waits(moments: Sequence[tuple[float, float]], *, places: int, seconds: float) -> list[Waited]:
    """Of jobs that last so long, by the moments when each asked and began; in their order."""
    free = [float("-inf")] * places
    found = []
    for asked, began in sorted(moments):
        begins = max(asked, heapq.heappop(free))
        heapq.heappush(free, begins + seconds)
        found.append(Waited(asked, began, begins - asked))
    return found


def overtaken(waited: Sequence[Waited]) -> int:
    """By how many jobs that asked later the most unlucky job was overtaken."""
    return max(
        sum(later.began < one.began for later in waited[number + 1 :])
        for number, one in enumerate(waited)
    )


def _histories(aws: EmbeddedAws, executions: Sequence[str]) -> dict[str, int]:
    """The longest history of a job's execution, and how often all of them asked to start."""
    sfn = aws.client("stepfunctions")
    longest, asked = 0, 0
    for arn in executions:
        events = history(sfn, arn)
        longest = max(longest, len(events))
        asked += sum(
            event["type"] == "TaskStateEntered"
            and event["stateEnteredEventDetails"]["name"] == "StartJob"
            for event in events
        )
    return {"historyEvents": longest, "looks": asked}


def _most_at_once(aws: EmbeddedAws) -> int:
    """The most jobs that the service ran at one time, by when it was asked for them."""
    created = sorted(seconds_of(job["creationTime"]) for job in aws.control("GET", "jobs")["jobs"])
    return max(
        sum(begun <= moment < begun + JOB_SECONDS for begun in created) for moment in created
    )


if __name__ == "__main__":
    main()
