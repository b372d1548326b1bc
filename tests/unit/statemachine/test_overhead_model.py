"""The model of a run's overhead holds to what was counted on the embedded AWS, and to its aim."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from benchmarks import performance
from benchmarks.judged_runs import METRICS
from benchmarks.overhead import (
    AIM,
    JOB_BYTES,
    LENGTHS,
    RUN_BYTES,
    SHARD_RECORDS,
    SHARDS,
    Overhead,
    counts,
    inside_parallel,
    judge_usd,
    looks,
    overhead,
)

COUNTED = performance.read()["counted"]
PUTS = {"PutObject", "ListObjectsV2"}
READS = {"GetItem", "Query"}


def model(counted: dict[str, Any]) -> Overhead:
    """The same run by the model. Each counted run is compared with the one before it."""
    earlier = COUNTED[: COUNTED.index(counted)]
    return counts(
        counted["shards"],
        counted["looks"],
        scores=len(METRICS) * 3,
        compared_jobs=earlier[-1]["shards"] if earlier else 0,
    )


def asked(counted: dict[str, Any], service: str) -> Counter[str]:
    """How often each operation of a service was called."""
    found: Counter[str] = Counter()
    for calls in counted["calls"].values():
        for name, count in calls.items():
            of, operation = name.split(":")
            found[operation] += count if of == service else 0
    return +found


@pytest.mark.parametrize("counted", COUNTED, ids=lambda one: f"{one['shards']} shards")
class TestTheModelAgainstTheCounts:
    def test_transitions(self, counted: dict[str, Any]) -> None:
        told = model(counted).transitions - inside_parallel(counted["shards"])
        assert told == counted["transitions"]

    def test_invocations(self, counted: dict[str, Any]) -> None:
        assert model(counted).invocations == counted["invocations"]

    def test_requests_to_the_table(self, counted: dict[str, Any]) -> None:
        found, expected = asked(counted, "dynamodb"), model(counted)
        assert expected.table_reads == sum(found[name] for name in READS)
        assert expected.table_writes == sum(found.values()) - sum(found[name] for name in READS)

    def test_requests_to_the_bucket(self, counted: dict[str, Any]) -> None:
        found, expected = asked(counted, "s3"), model(counted)
        assert expected.puts == sum(found[name] for name in PUTS)
        assert expected.gets == sum(found.values()) - sum(found[name] for name in PUTS)


def test_no_item_that_was_counted_is_larger_than_the_model_has_it() -> None:
    for counted in COUNTED:
        sizes = counted["itemBytes"]
        assert sizes["RUN"] <= RUN_BYTES
        assert sizes["JOB"] <= JOB_BYTES
        assert sizes["SCORE"] <= 1024


def test_several_numbers_of_jobs_were_counted() -> None:
    assert [one["shards"] for one in COUNTED] == [1, 2, 10]


def test_a_job_is_looked_at_seldom_when_it_is_old() -> None:
    assert looks(29) == 1
    assert looks(600) < 20
    assert looks(7 * 86_400) < 400


@pytest.mark.parametrize("shards", SHARDS)
@pytest.mark.parametrize("seconds", LENGTHS.values(), ids=list(LENGTHS))
def test_full_shards_cost_little_beside_their_judge(shards: int, seconds: int) -> None:
    assert overhead(shards, seconds).usd / judge_usd(shards * SHARD_RECORDS) < AIM


def test_the_smallest_case_keeps_the_aim_when_its_job_is_short() -> None:
    assert overhead(1, LENGTHS["10 minutes"]).usd / judge_usd(30) < AIM


def test_a_run_without_jobs_is_none() -> None:
    with pytest.raises(ValueError, match="a run has a job"):
        overhead(0, 600)
