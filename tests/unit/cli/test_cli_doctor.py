"""`modeleval doctor`: what it prints, its document, and its exit code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from cli_world import CliWorld
from unit_fakes import job

from modeleval.cli import doctor
from modeleval.doctor.examine import Examined
from modeleval.doctor.patient import Missing
from modeleval.doctor.protocol import Finding, ok, problem, unknown
from modeleval.store.items import EvaluationFacts, Failure, JobStatus, RunStatus

ASSUME = "Access denied when attempting to assume role arn:aws:iam::111122223333:role/Mine"
RUN = "me0000000000000001"


@pytest.fixture
def examined(world: CliWorld, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Finding]]:
    """What the checks find, for a test to fill."""
    found: list[Finding] = []
    monkeypatch.setattr(doctor, "meet", lambda _: Missing("x", "y"))
    monkeypatch.setattr(doctor, "examine", lambda _: [Examined("CORS", one) for one in found])
    monkeypatch.setattr(doctor, "Deployment", world._deployment)
    return iter([found])


@pytest.fixture
def findings(examined: Iterator[list[Finding]]) -> list[Finding]:
    return next(examined)


def test_a_problem_ends_with_one_and_what_could_not_be_looked_at_does_not(
    world: CliWorld, findings: list[Finding]
) -> None:
    findings += [ok("a", "fine"), unknown("b", "no [bold]answer", "Try again.")]
    ended = world.command("doctor")
    assert (ended.code, ended.err) == (0, "")
    assert "CORS, b: no [bold]answer" in ended.out
    assert "Fix: Try again." in ended.out
    assert ended.out.endswith("0 problems; 1 could not be looked at.\n")
    findings.append(problem("c", "wrong", "aws do --this"))
    ended = world.command("doctor")
    assert (ended.code, ended.out.splitlines()[-1]) == (1, "1 problem; 1 could not be looked at.")


def test_a_command_that_mends_is_one_line_however_long_it_is(
    world: CliWorld, findings: list[Finding]
) -> None:
    command = "aws iam x --policy-document " + "'{}' " * 100
    findings.append(problem("c", "wrong", command))
    assert f"Fix: {command}\n" in world.command("doctor").out


def test_the_document_has_every_finding(world: CliWorld, findings: list[Finding]) -> None:
    findings += [ok("a", "fine"), problem("c", "wrong", "aws do --this")]
    ended = world.command("doctor", "--json")
    assert ended.code == 1
    assert ended.document == {
        "stack": "modeleval",
        "region": None,
        "account": None,
        "problems": 1,
        "couldNotLook": 0,
        "findings": [
            {"check": "CORS", "what": "a", "state": "ok", "why": "fine", "fix": None},
            {
                "check": "CORS",
                "what": "c",
                "state": "problem",
                "why": "wrong",
                "fix": "aws do --this",
            },
        ],
    }


def failed(world: CliWorld, *jobs: Any, **fields: Any) -> None:
    world.run(1, status=fields.pop("status", RunStatus.FAILED), published=False, **fields)
    world.store.create_jobs([one.model_copy(update={"run_id": RUN}) for one in jobs])


@pytest.mark.usefixtures("findings")
def test_a_runs_failures_are_explained_by_the_services_words(world: CliWorld) -> None:
    error = Failure(name="JobFailed", message=f"{RUN}-j0-a1 failed: {ASSUME} (arn:job)")
    failed(
        world,
        job(0, status=JobStatus.FAILED, error=error),
        job(1, status=JobStatus.QUEUED),
        job(2, kind="sagemaker-benchmark", status=JobStatus.RUNNING),
        error=Failure(name="NothingScored", message="answers: JobFailed").to_item(),
    )
    document = world.command("doctor", RUN, "--json")
    assert document.code == 1
    run, first, queued, running = document.document["findings"]
    assert run["state"] == "problem"
    assert f"modeleval show {RUN}" in run["fix"]
    assert "has no condition on aws:SourceAccount" in first["why"]
    assert "`modeleval doctor` names the role" in first["fix"]
    assert (queued["state"], "is no failure" in queued["why"]) == ("ok", True)
    assert (running["state"], "15 to 30 minutes" in running["why"]) == ("ok", True)


@pytest.mark.usefixtures("findings")
def test_our_own_refusals_are_not_explained_twice(world: CliWorld) -> None:
    message = "Line 3 does not match the expected format. Correct the line."
    failed(world, error=Failure(name="DatasetInvalid", message=message).to_item())
    [found] = world.command("doctor", RUN, "--json").document["findings"]
    assert found["why"] == f"DatasetInvalid: {message}"


@pytest.mark.usefixtures("findings")
def test_a_warning_in_which_a_service_speaks_is_explained(world: CliWorld) -> None:
    warnings = ("The base model was not evaluated: DownstreamServiceUnavailable", "3 are unscored")
    facts = EvaluationFacts(name="answers", kind="sagemaker-judge", subject="x", warnings=warnings)
    failed(world, status=RunStatus.SUCCEEDED, evaluations=[facts.to_item()])
    [found] = world.command("doctor", RUN, "--json").document["findings"]
    assert found["what"] == "evaluation answers"
    assert "another base model" in found["fix"]


@pytest.mark.usefixtures("findings")
def test_a_run_of_which_nothing_failed_is_well(world: CliWorld) -> None:
    world.run(1)
    ended = world.command("doctor", RUN)
    assert ended.code == 0
    assert "it is succeeded, and nothing of it failed" in ended.out


@pytest.mark.usefixtures("findings")
def test_a_run_that_is_not_there_is_an_error(world: CliWorld) -> None:
    ended = world.command("doctor", "menosuchrun0000000")
    assert (ended.code, ended.out) == (1, "")
    assert "RunNotFound" in ended.err
