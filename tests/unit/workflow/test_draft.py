"""A draft says what a run does, refuses what a run refuses, and leaves nothing behind."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from draft_world import DATASET, DRAFT_RUN, GATE, DraftWorld, records
from unit_documents import JUDGE, custom_metric, evaluation, suite
from unit_fakes import NOW

from modeleval.errors import (
    BudgetExceeded,
    DatasetInvalid,
    DatasetNotFound,
    JobQuotaExhausted,
    JudgeNotAllowed,
    ModelevalError,
    ModelNotUsable,
    SuiteInvalid,
    SuiteNotFound,
    TermsNotAccepted,
)
from modeleval.kinds.registry import KINDS
from modeleval.store.items import Run, RunStatus
from modeleval.workflow.budget import check_run_budget
from modeleval.workflow.draft import Draft, draft_run
from modeleval.workflow.events import ExecutionEvent
from modeleval.workflow.load import context_of
from modeleval.workflow.plan import plan_jobs
from modeleval.workflow.prepare import prepare_run
from modeleval.workflow.resolve import resolve_model
from modeleval.workflow.timing import timestamp

ATTACKS = {"name": "Refusal", "categories": ["attacks"]}
NO_SUITES = Path("/no-suites")


@pytest.fixture
def world() -> DraftWorld:
    return DraftWorld()


def drafted(world: DraftWorld, folder: Path, document: Any, **given: Any) -> Draft:
    return draft_run({"suite": document, **given}, world.drafted(folder), NO_SUITES)


def really(world: DraftWorld, document: Any, **given: Any) -> Run:
    """The same by the steps of a run, which do keep it."""
    event = ExecutionEvent.model_validate(
        {
            "executionArn": "arn:run",
            "startTime": timestamp(NOW),
            "input": {"suite": document, **given},
        }
    )
    run_id = prepare_run(event, world.services, NO_SUITES)
    resolve_model(run_id, world.services)
    plan_jobs(run_id, world.services)
    check_run_budget(run_id, world.services)
    return world.store.run(run_id)


def rich_suite(**changes: Any) -> dict[str, Any]:
    both = [
        evaluation(metrics=["Correctness", ATTACKS], shardSize=15),
        evaluation(
            name="tone", metrics=None, customMetrics=[custom_metric(name="Tone")], repeats=2
        ),
        evaluation(name="overlap", kind="reference-metrics", judge=None, metrics=["ROUGE-L"]),
    ]
    return suite(evaluations=both, gate=GATE, budget={"maxUsd": 5}, **changes)


def test_a_draft_is_what_the_run_would_be(world: DraftWorld, tmp_path: Path) -> None:
    world.earlier(1)
    draft = drafted(world, tmp_path, rich_suite())

    run = really(world, rich_suite())
    jobs = world.store.jobs(run.run_id)

    own = {"run_id", "execution_arn"}
    assert draft.run.model_dump(exclude=own) == run.model_dump(exclude=own)
    assert [one.job.model_dump(exclude=own) for one in draft.jobs] == [
        one.model_dump(exclude=own) for one in jobs
    ]


def test_its_requests_are_what_the_run_asks_for(world: DraftWorld, tmp_path: Path) -> None:
    draft = drafted(world, tmp_path, rich_suite(tags={"team": "search"}))

    run = really(world, rich_suite(tags={"team": "search"}))
    for job in world.store.jobs(run.run_id):
        KINDS[job.kind].start(context_of(run, job, world.services))

    asked = json.dumps([one.parameters for job in draft.jobs for one in job.requests])
    created = json.dumps(world.bedrock.created)
    unlike = '"clientRequestToken": "[0-9a-f]+"'
    assert len(world.bedrock.created) == 6  # three shards, one of attacks, two repeats
    assert without(unlike, asked.replace(DRAFT_RUN, run.run_id)) == without(unlike, created)


def without(pattern: str, text: str) -> str:
    """The tokens are digests of the names, and these differ."""
    found, count = re.subn(pattern, "", text)
    assert count == 6
    return found


def test_nothing_is_left_behind(world: DraftWorld, tmp_path: Path) -> None:
    named = world.earlier(1)
    world.s3.objects[f"runs/{named}/summary.json"] = b"{}"
    before = world.kept

    drafted(world, tmp_path, rich_suite(baseline=f"run:{named}"))
    drafted(world, tmp_path / "again", suite(baseline="previous"), sample=5)

    assert world.kept == before
    assert world.bedrock.created == []
    assert world.store.run(named).kept_because is None


def test_each_job_names_its_records_and_metrics(world: DraftWorld, tmp_path: Path) -> None:
    draft = drafted(world, tmp_path, rich_suite())

    found = [
        (one.job.evaluation_name, one.metrics, [part[1:] for part in one.parts])
        for one in draft.jobs
    ]
    assert found == [
        ("answers", ["Correctness"], [(14, 1, 14)]),
        ("answers", ["Correctness"], [(13, 15, 27)]),
        ("answers", ["Correctness"], [(13, 28, 40)]),
        ("answers", ["Refusal"], [(10, 1, 10)]),
        ("tone", ["Tone"], [(40, 1, 40)]),
        ("tone", ["Tone"], [(40, 1, 40)]),
        ("overlap", ["ROUGE-L"], [(40, 1, 40)]),
    ]
    assert [one.name for one in draft.jobs][:2] == [f"{DRAFT_RUN}-j0-a1", f"{DRAFT_RUN}-j1-a1"]


def test_a_trial_is_drafted_on_its_records(world: DraftWorld, tmp_path: Path) -> None:
    draft = drafted(world, tmp_path, suite(), sample=5)

    [job] = draft.jobs
    assert draft.run.sample == 5
    assert [part.records for part in job.parts] == [5]


def test_what_the_records_can_decide_is_told(world: DraftWorld, tmp_path: Path) -> None:
    draft = drafted(world, tmp_path, rich_suite())

    [note] = draft.run.margins
    assert (note["metric"], float(note["margin"]), note["records"]) == ("Correctness", 0.05, 40)
    assert draft.run.evaluations[0].warnings[-1].startswith("Correctness: 40 records can decide")


def test_the_time_is_that_of_earlier_runs(world: DraftWorld, tmp_path: Path) -> None:
    run = really(world, suite())
    world.store.close_run(
        run.run_id, RunStatus.SUCCEEDED, published=True, endedAt=timestamp(NOW + 600)
    )

    draft = drafted(world, tmp_path, suite())

    assert draft.expected is not None
    assert draft.expected.basis == "an earlier run of the suite took 10 minutes"


REFUSED: Mapping[str, tuple[type[ModelevalError], dict[str, Any]]] = {
    "terms": (TermsNotAccepted, suite(acceptBedrockEvaluationTerms=None)),
    "document": (SuiteInvalid, suite(budgit={})),
    "judge": (JudgeNotAllowed, suite(evaluations=[evaluation(judge="amazon.nova-lite-v1:0")])),
    "no dataset": (DatasetNotFound, suite(evaluations=[evaluation(dataset="datasets/no.jsonl")])),
    "dataset": (
        DatasetInvalid,
        suite(evaluations=[evaluation(responses={"precomputed": "another-bot"})]),
    ),
    "baseline": (SuiteInvalid, suite(baseline="run:meaaaaaaaaaaaaaaaa")),
    "budget": (BudgetExceeded, suite(budget={"maxUsd": 0.01})),
}


@pytest.mark.parametrize("what", sorted(REFUSED))
def test_what_a_run_refuses_a_draft_refuses_in_the_same_words(
    world: DraftWorld, tmp_path: Path, what: str
) -> None:
    error, document = REFUSED[what]
    world.services.models = _Allowed()  # type: ignore[misc, assignment]
    before = world.kept

    with pytest.raises(error) as refused:
        drafted(world, tmp_path, document)
    assert world.kept == before
    with pytest.raises(error) as really_refused:
        really(world, document)

    assert str(refused.value) == str(really_refused.value)


class _Allowed:
    def check(self, text: str, *_: object, allowed: Any, field: str) -> None:
        if text not in allowed:
            raise JudgeNotAllowed(text, where=field, action=f"Choose {JUDGE}.")


def test_a_model_that_the_suite_does_not_judge_is_refused(
    world: DraftWorld, tmp_path: Path
) -> None:
    with pytest.raises(ModelNotUsable, match="No evaluation of the suite judges"):
        drafted(world, tmp_path, suite(), model="support-llama")


def test_room_for_the_jobs_is_asked_for(world: DraftWorld, tmp_path: Path) -> None:
    world.bedrock.room = 0
    with pytest.raises(JobQuotaExhausted):
        drafted(world, tmp_path, suite())


def test_a_deployed_suite_is_read_from_the_folder(world: DraftWorld, tmp_path: Path) -> None:
    suites = tmp_path / "suites"
    suites.mkdir()
    (suites / "support.yaml").write_text(json.dumps(suite()))

    draft = draft_run({"suite": "support"}, world.drafted(tmp_path), suites)

    assert draft.run.origin == "deployed"
    with pytest.raises(SuiteNotFound, match=r"did you mean support\?"):
        draft_run({"suite": "suport"}, world.drafted(tmp_path), suites)


def test_a_dataset_beside_a_local_suite_is_read_from_the_disk(
    world: DraftWorld, tmp_path: Path
) -> None:
    (tmp_path / "mine.jsonl").write_bytes(records(7))
    services = world.drafted(tmp_path / "draft", beside=tmp_path)
    document = suite(evaluations=[evaluation(dataset="./mine.jsonl"), evaluation(name="more")])

    draft = draft_run({"suite": document}, services, NO_SUITES)

    assert [one.records for one in draft.run.evaluations] == [7, 40]
    assert [*services.objects.local_files] == ["./mine.jsonl"]  # type: ignore[attr-defined]


def test_a_local_dataset_that_is_not_there_is_named_by_its_path(
    world: DraftWorld, tmp_path: Path
) -> None:
    services = world.drafted(tmp_path / "draft", beside=tmp_path)
    document = suite(evaluations=[evaluation(dataset="./mine.jsonl")])

    with pytest.raises(DatasetNotFound, match="There is no such file") as caught:
        draft_run({"suite": document}, services, NO_SUITES)

    assert str(tmp_path / "mine.jsonl") in str(caught.value)


def test_a_suite_that_is_no_local_file_reads_nothing_from_the_disk(
    world: DraftWorld, tmp_path: Path
) -> None:
    (tmp_path / "mine.jsonl").write_bytes(records(7))
    document = suite(evaluations=[evaluation(dataset=f"../{tmp_path.name}/mine.jsonl")])

    with pytest.raises(DatasetNotFound, match="There is nothing at s3://"):
        drafted(world, tmp_path, document)


def test_a_drafts_bucket_takes_no_other_files(world: DraftWorld, tmp_path: Path) -> None:
    objects = world.drafted(tmp_path).objects

    with pytest.raises(ValueError, match="nothing but its own run's files"):
        objects.write(DATASET, b"{}")
    with pytest.raises(AttributeError):
        world.drafted(tmp_path).store.close_run(DRAFT_RUN, RunStatus.SUCCEEDED)
