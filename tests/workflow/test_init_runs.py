"""`modeleval init` before a deployed stack: what it writes is what `plan` and `run` take."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import outside
from deployed_world import DeployedWorld, record
from model_world import register, unique

NOTHING_ELSE = ("--custom-metrics", "none", "--system-prompt", "none", "--max-usd", "5", "--yes")


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    path = tmp_path / f"{unique('answers')}.jsonl"
    path.write_text("".join(json.dumps(record(number)) + "\n" for number in range(6)))
    return path


def test_a_suite_of_its_own_answers_is_uploaded_planned_and_run(
    world: DeployedWorld, dataset: Path, tmp_path: Path
) -> None:
    suite, name = tmp_path / "suite.yaml", unique("init")
    identifier = record(0)["modelResponses"][0]["modelIdentifier"]
    region = world.aws.environment()["AWS_REGION"]
    asked = (
        *("--task", "answers", "--region", region, "--name", name, "--dataset", str(dataset)),
        *("--identifier", identifier, "--judge", "1", "--metrics", "Correctness"),
        *("--accept-bedrock-terms", "--upload", "--json"),
    )
    made = outside(world, "init", str(suite), *asked, *NOTHING_ELSE)
    assert made.code == 0, made.err
    key = f"datasets/{dataset.name}"
    assert made.document["uploaded"] == f"s3://{world.stack.bucket}/{key}"
    assert world.read(key) == dataset.read_bytes()
    assert made.document["suite"]["evaluations"][0]["judge"] == "amazon.nova-pro-v1:0"

    again = outside(world, "init", str(tmp_path / "b.yaml"), *asked, *NOTHING_ELSE)
    assert (again.code, again.err.splitlines()[-1][:14]) == (1, "UploadRefused:")

    assert outside(world, "plan", str(suite), "--json").code == 0
    run = outside(world, "run", str(suite), "--json")
    assert run.code == 0, run.err
    assert (run.document["run"]["suite"], run.document["run"]["published"]) == (name, True)
    assert [one["metric"] for one in run.document["scores"] if one["category"] is None] == [
        "Correctness"
    ]


def test_a_model_package_is_found_and_shown(world: DeployedWorld, tmp_path: Path) -> None:
    group = unique("init")
    arn = register(world, group)
    region = world.aws.environment()["AWS_REGION"]
    asked = (
        *("--task", "benchmark", "--benchmark", "mmlu", "--subtasks", "anatomy"),
        *("--region", region, "--name", "knowledge", "--accept-eula", "--yes", "--json"),
    )
    made = outside(world, "init", str(tmp_path / "a.yaml"), *asked, "--model", group)
    assert made.code == 0, made.err
    assert arn in made.err
    assert f"The model is {group}/1, made from" in made.err
    assert f"--model {group}" in made.document["next"][-1]

    lost = outside(world, "init", str(tmp_path / "b.yaml"), *asked, "--model", "no-such-group")
    assert (lost.code, (tmp_path / "b.yaml").exists()) == (2, False)
