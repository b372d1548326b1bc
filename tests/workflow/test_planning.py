"""`modeleval plan` before a deployed stack: it says what a run then does, and leaves nothing."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import yaml
from command_line import Ended, outside
from deployed_world import DeployedWorld, record, suite
from model_world import register

DRAFT_RUN = "meplanplanplanplan"


def local(folder: Path, document: dict[str, Any]) -> str:
    file = folder / "suite.yaml"
    file.write_text(yaml.safe_dump(document))
    return str(file)


def planned(world: DeployedWorld, *arguments: str) -> Ended:
    """A plan, before and after which the bucket and the table hold the same."""
    before = world.keys(""), items(world)
    ended = outside(world, "plan", *arguments)
    assert (world.keys(""), items(world)) == before
    assert world.calls("CreateEvaluationJob") == []
    assert "Question" not in ended.out + ended.err
    return ended


def items(world: DeployedWorld) -> int:
    pages = (
        world.aws.client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=world.stack.table, Select="COUNT", ConsistentRead=True)
    )
    return sum(page["Count"] for page in pages)


def test_a_run_asks_for_what_its_plan_says(world: DeployedWorld, tmp_path: Path) -> None:
    name = f"planned-{uuid.uuid4().hex[:8]}"
    key = world.put_dataset([record(number) for number in range(6)])
    file = local(tmp_path, suite(key, name=name, shardSize=4))

    plan = planned(world, file, "--json").document
    run = outside(world, "run", file, "--json").document["run"]

    bedrock = world.aws.client("bedrock")
    for job in plan["jobs"]:
        [request] = job["requests"]
        asked = yaml.safe_load(
            yaml.safe_dump(request["parameters"]).replace(DRAFT_RUN, run["runId"])
        )
        [found] = world.service_jobs(asked["jobName"])
        kept = bedrock.get_evaluation_job(jobIdentifier=found["jobArn"])
        told = asked.keys() & kept.keys()
        assert {name: kept[name] for name in told} == {name: asked[name] for name in told}
        assert told >= {"roleArn", "evaluationConfig", "inferenceConfig", "outputDataConfig"}
    assert len(plan["jobs"]) == len(world.service_jobs(run["runId"])) == 2
    assert plan["estimate"] == run["estimate"]
    assert [job["inputs"][0]["records"] for job in plan["jobs"]] == [3, 3]
    again = planned_time(world, file)
    assert again == "an earlier run of the suite took"


def planned_time(world: DeployedWorld, file: str) -> str:
    world.aws.control("POST", "reset")
    basis = str(planned(world, file, "--json").document["expected"]["basis"])
    return " ".join(basis.split()[:7])


def test_a_deployed_suite_is_read_where_it_was_deployed(world: DeployedWorld) -> None:
    arn = register(world, "nightly-model")
    sagemaker = world.aws.client("sagemaker")

    plan = planned(world, "nightly", "--model", arn, "--json").document

    assert (plan["suite"], plan["origin"], plan["model"]["identifier"]) == (
        "nightly",
        "deployed",
        arn,
    )
    [job] = plan["jobs"]
    assert [one["operation"] for one in job["requests"]] == [
        "UpdatePipeline",
        "StartPipelineExecution",
    ]
    assert sagemaker.list_artifacts(SourceUri=arn)["ArtifactSummaries"] == []
    # As other tests may have run the suite before.
    basis = plan["expected"]["basis"]
    assert "SageMaker takes 25 to 40" in basis or "earlier run" in basis


def test_what_a_run_refuses_its_plan_refuses(world: DeployedWorld, tmp_path: Path) -> None:
    key = world.put_dataset([record(1), {"prompt": "Question 2?"}])
    file = local(tmp_path, suite(key))

    plan = planned(world, file)
    run = outside(world, "run", file)

    assert (plan.code, plan.out, run.code) == (1, "", 1)
    assert plan.err.startswith("DatasetInvalid: ")
    assert plan.err.splitlines()[0] in run.out
    unknown = planned(world, "nightlyy")
    assert (unknown.code, "did you mean nightly?" in unknown.err) == (1, True)
