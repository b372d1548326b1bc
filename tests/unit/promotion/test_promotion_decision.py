"""The three keys: without any one of them, a verdict promotes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from promotion_cases import (
    ACCOUNT,
    approving,
    condition,
    gate,
    model,
    promotable,
    summary,
)
from unit_documents import settings

from modeleval.promotion.decision import decide, why_not
from modeleval.promotion.version import versioned
from modeleval.sagemaker.resolved import ModelSource
from modeleval.store.items import RunStatus
from modeleval.suite.gate import Action

VERDICTS = ("passed", "failed", "inconclusive")


@pytest.mark.parametrize(
    ("verdict", "fields", "action"),
    [
        ("passed", {}, Action.APPROVE),
        ("failed", {}, Action.REJECT),
        ("inconclusive", {}, Action.REJECT),
        ("inconclusive", {"onInconclusive": "ask"}, Action.ASK),
        ("passed", {"onPass": "reject"}, Action.REJECT),
        ("passed", {"onPass": "leave"}, Action.LEAVE),
        ("failed", {"onFail": "leave"}, Action.LEAVE),
        ("inconclusive", {"onInconclusive": "leave"}, Action.LEAVE),
        ("pending", {}, Action.LEAVE),
    ],
)
def test_with_all_three_keys_the_suite_has_its_way(
    verdict: str, fields: dict[str, str], action: Action
) -> None:
    found = decide(promotable(), gate(**fields), summary(verdict), approving())
    assert found.action is action
    if action in (Action.APPROVE, Action.REJECT):
        assert found.why == f"It {verdict}."


WITHOUT_A_KEY: dict[str, tuple[dict[str, Any], str]] = {
    "inline": ({"origin": "inline"}, "this one was not"),
    "from S3": ({"origin": "s3"}, "Only a suite that is deployed with the stack promotes"),
    "of no known origin": ({"origin": None}, "Only a suite that is deployed"),
    "a trial": ({"sample": 10}, "A trial"),
    "unpublished": ({"published": False}, "without scores"),
    "partial": ({"status": RunStatus.PARTIAL}, "An evaluation of the run, or a job of one, failed"),
    "without a model": ({"resolved_model": None}, "no version in a model package group"),
    "a Bedrock model": (
        {"resolved_model": model(source=ModelSource.BEDROCK)},
        "no version in a model package group",
    ),
    "unversioned": (
        {"resolved_model": model(group=None, version=None)},
        "no version in a model package group",
    ),
    "another group": (
        {"resolved_model": model(group="support")},
        "approvalGroups do not name the group support",
    ),
    "another account": (
        {"resolved_model": model(identifier=model()["identifier"].replace(ACCOUNT, "9" * 12))},
        "belongs to another account",
    ),
    "another Region": (
        {"resolved_model": model(identifier=model()["identifier"].replace("east-1", "west-2"))},
        "belongs to another account",
    ),
}


@pytest.mark.parametrize("action", ["approve", "reject"])
@pytest.mark.parametrize(("changes", "why"), WITHOUT_A_KEY.values(), ids=WITHOUT_A_KEY)
def test_without_one_of_them_the_version_is_left(
    changes: dict[str, Any], why: str, action: str
) -> None:
    found = decide(promotable(**changes), gate(onPass=action), summary(), approving())
    assert found.action is Action.LEAVE
    assert why in found.why


def test_a_person_is_not_asked_without_the_first_two_keys() -> None:
    asking = gate(onInconclusive="ask")
    undecided = summary("inconclusive")
    for changes in ({"origin": "inline"}, {"status": RunStatus.PARTIAL}, {"sample": 5}):
        found = decide(promotable(**changes), asking, undecided, approving())
        assert found.action is Action.LEAVE
    assert decide(promotable(), asking, undecided, settings()).action is Action.LEAVE


def test_without_the_setting_nothing_is_promoted_and_nothing_written() -> None:
    assert decide(promotable(), gate(), summary(), settings()).action is Action.LEAVE
    assert why_not(promotable(), settings()) is not None
    assert why_not(promotable(), approving()) is None


def test_groups_are_compared_whole_and_without_case() -> None:
    assert why_not(promotable(), approving("Support-Llama")) is None
    assert why_not(promotable(), approving("support", "support-llama-2", "llama")) is not None


def test_a_suite_without_a_gate_promotes_nothing() -> None:
    assert decide(promotable(), None, summary(), approving()).action is Action.LEAVE
    without = {**summary(), "gate": None}
    assert decide(promotable(), gate(), without, approving()).action is Action.LEAVE


OTHERS = {"ofModel": False}
NO_EVIDENCE = {"evidence": False}


@pytest.mark.parametrize(
    ("verdict", "conditions", "why"),
    [
        ("passed", [condition(**OTHERS)], "No rule of the gate is about the run's model"),
        ("failed", [condition("failed", **OTHERS)], "No rule of the gate"),
        ("failed", [condition(), condition("failed", **OTHERS)], "decided so by scores"),
        ("passed", [condition(**NO_EVIDENCE), condition(**OTHERS)], "decided so by scores"),
        ("failed", [condition(), condition("failed", **NO_EVIDENCE)], "decided so by scores"),
        ("inconclusive", [condition(), condition("inconclusive", **OTHERS)], "decided so"),
        ("inconclusive", [condition(**NO_EVIDENCE)], "decided so by scores"),
    ],
)
def test_what_was_not_decided_by_the_models_scores_promotes_nothing(
    verdict: str, conditions: list[dict[str, Any]], why: str
) -> None:
    found = decide(promotable(), gate(), summary(verdict, *conditions), approving())
    assert found.action is Action.LEAVE
    assert why in found.why


def test_a_rule_on_another_subject_counts_for_the_verdict_beside_one_on_the_model() -> None:
    both = summary("passed", condition(), condition(**OTHERS))
    assert decide(promotable(), gate(), both, approving()).action is Action.APPROVE


@given(
    verdict=st.sampled_from(VERDICTS),
    conditions=st.lists(
        st.builds(
            lambda verdict, of_model, evidence: condition(
                verdict, ofModel=of_model, evidence=evidence
            ),
            st.sampled_from(VERDICTS),
            st.booleans(),
            st.booleans(),
        ),
        min_size=1,
        max_size=4,
    ),
    origin=st.sampled_from(["deployed", "s3", "inline", None]),
    named=st.booleans(),
    state=st.sampled_from(
        [
            {"sample": None, "status": RunStatus.SUCCEEDED},
            {"sample": None, "status": RunStatus.PARTIAL},
            {"sample": 10, "status": RunStatus.SUCCEEDED},
        ]
    ),
)
def test_an_approval_has_all_three_keys(
    verdict: str,
    conditions: list[dict[str, Any]],
    origin: str | None,
    named: bool,
    state: dict[str, Any],
) -> None:
    run = promotable(origin=origin, **state)
    group = "support-llama" if named else "another"
    found = decide(run, gate(), summary(verdict, *conditions), approving(group))
    keys = (
        origin == "deployed" and state == {"sample": None, "status": RunStatus.SUCCEEDED},
        named,
        any(c["ofModel"] and c["evidence"] and c["verdict"] == verdict for c in conditions),
    )
    assert (found.action is not Action.LEAVE) is all(keys)
    assert (found.action is Action.APPROVE) is (all(keys) and verdict == "passed")


def test_only_a_version_in_a_group_has_an_approval() -> None:
    found = versioned(promotable())
    assert found is not None
    assert found.version == 3
    assert versioned(promotable(resolved_model=None)) is None
