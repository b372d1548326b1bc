"""`modeleval report`: what it writes, where, and what it refuses."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from cli_world import CliWorld
from report_world import EARLIER, RUN, ReportWorld

from modeleval.cli import report as module
from modeleval.report.render import DOCTYPE


@pytest.fixture
def reported(world: CliWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliWorld:
    """The command before the stack of two runs, in an empty folder."""
    world.services = ReportWorld().services
    world.store = world.services.store
    monkeypatch.setattr(module, "Deployment", world._deployment)
    monkeypatch.chdir(tmp_path)
    return world


def test_a_runs_report_is_written_here(reported: CliWorld, tmp_path: Path) -> None:
    ended = reported.command("report", RUN)
    assert ended.code == 0
    assert ended.out == f"Written: report-{RUN}.html (3 evaluations, 17 records)\n"
    assert (tmp_path / f"report-{RUN}.html").read_bytes().startswith(DOCTYPE)


def test_two_runs_stand_side_by_side(reported: CliWorld, tmp_path: Path) -> None:
    assert reported.command("report", RUN, EARLIER).code == 0
    page = (tmp_path / f"report-{RUN}-{EARLIER}.html").read_text()
    assert f"support: run {RUN} beside {EARLIER}" in page
    assert f"(run {EARLIER})" in page


def test_a_suite_over_its_runs(reported: CliWorld, tmp_path: Path) -> None:
    ended = reported.command("report", "--trend", "support", "--out", "over-time.html")
    assert ended.out == "Written: over-time.html (2 runs, 6 metrics)\n"
    assert "support over time" in (tmp_path / "over-time.html").read_text()


def test_all_scores_as_csv(reported: CliWorld, tmp_path: Path) -> None:
    ended = reported.command("report", RUN, "--csv")
    assert ended.out == f"Written: scores-{RUN}.csv (168 rows)\n"
    with (tmp_path / f"scores-{RUN}.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == 168


def test_json_is_the_file_and_what_is_in_it(reported: CliWorld, tmp_path: Path) -> None:
    document = reported.command("report", RUN, "--json").document
    file = tmp_path / f"report-{RUN}.html"
    assert document == {
        "file": str(file),
        "bytes": len(file.read_bytes()),
        "evaluations": 3,
        "records": 17,
    }


def test_it_is_opened_only_if_that_is_asked_for(
    reported: CliWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def browse(url: str) -> bool:
        opened.append(url)
        return len(opened) == 1

    monkeypatch.setattr(module.webbrowser, "open", browse)
    reported.command("report", RUN)
    assert opened == []
    assert reported.command("report", RUN, "--open").err == ""
    assert opened == [(tmp_path / f"report-{RUN}.html").as_uri()]
    assert "No browser" in reported.command("report", RUN, "--open").err


def test_an_earlier_report_is_replaced_and_nothing_else(reported: CliWorld, tmp_path: Path) -> None:
    file = tmp_path / "suite.yaml"
    file.write_text("name: support")
    ended = reported.command("report", RUN, "--out", "suite.yaml")
    assert ended.code == 2
    assert "is there, and is no report" in ended.err
    assert file.read_text() == "name: support"
    for arguments in ((RUN,), (RUN,), (RUN, "--csv"), (RUN, "--csv")):
        assert reported.command("report", *arguments).code == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "name a RUN, or a suite with --trend"),
        ((RUN, "--trend", "support"), "name a RUN, or a suite with --trend"),
        ((RUN, RUN), "RUN and OTHER are the same run"),
        ((RUN, EARLIER, "--csv"), "--csv is of one RUN"),
        ((RUN, "--out", "no/such/folder.html"), "cannot be written: No such file or directory"),
    ],
)
def test_wrong_usage_is_refused(
    reported: CliWorld, tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    ended = reported.command("report", *arguments)
    assert ended.code == 2
    assert says in " ".join(ended.err.replace("│", " ").split())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("menone",), "RunNotFound"),
        ((RUN, "menone"), "RunNotFound"),
        (("--trend", "unknown"), "No run of this suite has published scores"),
    ],
)
def test_what_is_not_there_is_named(
    reported: CliWorld, arguments: tuple[str, ...], says: str
) -> None:
    ended = reported.command("report", *arguments)
    assert (ended.code, ended.out) == (1, "")
    assert says in ended.err


def test_the_scores_of_a_run_without_any_are_refused(reported: CliWorld) -> None:
    run = reported.store.run(RUN).model_copy(update={"run_id": "menew", "published": False})
    reported.store.create_run(run)
    ended = reported.command("report", "menew", "--csv")
    assert ended.code == 1
    assert "Run menew has no published scores" in ended.err


@pytest.mark.parametrize(
    ("report", "says"),
    [
        (
            {"uri": "s3://b/runs/r/report.html"},
            "Report: s3://b/runs/r/report.html (modeleval report",
        ),
        ({"error": "KeyError"}, "No report could be written: KeyError"),
    ],
)
def test_show_says_what_came_of_the_report(
    reported: CliWorld, report: dict[str, str], says: str
) -> None:
    run = reported.store.run(EARLIER).model_copy(update={"run_id": "menew", "report": report})
    reported.store.create_run(run.model_copy(update={"published": False}))
    assert says in reported.command("show", "menew").out
    assert reported.command("show", "menew", "--json").document["run"]["report"] == report
