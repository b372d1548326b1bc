"""docs/collecting.md says what is so: its scenarios, its suite and its reasons."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from modeleval.collecting import protocol
from modeleval.collecting.checks import check_scenarios
from modeleval.collecting.conversation import AFTER_FAILURE
from modeleval.collecting.document import CollectedDataset, CollectedFormat
from modeleval.collecting.scenarios import Scenario, parse_scenarios
from modeleval.kinds.registry import KINDS
from modeleval.suite.document import parse_suite

PAGE = (Path(__file__).parents[3] / "docs" / "collecting.md").read_text(encoding="utf-8")
SCENARIOS, SUITE, FIELDS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def table_after(heading: str) -> list[str]:
    """The names in the first column of the table that follows."""
    rows = PAGE[PAGE.index(heading) :].split("\n\n")[0]
    first = re.findall(r"^\| (`.+?`) \|", rows, re.MULTILINE)
    return [name for cell in first for name in re.findall(r"`(\w+)`", cell)]


def test_the_scenarios_are_valid_and_go_with_the_suite() -> None:
    found = parse_scenarios(SCENARIOS.encode(), source="page")
    suite = parse_suite(yaml.safe_load(SUITE), source="page")
    [dataset] = suite.collected.values()
    check_scenarios(found, dataset, CollectedFormat.JUDGE, source="page")


def test_every_field_is_described() -> None:
    fields = {field.alias for field in Scenario.model_fields.values()}
    assert set(table_after("| field | |")) == fields
    fields = {field.alias for field in CollectedDataset.model_fields.values()}
    assert set(table_after("| field of `dataset`")) == fields


def test_every_reason_is_described() -> None:
    listed = (protocol.TurnFailed.__doc__ or "").split("target:")[1]
    reasons = set(re.findall(r"[a-z]+[A-Z]\w+|timeout", listed))
    assert set(table_after("| reason |")) == reasons | {AFTER_FAILURE}


def test_every_kind_that_collects_is_named() -> None:
    sentence = PAGE[PAGE.index("the responses are the target's.") :].split("can be given")[0]
    named = set(re.findall(r"`([a-z-]+)`", sentence))
    assert named == {name for name, kind in KINDS.items() if kind.collects is not None}


def test_the_fields_of_what_was_collected() -> None:
    assert yaml.safe_load(FIELDS) == {
        "responses": {"precomputed": "support-bot-v3"},
        "clusterField": "conversation",
        "keyField": "recordId",
    }
