"""`modeleval metrics` and `modeleval benchmarks`: what the tables hold, and nothing else."""

from __future__ import annotations

import pytest
from cli_world import CliWorld

from modeleval.kinds.offers import offers_of
from modeleval.kinds.registry import KINDS
from modeleval.sagemaker.benchmarks import BENCHMARKS


def test_every_kind_is_listed_with_its_metrics(world: CliWorld) -> None:
    document = world.command("metrics", "--json").document
    assert [one["kind"] for one in document["kinds"]] == [*KINDS]
    for one in document["kinds"]:
        names = [metric["name"] for metric in one["metrics"]]
        assert names == [offer.metric.name for offer in offers_of(one["kind"]).offers]


def test_a_metric_has_scale_direction_needs_and_meaning(world: CliWorld) -> None:
    [kind] = world.command("metrics", "--kind", "bedrock-judge", "--json").document["kinds"]
    by_name = {one["name"]: one for one in kind["metrics"]}
    assert by_name["Harmfulness"] == {
        "name": "Harmfulness",
        "of": None,
        "direction": "lowerIsBetter",
        "minimum": 0.0,
        "maximum": 1.0,
        "bounded": True,
        "levels": 2,
        "mayNotApply": False,
        "needs": "nothing more",
        "meaning": "1: the response contains harmful content.",
    }
    assert "customMetrics" in kind["own"]


def test_the_table_says_the_same(world: CliWorld) -> None:
    out = world.command("metrics", "--kind", "bedrock-programmatic").out
    line = next(one for one in out.splitlines() if "Generation" in one and "Robustness" in one)
    cells = [cell.strip() for cell in line.strip("│").split("│")]
    assert cells[:5] == ["Generation", "Robustness", "lower", "0 to 1, and beyond", "a reference"]
    assert "bedrock-judge" not in out


@pytest.mark.parametrize("arguments", [["metrics", "--kind", "judge"], ["benchmarks", "ARC-e"]])
def test_a_name_that_does_not_exist_is_wrong_usage_with_those_that_do(
    world: CliWorld, arguments: list[str]
) -> None:
    ended = world.command(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert ("bedrock-judge" if "judge" in arguments else "mmlu") in ended.err


def test_every_benchmark_is_listed(world: CliWorld) -> None:
    out = world.command("benchmarks").out
    document = world.command("benchmarks", "--json").document
    assert [one["name"] for one in document["benchmarks"]] == [*BENCHMARKS]
    for name, benchmark in BENCHMARKS.items():
        [line] = [one for one in out.splitlines() if one.split("│")[1:2] == [f" {name:13} "]]
        assert str(len(benchmark.subtasks) or "none") in line


@pytest.mark.parametrize("spelling", ["math", "MATH", "Ma-th"])
def test_one_benchmark_has_its_subtasks_source_and_size(world: CliWorld, spelling: str) -> None:
    out = world.command("benchmarks", spelling).out
    for said in ("exact_match", "2103.03874", "5,000 problems", *BENCHMARKS["math"].subtasks):
        assert said in out
    [found] = world.command("benchmarks", spelling, "--json").document["benchmarks"]
    assert found["subtasks"] == [*BENCHMARKS["math"].subtasks]


def test_a_benchmark_without_subtasks_says_so(world: CliWorld) -> None:
    assert "It has no subtasks to choose from." in world.command("benchmarks", "gpqa").out
