"""Suites are deployed with the code, so a broken one stops the synth."""

from __future__ import annotations

from pathlib import Path

import pytest
from stack_synthesis import ROOT

from modeleval.errors import SuiteInvalid
from stacks.suites import check_suites

GOOD = (ROOT / "suites" / "support-answers.yaml").read_text()


def test_every_suite_of_the_project_is_valid() -> None:
    files = [path.stem for path in sorted((ROOT / "suites").glob("*.*"))]
    assert check_suites(ROOT / "suites") == files
    assert files


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("a.yaml", "name: [", r"neither YAML nor JSON.*a\.yaml, line 1"),
        ("a.yaml", "[]", r"this is a list \(a\.yaml\)"),
        ("a.yml", GOOD.replace("support-answers", "a").replace("judge:", "juge:"), r"\.juge"),
        ("a.json", '{"name": "a"}', r"evaluations: missing.*a\.json"),
        ("a.yaml", GOOD, r"calls itself support-answers \(suites/a\.yaml\).*support-answers\.yaml"),
    ],
)
def test_a_broken_suite_is_named(tmp_path: Path, file: str, text: str, says: str) -> None:
    (tmp_path / file).write_text(text)
    with pytest.raises(SuiteInvalid, match=f"(?s){says}"):
        check_suites(tmp_path)


def test_two_files_of_one_suite_are_refused(tmp_path: Path) -> None:
    for ending in ("yaml", "yml"):
        (tmp_path / f"support-answers.{ending}").write_text(GOOD)
    with pytest.raises(SuiteInvalid, match="Two files hold the suite support-answers"):
        check_suites(tmp_path)


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("Suites of this stack.")
    assert check_suites(tmp_path) == []
