"""All judges of the settings, each with whether it can be used, why not, and its end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import Stubber
from model_answers import HAIKU, NOVA, NOW, PROFILE, available, foundation_arn, model, profile

from modeleval.bedrock.judges import JudgeState, survey
from modeleval.bedrock.models import Models

EARLY, LATE = datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
NONE = "an.other-v1:0"


def asked(bedrock: Stubber, *names: str) -> list[JudgeState]:
    return list(survey(Models(bedrock.client, lambda: None), names, now=NOW))


def ending(end: datetime | None, status: str = "ACTIVE") -> dict[str, Any]:
    return {"modelLifecycle": {"status": status} | ({"endOfLifeTime": end} if end else {})}


@pytest.mark.parametrize("end", [None, LATE])
def test_a_judge_that_can_be_used_has_its_end_if_there_is_one(
    bedrock: Stubber, end: datetime | None
) -> None:
    model(bedrock, **ending(end))
    available(bedrock)
    model(bedrock, **ending(end))
    assert asked(bedrock, NOVA) == [JudgeState(NOVA, True, end_of_life=end)]


def test_a_profile_ends_with_the_first_of_its_models(bedrock: Stubber) -> None:
    arns = [foundation_arn(name) for name in (HAIKU, NONE)]
    profile(bedrock, PROFILE, *arns)
    for name, end in ((NONE, LATE), (HAIKU, EARLY)):
        model(bedrock, name, **ending(end))
        available(bedrock, name)
    profile(bedrock, PROFILE, *arns)
    model(bedrock, NONE, **ending(LATE))
    model(bedrock, HAIKU, **ending(EARLY))
    assert asked(bedrock, PROFILE) == [JudgeState(PROFILE, True, end_of_life=EARLY)]


def test_a_judge_that_is_refused_says_why_what_to_do_and_its_end(bedrock: Stubber) -> None:
    for _ in range(2):
        model(bedrock, **ending(LATE, "LEGACY"))
    [found] = asked(bedrock, NOVA)
    assert (found.usable, found.end_of_life) == (False, LATE)
    assert found.why.startswith(f"{NOVA} is not active: its lifecycle status is LEGACY")
    assert found.action.startswith("Choose a judge that is active")


def test_one_that_nobody_answers_for_does_not_keep_the_others_from_being_told(
    bedrock: Stubber,
) -> None:
    bedrock.add_client_error("get_foundation_model", "AccessDeniedException", "not yours")
    bedrock.add_client_error("get_foundation_model", "ThrottlingException", http_status_code=429)
    model(bedrock)
    available(bedrock)
    model(bedrock)
    hidden, throttled, fine = asked(bedrock, HAIKU, NONE, NOVA)
    assert (hidden.usable, throttled.usable, fine.usable) == (None, None, True)
    assert hidden.why == f"{HAIKU}: GetFoundationModel: AccessDeniedException: not yours"
    assert "bedrock:GetFoundationModel" in hidden.action
    assert throttled.why.startswith(f"{NONE}: ")
