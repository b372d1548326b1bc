from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from modeleval.bedrock.models import FoundationModels
from modeleval.errors import (
    JudgeNotAllowed,
    JudgeNotFound,
    JudgeNotUsable,
    TransientServiceError,
)

JUDGE = "amazon.nova-pro-v1:0"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
FIELD = "evaluations[0].judge"


def check(bedrock: Stubber, judge: str = JUDGE, allowed: tuple[str, ...] = (JUDGE,)) -> None:
    FoundationModels(bedrock.client).check_judge(judge, allowed=allowed, field=FIELD, now=NOW)


def found(bedrock: Stubber, **fields: Any) -> None:
    details = {
        "modelArn": f"arn:aws:bedrock:us-east-1::foundation-model/{JUDGE}",
        "modelId": JUDGE,
        "modelLifecycle": {"status": "ACTIVE"},
        "inferenceTypesSupported": ["ON_DEMAND", "PROVISIONED"],
    }
    bedrock.add_response(
        "get_foundation_model", {"modelDetails": details | fields}, {"modelIdentifier": JUDGE}
    )


def test_an_active_judge_may_judge(bedrock: Stubber) -> None:
    found(bedrock)
    check(bedrock)


def test_a_judge_whose_end_is_known_and_far_may_judge(bedrock: Stubber) -> None:
    end = datetime(2027, 1, 1, tzinfo=UTC)
    found(bedrock, modelLifecycle={"status": "ACTIVE", "endOfLifeTime": end})
    check(bedrock)


def test_a_judge_that_the_settings_do_not_list_is_refused_without_a_call(bedrock: Stubber) -> None:
    with pytest.raises(JudgeNotAllowed) as caught:
        check(bedrock, "zzz.other", (JUDGE, "amazon.nova-micro-v1:0"))
    assert f"zzz.other is not among the judges that the settings allow ({FIELD})" in str(
        caught.value
    )
    assert f"Use one of {JUDGE}, amazon.nova-micro-v1:0, or add it to judgeModels" in str(
        caught.value
    )


def test_a_near_miss_is_answered_with_the_judge_that_was_meant(bedrock: Stubber) -> None:
    with pytest.raises(JudgeNotAllowed, match=f"Did you mean {JUDGE}?"):
        check(bedrock, "amazon.nova-pro")


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "ValidationException"])
def test_a_judge_that_bedrock_does_not_know_is_refused(bedrock: Stubber, code: str) -> None:
    bedrock.add_client_error("get_foundation_model", code)
    with pytest.raises(JudgeNotFound) as caught:
        check(bedrock)
    assert f"Bedrock does not know {JUDGE} in this Region" in str(caught.value)
    assert "list-foundation-models" in str(caught.value)
    assert FIELD in str(caught.value)


@pytest.mark.parametrize("status", ["ACTIVE", "LEGACY"])
def test_a_judge_past_its_end_of_life_is_refused_with_the_day(
    bedrock: Stubber, status: str
) -> None:
    found(bedrock, modelLifecycle={"status": status, "endOfLifeTime": NOW})
    with pytest.raises(JudgeNotUsable, match="reached its end of life on 2026-11-22"):
        check(bedrock)


def test_a_legacy_judge_is_refused_with_the_day_it_ends(bedrock: Stubber) -> None:
    end = datetime(2027, 1, 31, tzinfo=UTC)
    found(bedrock, modelLifecycle={"status": "LEGACY", "endOfLifeTime": end})
    with pytest.raises(JudgeNotUsable) as caught:
        check(bedrock)
    assert "not active: its lifecycle status is LEGACY and ends on 2027-01-31" in str(caught.value)
    assert "cannot be compared" in str(caught.value)


def test_a_judge_that_is_had_through_a_profile_only_is_refused(bedrock: Stubber) -> None:
    found(bedrock, inferenceTypesSupported=["INFERENCE_PROFILE"])
    with pytest.raises(JudgeNotUsable, match="only through an inference profile"):
        check(bedrock)


def test_what_bedrock_does_not_say_of_a_judge_is_no_reason_to_refuse_it(bedrock: Stubber) -> None:
    details = {"modelArn": f"arn:aws:bedrock:us-east-1::foundation-model/{JUDGE}", "modelId": JUDGE}
    bedrock.add_response("get_foundation_model", {"modelDetails": details})
    check(bedrock)


def test_throttling_is_worth_another_try(bedrock: Stubber) -> None:
    bedrock.add_client_error("get_foundation_model", "ThrottlingException", http_status_code=429)
    with pytest.raises(TransientServiceError):
        check(bedrock)


def test_being_refused_to_look_is_not_taken_for_an_unknown_judge(bedrock: Stubber) -> None:
    bedrock.add_client_error("get_foundation_model", "AccessDeniedException", http_status_code=403)
    with pytest.raises(ClientError, match="AccessDenied"):
        check(bedrock)
