"""`modeleval judges`: a plain list of those that can be used, and why others cannot."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cli_world import CliWorld
from unit_documents import settings

from modeleval.bedrock.judges import JudgeState
from modeleval.cli import judges

NOVA, MICRO, UNPRICED = "amazon.nova-pro-v1:0", "amazon.nova-micro-v1:0", "some.judge-v1:0"
STATES = [
    JudgeState(UNPRICED, True),
    JudgeState(MICRO, True, end_of_life=datetime(2027, 3, 1, tzinfo=UTC)),
    JudgeState(NOVA, False, f"{NOVA} is not active", "Choose another."),
    JudgeState("a.hidden-v1:0", None, "a.hidden-v1:0: no answer", "Try again."),
]


@pytest.fixture
def listed(world: CliWorld, monkeypatch: pytest.MonkeyPatch) -> CliWorld:
    given = settings(judgeModels=[one.model for one in STATES])
    for name, value in (("settings", given), ("models", None), ("region", "us-east-1")):
        setattr(world.services, name, value)
    monkeypatch.setattr(judges, "Deployment", world._deployment)
    monkeypatch.setattr(judges, "survey", lambda _, allowed: iter(STATES[: len(allowed)]))
    return world


def test_judges_that_can_be_used_are_numbered_in_the_settings_order(listed: CliWorld) -> None:
    ended = listed.command("judges")
    assert ended.code == 0
    assert ended.out.splitlines()[:7] == [
        "Judges that can be used in us-east-1:",
        f"  1. {UNPRICED}: no price known, no end announced",
        f"  2. {MICRO}: 0.035 USD in, 0.14 USD out per million tokens, ends on 2027-03-01",
        "Not to be used:",
        f"  - {NOVA} is not active. Choose another.",
        "Could not be looked at:",
        "  - a.hidden-v1:0: no answer. Try again.",
    ]


def test_no_judge_is_recommended(listed: CliWorld) -> None:
    out = listed.command("judges").out.lower()
    assert not [word for word in ("recommend", "best", "suggest", "prefer") if word in out]


def test_the_document_has_numbers_dates_and_nulls(listed: CliWorld) -> None:
    document = listed.command("judges", "--json").document
    assert document["region"] == "us-east-1"
    first, second, third, fourth = document["judges"]
    assert (first["usable"], first["usdPerMillionInputTokens"]) == (True, None)
    assert second["usdPerMillionInputTokens"] == 0.035
    assert second["endOfLife"] == "2027-03-01"
    assert (third["usable"], third["why"]) == (False, f"{NOVA} is not active")
    assert fourth["usable"] is None


def test_no_judge_at_all_is_said(listed: CliWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judges, "survey", lambda *_: iter(STATES[2:]))
    assert listed.command("judges").out.startswith("None can be used in us-east-1.")
