"""The part of docs/performance.md about runs that really ran large."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from modeleval.workflow.timing import JITTER, NEAR_SECONDS_PER_JOB

_HISTORY_LIMIT = 25_000
_ITEM_LIMIT = 400 * 1024
REAPED_AIM = 60
_REAPED_LATE = """**The minute was missed here**, on two processors that thirty other programs
shared at the lowest priority; it is not shown. The work is little, per job in progress a write, a
read and a request to Bedrock, so that it should be kept on AWS, where nobody has measured it.
"""
_OBJECT_SECONDS, _MEGABYTES_A_SECOND = 0.05, 75
_LOAD = """## A hundred thousand prompts, run

`python -m benchmarks.load`: through the deployed state machines and the packaged functions on the
embedded AWS, in jobs of 1,000 records of 1.4 KB, with six metrics and the run before as the
baseline. Seconds of the wall have Bedrock's stand-in in them, which judges on the same {processors}
processors and takes most of them. Memory is the largest process of the function, its interpreter
and libraries included, beside what the function has.
"""
_PEAKS = """
What each function took: seconds of its longest invocation by the wall (its cold start and whatever
else ran included), of the processor in all its invocations together, and the peak of memory.
"""
_SCORING = """
## The largest run, scored

`python -m benchmarks.scoring`: ScoreRun of up to a thousand jobs of a thousand records by six
metrics with explanations of 300 characters, in ten categories, compared with an earlier run of the
same size, with a gate. Its limits are {memory:,} MB and {timeout} seconds. What it reads comes from
a folder here; from S3 it takes longer: the last column is computed, with 50 ms an object and 75 MB
a second (assumed: nobody has measured it). Seconds are the processor's, since other work ran beside
it; a function of {memory:,} MB has more than one processor, of which scoring uses one.
"""
_SCORED = """
Memory grows with the records, and is meant to: a comparison needs both runs' numbers at once, and a
number takes eight bytes beside its record's key. The largest run that is allowed takes
{share:.0%} of the memory and, S3's time included, {time:.0%} of the time. Record scores are read
once per run; before this was measured they were read three times, which would have been 11 GB.
"""
_REAPING = """
## The largest run, stopped

`python -m benchmarks.reaping`: a run of {jobs:,} jobs, {running} of them in progress, is stopped on
the embedded AWS. Aim: no job in progress after a minute, all marked within the reaper's time.

| | took | limit |
|---|---:|---:|
| no job in progress | {stoppedSeconds:.0f} s | 60 s |
| all jobs marked | {markedSeconds:.0f} s | {timeoutSeconds} s |
| of the processor | {reaperProcessor:.0f} s | |
| memory of the reaper | {reaperPeakMb} MB | {memoryMb} MB |

Jobs that may be paid for are stopped first, then executions, and jobs that were only planned are
marked after them. Here the executions' functions start at the same time, on the same processors.
"""
_QUEUEING = """## Many runs, at a service with twenty places

`python -m benchmarks.queueing`: runs of one job each are started on the embedded AWS, one every
{startSeconds} s; its service runs {places} jobs at a time. A job takes {jobSeconds:.0f} s there,
and the state machines' waits {waitScale} of their length, so that it stands for {minutes:.0f}
minutes; what the functions take is not scaled. A job's ideal wait is that of first in, first out,
by when the jobs first asked, if each place that becomes free were taken at once. Aim: no job waits
longer than twice that and a look at the front, which is {look:.1f} s here at its longest. In
simulated time, with the same step and table and functions that take none, all waits together are
below 1.25 of the ideal ones (`tests/unit/faults/test_queue.py`).
"""
_QUEUED_LATE = """**The aim was missed by a job here**, whose ideal wait is above, as is the
machine's load. What the functions take is not scaled, so that a busy machine adds more to a wait
than on AWS.
"""
_QUEUED = {
    "succeeded": ("runs that succeeded", "{}"),
    "mostAtOnce": ("jobs at once, at most", "{}"),
    "waited": ("jobs that had to wait", "{}"),
    "longestSeconds": ("the longest wait, s", "{:.0f}"),
    "longestIdealSeconds": ("the longest ideal wait, s", "{:.0f}"),
    "medianRatio": ("wait / ideal wait, the median", "{:.2f}"),
    "mostAboveTwiceSeconds": ("the most that a wait was above twice its ideal, s", "{:.1f}"),
    "worstIdealSeconds": ("that job's ideal wait, s", "{:.1f}"),
    "overtaken": ("jobs that asked later and began before the most unlucky one", "{}"),
    "looks": ("times that all jobs together looked", "{:,}"),
    "historyEvents": ("events of the longest history of a job (of 25,000)", "{}"),
}
"""Of a measurement: what is told, and how."""


def sections(found: Mapping[str, Any]) -> Iterator[str]:
    """Of what was measured; what was not is left out."""
    if "load" in found:
        yield from _load(found["load"], found["machine"])
    if "scoring" in found:
        yield from _scoring(found["scoring"])
    if "reaping" in found:
        stopped = found["reaping"]
        yield _REAPING.format(**stopped)
        if stopped["stoppedSeconds"] > REAPED_AIM:
            yield _REAPED_LATE
    if "queueing" in found:
        yield from _queueing(found["queueing"])


def _queueing(measured: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    first = measured[0]
    yield _QUEUEING.format(
        **first,
        minutes=first["jobSeconds"] / first["waitScale"] / 60,
        look=_longest_look(first),
    )
    yield "| | " + " | ".join(f"{one['runs']} runs" for one in measured) + " |"
    yield "|---|" + "---:|" * len(measured)
    for field, (name, form) in _QUEUED.items():
        cells = (form.format(one[field]) if field in one else "" for one in measured)
        yield f"| {name} | {' | '.join(cells)} |"
    yield ""
    if any(one["mostAboveTwiceSeconds"] > _longest_look(one) for one in measured):
        yield _QUEUED_LATE


def _longest_look(found: Mapping[str, Any]) -> float:
    """Seconds that a job near the front waits at most until it looks again, in a measurement."""
    return float((found["places"] - 1) * NEAR_SECONDS_PER_JOB * (1 + JITTER) * found["waitScale"])


def _load(found: Mapping[str, Any], machine: Mapping[str, Any]) -> Iterator[str]:
    yield _LOAD.format(**machine)
    yield (
        "| jobs | records | dataset MB | wall s | invocations | events of the run's history "
        f"(of {_HISTORY_LIMIT:,}) | items in the table | largest item KB (of "
        f"{_ITEM_LIMIT // 1024}) | files MB |"
    )
    yield "|" + "---:|" * 9
    for run in found["runs"]:
        items = run["items"].values()
        yield (
            f"| {run['shards']} | {run['records']:,} | {run['datasetMb']:.0f} "
            f"| {run['wallSeconds']:,} | {run['invocations']:,} | {run['historyEvents'][0]:,} "
            f"| {sum(one['items'] for one in items):,} "
            f"| {max(one['bytes'] for one in items) / 1024:.1f} | {run['bucketMb']:,.0f} |"
        )
    yield _PEAKS
    steps = list(found["limits"])
    yield "| records | " + " | ".join(f"{step}: s, processor s, MB" for step in steps) + " |"
    yield "|---:|" + "---:|" * len(steps)
    for run in found["runs"]:
        cells = (_cell(run["functions"][step]) for step in steps)
        yield f"| {run['records']:,} | {' | '.join(cells)} |"
    limits = (f"{one['seconds']}, -, {one['memoryMb']:,}" for one in found["limits"].values())
    yield f"| limit | {' | '.join(limits)} |"


def _cell(taken: Mapping[str, float]) -> str:
    return f"{taken['longestSeconds']:.0f}, {taken['processor']:.0f}, {taken['peakMb']:.0f}"


def _scoring(found: Mapping[str, Any]) -> Iterator[str]:
    limits, runs = found["limits"], found["runs"]
    yield _SCORING.format(memory=limits["memoryMb"], timeout=limits["seconds"])
    yield (
        "| jobs | records | scores | processor s | peak MB | empty MB "
        "| objects read | MB read | summary KB | S3 adds s |"
    )
    yield "|" + "---:|" * 10
    for run in runs:
        yield (
            f"| {run['jobs']:,} | {run['records']:,} | {run['scores']:,} "
            f"| {run['processor']:,.0f} | {run['peakMb']:,} | {run['emptyMb']} | {run['gets']:,} "
            f"| {run['readMb']:,} | {run['summaryKb']} | {storage_seconds(run):,.0f} |"
        )
    largest = max(runs, key=lambda run: int(run["records"]))
    yield _SCORED.format(
        share=largest["peakMb"] / limits["memoryMb"],
        time=(largest["processor"] + storage_seconds(largest)) / limits["seconds"],
    )


def storage_seconds(run: Mapping[str, Any]) -> float:
    """How long S3 would take to give a run's record scores, one after the other."""
    return float(run["gets"]) * _OBJECT_SECONDS + float(run["readMb"]) / _MEGABYTES_A_SECOND
