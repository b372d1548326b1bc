"""`python -m benchmarks.overhead`: what a run asks of AWS around its judge, and the price of it.

A model: states and loops from the state machines' files, looks from `workflow.timing`, and calls as
counted on the embedded AWS (`benchmarks.counted`), which a test holds this to. The case is a run of
one `bedrock-judge` evaluation that is compared with a run of the same size, and nothing fails.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from pathlib import Path
from typing import Any

from benchmarks import performance
from modeleval.cost.estimate import estimate_judge
from modeleval.cost.prices import service_prices
from modeleval.workflow.timing import poll_seconds

JUDGE = "amazon.nova-pro-v1:0"
METRICS = 6
LENGTHS = {"10 minutes": 600, "2 hours": 7200, "7 days": 604_800}
SHARDS = (1, 10, 100, 1000)
SHARD_RECORDS = 1000
FEWEST_RECORDS = 30
CATEGORIES = 10
AIM = 0.01

AS_OF = "2026-11-28"
TABLE_READ = Decimal("0.000000125")
OBJECT_GET = Decimal("0.0000004")
EVENT = Decimal("0.000001")
"""USD per read unit, GET request and custom event, us-east-1; `scale.md` says where they are from.
The other prices are those of modeleval/cost/prices.json."""

GB_SECONDS_PER_CALL = 1
GB_SECONDS_PER_JOB = 1
"""Assumed: an invocation is a second of a GB; per job a second more, for writing its input and
reading its scores (four GETs of 50 ms at 3 GB)."""

_FOLDER = Path(__file__).parent.parent / "statemachine"
_WRITE_BYTES, _READ_BYTES = 1024, 4096
RUN_BYTES, JOB_BYTES = 3400, 1350
"""The largest items that were counted."""
_INDEXES = 2
"""Of the table, to which a run's item is copied."""
_BATCH = 25
"""Items that are written at once."""


@dataclass(frozen=True)
class Overhead:
    """Requests of a run, by what is paid for; `gb_seconds` of Lambda."""

    looks: int
    transitions: int
    invocations: int
    gb_seconds: int
    table_reads: int
    table_writes: int
    read_units: int
    write_units: int
    puts: int
    gets: int
    events: int

    @property
    def usd(self) -> Decimal:
        """Their price, without free tiers."""
        prices = service_prices()
        return (
            self.transitions * prices.state_transition
            + self.invocations * prices.lambda_request
            + self.gb_seconds * prices.lambda_gb_second
            + self.read_units * TABLE_READ
            + self.write_units * prices.table_write
            + self.puts * prices.object_put
            + self.gets * OBJECT_GET
            + self.events * EVENT
        )


def looks(seconds: float) -> int:
    """How often a job that takes so long is looked at, the look that finds it ended included."""
    count, age = 0, 0.0
    while True:
        age += poll_seconds(age)
        count += 1
        if age >= seconds:
            return count


def overhead(
    shards: int,
    seconds: float,
    *,
    scores: int = METRICS * (CATEGORIES + 1),
    compared: bool = True,
) -> Overhead:
    """A run of so many jobs that take so long each, with so many summaries.

    `compared`: with an earlier run of the same size. Raises ValueError if there is no job.
    """
    if shards < 1:
        raise ValueError("a run has a job")
    looked = looks(seconds)
    return counts(shards, shards * looked, scores=scores, compared_jobs=shards if compared else 0)


def counts(shards: int, looked: int, *, scores: int, compared_jobs: int) -> Overhead:
    """A run of so many jobs that were looked at so often in all."""
    steps, calls = _of_run()
    started, started_calls = _of_job()
    looking, looking_calls = _of_look()
    invocations = calls + shards * started_calls + looked * looking_calls
    queries = 4 + (1 if compared_jobs else 0)
    listed = 3 * ceil(shards * JOB_BYTES / _READ_BYTES) + ceil(
        compared_jobs * JOB_BYTES / _READ_BYTES
    )
    compared_gets = 1 + 2 * compared_jobs if compared_jobs else 0
    transactions = ceil(shards / _BATCH)
    run_unit, job_unit = (ceil(size / _WRITE_BYTES) for size in (RUN_BYTES, JOB_BYTES))
    return Overhead(
        looks=looked,
        transitions=steps + shards * started + looked * looking,
        invocations=invocations,
        gb_seconds=invocations * GB_SECONDS_PER_CALL + shards * GB_SECONDS_PER_JOB,
        table_reads=12 + queries + 6 * shards + 2 * looked,
        table_writes=14 + transactions + ceil(scores / _BATCH) + 4 * shards,
        read_units=12 + queries + listed + 6 * shards + 2 * looked,
        write_units=14 * run_unit * (1 + _INDEXES)
        + 2 * scores
        + shards * job_unit * (4 + 2),  # a write in a transaction counts twice
        puts=4 + 5 * shards,
        gets=8 + 4 * shards + compared_gets,
        events=1,
    )


def inside_parallel(shards: int) -> int:
    """The transitions of a run inside its Parallel state, which the embedded AWS does not tell."""
    run = _machine("evaluation_run")["States"]
    branches = run["RunAllJobs"]["Branches"]
    ways = sum(len(_way(branch["States"], branch["StartAt"])) for branch in branches)
    return ways + shards


def judge_usd(records: int) -> Decimal:
    """What the judge costs by the estimate: Nova Pro, six metrics, texts of ordinary length."""
    found = estimate_judge(evaluation="answers", records=records, metrics=METRICS, judge=JUDGE)
    if found.usd is None:
        raise RuntimeError(f"no price known of {JUDGE}")
    return found.usd


def table() -> Iterator[dict[str, Any]]:
    """Per number of shards and job length: the counts, the price, and its share of the judge's."""
    cases = [(1, FEWEST_RECORDS), *((shards, shards * SHARD_RECORDS) for shards in SHARDS)]
    for shards, records in cases:
        for name, seconds in LENGTHS.items():
            found = overhead(shards, seconds)
            judge = judge_usd(records)
            yield {
                "shards": shards,
                "records": records,
                "length": name,
                **vars(found),
                "usd": round(float(found.usd), 4),
                "judgeUsd": round(float(judge), 4),
                "share": round(float(found.usd / judge), 5),
            }


def _machine(name: str) -> Any:
    return json.loads((_FOLDER / f"{name}.asl.json").read_text())


def _of_run() -> tuple[int, int]:
    """States that a run enters whatever its jobs, and the functions that it invokes."""
    machine = _machine("evaluation_run")
    states = machine["States"]
    way = ["NewOrResumed", *_way(states, "PrepareRun")]
    return len(way) + inside_parallel(0), _invoked(states, way)


def _of_job() -> tuple[int, int]:
    """States per job, its own in the Map among them, without looks; and invocations."""
    states = _machine("evaluation_job")["States"]
    way = [*_way(states, "StartJob", "Asked"), *_way(states, "CollectJob")]
    return 1 + len(way), _invoked(states, way)


def _of_look() -> tuple[int, int]:
    """States per look, and invocations."""
    states = _machine("evaluation_job")["States"]
    way = _way(states, "WaitForJob", "Checked")
    return len(way), _invoked(states, way)


def _way(states: dict[str, Any], start: str, goal: str | None = None) -> list[str]:
    """The states from one to another, or to an end, by what each does if nothing is special."""
    way = [start]
    while way[-1] != goal:
        state = states[way[-1]]
        following = state.get("Next", state.get("Default"))
        if following is None:
            return way
        way.append(following)
    return way


def _invoked(states: dict[str, Any], way: list[str]) -> int:
    return sum(str(states[name].get("Resource", "")).endswith("lambda:invoke") for name in way)


def main() -> None:
    """Keep the table in performance.json."""
    performance.keep("overhead", list(table()))


if __name__ == "__main__":
    main()
