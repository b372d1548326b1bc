"""docs/datasets.md says what is so: every line in it is valid, every format is in its table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from modeleval.datasets.checking import CHECKS, CheckOptions, is_live, kind_for
from modeleval.datasets.detect import detect
from modeleval.datasets.formats import FORMATS
from modeleval.kinds.registry import KINDS

PAGE = (Path(__file__).parents[3] / "docs" / "datasets.md").read_text()
LINES = re.findall(r"```json\n(.*?)\n```", PAGE, re.DOTALL)


@pytest.mark.parametrize("line", LINES)
def test_every_documented_line_is_valid(line: str) -> None:
    found = detect(line.encode()).format
    assert found is not None
    named = '"recordId"' in line
    options = CheckOptions(
        source="page",
        live=is_live(found, ()),
        key_field="recordId" if named else None,
        cluster_field="conversation" if named else None,
    )
    report = CHECKS[kind_for(found, line.encode())].run([line.encode()], options)
    assert report.problem_count == 0, report.problems
    assert [one.code for one in report.warnings] == (["failedResponse"] if named else [])


def test_each_service_has_its_line() -> None:
    named = {found.name for line in LINES if (found := detect(line.encode()).format)}
    assert named >= {"bedrock-responses", "human-responses", "rag-generated"}


def test_every_format_is_in_the_table() -> None:
    table = PAGE[PAGE.index("| `looks like` |") : PAGE.index("## For a judge")]
    rows = dict(re.findall(r"^\| (.+?) \|.*\| `([a-z-]+)` \|$", table, re.MULTILINE))
    assert rows == {found.title: found.name for found in FORMATS}


def test_every_kind_with_a_dataset_is_validated() -> None:
    assert {*KINDS} - {"sagemaker-benchmark"} <= {*CHECKS}
    assert {kind for found in FORMATS for kind in found.kinds} == {*CHECKS}


def test_every_target_is_named() -> None:
    sentence = PAGE[PAGE.index("`modeleval convert IN OUT --to NAME` writes") :].split("from any")[
        0
    ]
    named = re.findall(r"`([a-z-]+)`", sentence)
    assert set(named) == {found.name for found in FORMATS if found.write}
