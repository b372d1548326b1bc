"""`modeleval plan`: what is printed, what the document holds, how it ends, and that none stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from cli_world import CliWorld, Ended
from draft_world import BUCKET, DRAFT_RUN, GATE, JUDGE, DraftWorld, records
from unit_documents import evaluation, suite

from modeleval.cli import plan as module
from modeleval.services import Services


class Code:
    """What the stack's functions were deployed with: one suite."""

    environment = None

    def write_suites(self, folder: Path) -> Path:
        suites = folder / "suites"
        suites.mkdir()
        (suites / "support.yaml").write_text(yaml.safe_dump(suite(gate=GATE)))
        return suites


class PlanWorld(DraftWorld):
    """The command before a stack in memory, and a folder to work in."""

    def __init__(self, cli: CliWorld, patch: pytest.MonkeyPatch, folder: Path) -> None:
        super().__init__()
        self._cli, self.folder = cli, folder
        patch.chdir(folder)
        patch.setattr(module, "Deployment", lambda _: None)
        patch.setattr(module, "_deployed_code", lambda _: Code())
        patch.setattr(module, "Services", self._services)

    def _services(self, _: object) -> Services:
        return self.services

    def plan(self, *arguments: str) -> Ended:
        before = self.kept
        ended = self._cli.command("plan", *arguments)
        assert self.kept == before
        assert self.bedrock.created == []
        assert "secret" not in ended.out + ended.err
        return ended

    def write(self, document: dict[str, Any]) -> str:
        (self.folder / "mine.yaml").write_text(yaml.safe_dump(document))
        return "mine.yaml"


@pytest.fixture
def stack(world: CliWorld, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> PlanWorld:
    return PlanWorld(world, monkeypatch, tmp_path)


def test_a_deployed_suite_is_planned_by_its_name(stack: PlanWorld) -> None:
    ended = stack.plan("support")

    assert ended.code == 0
    lines = ended.out.splitlines()
    assert lines[0] == "Plan of the suite support (deployed)"
    assert lines[1] == "No baseline (previous): there is no earlier run"
    assert lines[-1] == "Nothing was started, and nothing is kept."
    [row] = [line for line in lines if "bedrock-judge" in line]
    cells = [cell.strip() for cell in row.strip("│").split("│")]
    metrics = "Correctness, Harmfulness"
    assert cells == [
        "0",
        "answers",
        "bedrock-judge",
        "support-bot-v3",
        JUDGE,
        "40",
        "1-40",
        metrics,
    ]


def test_cost_time_and_margins_are_told(stack: PlanWorld) -> None:
    out = stack.plan(stack.write(suite(gate=GATE, budget={"maxUsd": 5}))).out

    assert "Cost (answers, judge): 40 records x 2 metrics x (1,500 input tokens" in out
    assert "Estimated cost: 0.1472 USD (0.0896 to 0.23) for the models; 100 more records" in out
    assert "Budget: 5 USD (budget.maxUsd)" in out
    assert "Time: about 6 minutes to 18 minutes (a rule of thumb: Bedrock takes" in out
    assert "Warning (answers): Correctness: 40 records can decide a margin of" in out


def test_the_document_holds_it_all(stack: PlanWorld) -> None:
    document = stack.plan("support", "--sample", "5", "--json").document

    assert document["suite"] == "support"
    assert (document["origin"], document["sample"], document["runId"]) == (
        "deployed",
        5,
        DRAFT_RUN,
    )
    [job] = document["jobs"]
    [request] = job.pop("requests")
    assert job == {
        "job": 0,
        "name": f"{DRAFT_RUN}-j0-a1",
        "evaluation": "answers",
        "kind": "bedrock-judge",
        "candidate": None,
        "metrics": ["Correctness", "Harmfulness"],
        "inputs": [
            {
                "key": f"runs/{DRAFT_RUN}/inputs/e0/p0.jsonl",
                "records": 5,
                "firstLine": job["inputs"][0]["firstLine"],
                "lastLine": job["inputs"][0]["lastLine"],
            }
        ],
        "long": False,
        "deadlineSeconds": 86400,
    }
    assert (request["service"], request["operation"]) == ("bedrock", "CreateEvaluationJob")
    assert request["parameters"]["jobName"] == f"{DRAFT_RUN}-j0-a1"
    assert document["estimate"]["usd"] == "0.0184"
    assert document["budget"] is None
    assert document["margins"][0]["records"] == 5
    assert document["expected"]["basis"].startswith("a rule of thumb")
    assert document["localFiles"] == {}


def test_the_requests_alone_follow_the_plan(stack: PlanWorld) -> None:
    out = stack.plan("support", "--requests").out

    plan, _, requests = out.partition("nothing is kept.\n")
    [request] = json.loads(requests)
    assert "Plan of the suite" in plan
    assert (request["job"], request["operation"]) == (0, "CreateEvaluationJob")


def test_a_refusal_ends_with_1_and_leaves_the_output_empty(stack: PlanWorld) -> None:
    ended = stack.plan(stack.write(suite(budget={"maxUsd": 0.01})), "--json")

    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("BudgetExceeded: The run is estimated at 0.1472 USD")


def test_a_suite_that_is_not_deployed_is_named(stack: PlanWorld) -> None:
    ended = stack.plan("suport")

    assert ended.code == 1
    assert "did you mean support?" in ended.err


@pytest.mark.parametrize("arguments", [(), ("support", "--sample", "0"), ("support", "--now")])
def test_wrong_usage_ends_with_2(stack: PlanWorld, arguments: tuple[str, ...]) -> None:
    assert stack.plan(*arguments).code == 2


def test_a_dataset_of_the_disk_is_planned_and_to_be_uploaded(stack: PlanWorld) -> None:
    (stack.folder / "mine.jsonl").write_bytes(records(3))
    path = stack.write(suite(evaluations=[evaluation(dataset="./mine.jsonl")]))

    ended = stack.plan(path)

    assert ended.code == 0
    assert (
        "Before a run: ./mine.jsonl was read from the disk, which a run does not see. Upload it "
        f"(aws s3 cp mine.jsonl s3://{BUCKET}/mine.jsonl) and write mine.jsonl into the suite."
    ) in ended.out
    files = stack.plan(path, "--json").document["localFiles"]
    assert files == {"./mine.jsonl": "mine.jsonl"}


def test_many_jobs_are_cut_in_the_table_and_whole_in_the_document(stack: PlanWorld) -> None:
    path = stack.write(suite(evaluations=[evaluation(shardSize=1)]))

    assert "... and 10 more; --json has them all" in stack.plan(path).out
    assert len(stack.plan(path, "--json").document["jobs"]) == 40


def test_what_a_dataset_calls_its_categories_is_not_obeyed(stack: PlanWorld) -> None:
    stack.s3.objects["datasets/answers.jsonl"] = records(4).replace(b"attacks", b"[red]a")
    gate = {"rules": [{**GATE["rules"][0], "category": "[red]a"}]}

    out = stack.plan(stack.write(suite(gate=gate))).out

    assert "Warning (answers): Correctness in [red]a: 1 records can decide" in out
