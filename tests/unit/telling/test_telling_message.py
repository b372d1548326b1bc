"""The words that people get: a subject that SNS takes, and what to do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from told_world import (
    ASKED,
    FAILED,
    MODEL,
    REJECTED,
    SECRET,
    WHY,
    ended,
    facts,
    given_up,
    published,
)
from unit_documents import RUN

from modeleval.store.items import Run, RunStatus
from modeleval.telling.facts import Facts
from modeleval.telling.message import LONGEST_SUBJECT, body, subject


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (published("failed"), "modeleval: support-llama/3 failed its gate"),
        (published("passed"), "modeleval: support-llama/3 passed its gate"),
        (published("inconclusive"), "modeleval: support-llama/3 could not be decided by its gate"),
        (published(None), "modeleval: support-llama/3 was evaluated"),
        (
            published(None, status=RunStatus.PARTIAL),
            "modeleval: support-llama/3 was evaluated in part",
        ),
        (published("passed", resolved_model=None), "modeleval: suite support passed its gate"),
        (ended(), "modeleval: support-llama/3 ended with BudgetExceeded"),
        (ended(RunStatus.STOPPED), "modeleval: support-llama/3 was stopped"),
        (given_up(), "modeleval: support-llama/3 was stopped"),
    ],
)
def test_the_subject_says_who_and_how(one: Run, words: str) -> None:
    assert subject(facts(one)) == words


@given(
    suite=st.text(max_size=200),
    name=st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=80),
)
def test_any_subject_is_one_that_sns_takes(suite: str, name: str) -> None:
    """SNS API reference, Publish: ASCII, no line breaks or control characters, below 100."""
    for one in (
        ended(suite=suite, resolved_model=None),
        ended(error={"name": name, "message": ""}),
    ):
        said = subject(Facts(one, "modeleval", None, (), 0, None))
        assert said.isascii()
        assert said.isprintable()
        assert 0 < len(said) <= LONGEST_SUBJECT < 100


def test_a_person_can_act_on_the_body() -> None:
    said = body(facts(published()))
    assert said.startswith("support-llama/3 failed its gate.\n")
    for part in (
        "Suite:    support\n",
        f"Verdict:  failed. {WHY}\n",
        "  - answers, Correctness: minimum 0.7, found 0.6123\n",
        "Cost:     1.23 USD for the models, estimated\n",
        f"modeleval show {RUN}\n",
        "https://us-east-1.console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/",
        f"/runs/{RUN}/summary.json\n",
    ):
        assert part in said
    assert "maxLowScores" not in said


def test_a_report_is_named_where_there_is_one() -> None:
    uri = f"s3://bucket/runs/{RUN}/report.html"
    assert f"\n{uri}\n    the report" in body(facts(published(report={"uri": uri})))
    assert "the report" not in body(facts(published(report={"error": "KeyError"})))
    assert "the report" not in body(facts(published()))


def test_a_run_that_broke_off_says_where_the_reason_is() -> None:
    said = body(facts(ended(estimate=None)))
    assert "ended with BudgetExceeded" in said
    assert "says what was wrong, and what to do" in said
    assert "not estimated" in said
    assert "summary.json" not in said


@pytest.mark.parametrize("one", [published(), ended(), ended(RunStatus.STOPPED)])
def test_no_message_holds_content(one: Run) -> None:
    assert SECRET not in subject(facts(one)) + body(facts(one))


def test_a_long_list_of_conditions_is_cut() -> None:
    many: tuple[dict[str, Any], ...] = tuple({**FAILED, "limit": n} for n in range(45))
    said = body(facts(published())._replace(failed=many[:30], failures=45))
    assert said.count("  - answers") == 20
    assert "and 25 more" in said


def test_lines_of_a_suites_name_are_one_line() -> None:
    said = body(facts(ended(suite="a\nModel approved\n", resolved_model=None)))
    assert "Suite:    a?Model approved?\n" in said


@pytest.mark.parametrize(
    ("one", "outcome"),
    [
        (published("failed"), "failed"),
        (published("inconclusive"), "inconclusive"),
        (published("passed"), "passed"),
        (published("passed", status=RunStatus.PARTIAL), "passed"),
        (published(None), "passed"),
        (published(None, status=RunStatus.PARTIAL), "error"),
        (published("pending"), "inconclusive"),
        (ended(), "error"),
        (ended(RunStatus.STOPPED), "error"),
    ],
)
def test_what_a_run_counts_as_for_the_setting_notify_on(one: Run, outcome: str) -> None:
    assert facts(one).outcome == outcome


def test_a_model_without_a_group_is_called_by_its_id() -> None:
    model = {**MODEL, "source": "bedrock", "identifier": "amazon.nova-lite-v1:0", "group": None}
    one = published("passed", resolved_model={**model, "version": None})
    assert subject(facts(one)) == "modeleval: amazon.nova-lite-v1:0 passed its gate"


def test_who_is_asked_is_told_how_to_answer() -> None:
    until = "2026-12-06T08:00:00.000Z"
    one = facts(published("inconclusive", promotion=ASKED, asked_until=until))
    said = body(one)
    assert subject(one) == "modeleval: support-llama/3 waits for your decision"
    assert "Version:  a person is asked to decide\n" in said
    assert f"modeleval approve {RUN} --because" in said
    assert f"modeleval reject {RUN} --because" in said
    assert f"until {until}" in said
    assert SECRET not in said


@pytest.mark.parametrize(
    ("promotion", "words"),
    [
        (REJECTED, "Version:  rejected\n"),
        ({**REJECTED, "action": "approve"}, "Version:  approved\n"),
        ({**REJECTED, "done": False}, "Version:  it could not be rejected"),
        ({**REJECTED, "action": "leave"}, ""),
        (None, "Version:  as it was: writing to it broke off; see the log of PromoteRun\n"),
    ],
)
def test_what_became_of_the_version_is_told(promotion: dict[str, Any] | None, words: str) -> None:
    said = body(facts(published(promotion=promotion)))
    assert words in said
    assert ("Version:" in said) is bool(words)
    assert "approve" not in said.replace("approved", "")
