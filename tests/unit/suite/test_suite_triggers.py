"""What a suite says of its trigger and schedule: groups by pattern, expressions, refusals."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit_documents import evaluation, suite

from modeleval.errors import SuiteInvalid
from modeleval.suite.document import parse_suite
from modeleval.suite.triggers import Trigger

TRIGGER = {"modelPackageGroups": ["support-*"]}


@pytest.mark.parametrize(
    ("pattern", "group", "matches"),
    [
        ("support-llama", "support-llama", True),
        ("support-llama", "support-llama-2", False),
        ("support-*", "support-", True),
        ("support-*", "support-llama", True),
        ("support-*", "my-support-llama", False),
        ("*-llama", "support-llama", True),
        ("*llama*", "support-llama-2", True),
        ("a*b*c", "axxbyyc", True),
        ("a*b*c", "acb", False),
        ("Support-*", "support-llama", True),
        ("*", "anything", True),
    ],
)
def test_patterns_match_whole_names(pattern: str, group: str, matches: bool) -> None:
    trigger = Trigger.model_validate({"modelPackageGroups": [pattern]})
    assert trigger.matches(group) is matches


@given(st.from_regex(r"[a-zA-Z0-9](-?[a-zA-Z0-9]){0,30}", fullmatch=True), st.data())
def test_a_name_with_any_part_starred_matches_itself(name: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(name)))
    end = data.draw(st.integers(start, len(name)))
    trigger = Trigger.model_validate({"modelPackageGroups": [f"{name[:start]}*{name[end:]}"]})
    assert trigger.matches(name)
    assert not trigger.matches(f"-{name}") or start == 0


@pytest.mark.parametrize("end", ["b", "*b", "b*"])
def test_a_pattern_of_many_stars_is_answered_at_once(end: str) -> None:
    pattern = "*a" * 20 + end
    trigger = Trigger.model_validate({"modelPackageGroups": [pattern]})
    began = time.perf_counter()
    assert not trigger.matches("a" * 63)
    assert time.perf_counter() - began < 1


@given(st.from_regex(r"[ab*]{1,8}", fullmatch=True), st.from_regex(r"[ab]{1,8}", fullmatch=True))
def test_a_star_is_any_characters_or_none(pattern: str, name: str) -> None:
    trigger = Trigger.model_validate({"modelPackageGroups": [pattern]})
    expected = re.fullmatch(pattern.replace("*", ".*"), name) is not None
    assert trigger.matches(name) is expected


def test_a_groups_arn_is_answered_with_what_to_write() -> None:
    arn = "arn:aws:sagemaker:us-east-1:111122223333:model-package-group/support-llama"
    said = refusal(trigger={"modelPackageGroups": [arn]})
    assert "modelPackageGroups[0]: write the group's name, not its ARN" in said
    assert "modelPackageGroups:" not in said


def refusal(**fields: Any) -> str:
    with pytest.raises(SuiteInvalid) as caught:
        parse_suite(suite(**fields), source="s")
    return str(caught.value)


@pytest.mark.parametrize("groups", [[], "support", [""], ["a b"], ["a.b"], ["[a]"], ["a" * 64]])
def test_groups_that_can_be_no_names_are_refused(groups: object) -> None:
    assert "trigger.modelPackageGroups" in refusal(trigger={"modelPackageGroups": groups})


def test_a_near_miss_is_answered_with_the_field() -> None:
    message = refusal(trigger={"modelPackageGroup": ["a"]})
    assert "trigger.modelPackageGroup: unknown field; did you mean 'modelPackageGroups'?" in message


@pytest.mark.parametrize(
    "expression",
    ["cron(0 2 * * ? *)", "cron(15 10 ? * MON-FRI 2026-2030)", "rate(1 day)", "rate(12 hours)"],
)
def test_schedules_take_cron_and_rate(expression: str) -> None:
    found = parse_suite(suite(schedule={"expression": expression}), source="s")
    assert found.schedule is not None
    assert (found.schedule.timezone, found.schedule.which) == ("UTC", "latest")


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("0 2 * * *", "cron(0 2 * * ? *)"),
        ("cron(0 2 * * *)", "six fields: minutes, hours"),
        ("cron(0 2 * * * *)", "write ? for one of day of month and day of week"),
        ("cron(0 2 ? * ? *)", "write ? for one of day of month and day of week"),
        ("cron(0 2 * * ? _)", "the field year"),
        ("rate(1 days)", "singular"),
        ("rate(5 day)", "plural"),
        ("rate(0 days)", "at least 1"),
        ("at(2026-11-22T08:00:00)", "cron(0 2 * * ? *)"),
    ],
)
def test_expressions_that_scheduler_would_refuse_are_refused(expression: str, says: str) -> None:
    message = refusal(schedule={"expression": expression})
    assert "schedule.expression: " in message
    assert says in message


def test_which_needs_a_model() -> None:
    assert "add model" in refusal(schedule={"expression": "rate(1 day)", "which": "approved"})


def test_evaluations_have_no_trigger_of_their_own() -> None:
    assert "evaluations[0].trigger: unknown" in refusal(evaluations=[evaluation(trigger=TRIGGER)])
