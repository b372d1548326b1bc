"""Foundation models: allowed, there, alive, and to be called on demand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from model_answers import (
    FIELD,
    HAIKU,
    NOVA,
    NOW,
    OWN_PROFILE,
    available,
    check,
    foundation_arn,
    model,
    profile_summary,
)

from modeleval.bedrock.models import GENERATOR, JUDGE, Purpose
from modeleval.errors import (
    GeneratorNotAllowed,
    GeneratorNotFound,
    GeneratorNotUsable,
    JudgeNotAllowed,
    JudgeNotFound,
    JudgeNotUsable,
    TransientServiceError,
)

PROFILES = "list_inference_profiles"

both = pytest.mark.parametrize("purpose", [JUDGE, GENERATOR])


@both
def test_an_active_model_may_be_called(bedrock: Stubber, purpose: Purpose) -> None:
    model(bedrock)
    available(bedrock)
    assert check(bedrock, NOVA, purpose).model == NOVA


def test_the_arn_of_a_model_is_looked_up_as_its_model(bedrock: Stubber) -> None:
    model(bedrock)
    available(bedrock)
    assert check(bedrock, foundation_arn(NOVA)).is_arn


def test_a_judge_whose_end_is_known_and_far_may_judge(bedrock: Stubber) -> None:
    end = datetime(2027, 1, 1, tzinfo=UTC)
    model(bedrock, modelLifecycle={"status": "ACTIVE", "endOfLifeTime": end})
    available(bedrock)
    check(bedrock)


def test_a_judge_that_the_settings_do_not_list_is_refused_without_a_call(bedrock: Stubber) -> None:
    with pytest.raises(JudgeNotAllowed) as caught:
        check(bedrock, "zzz.other", allowed=(NOVA, "amazon.nova-micro-v1:0"))
    assert f"zzz.other is not among the judges that the settings allow ({FIELD})" in str(
        caught.value
    )
    assert f"Use one of {NOVA}, amazon.nova-micro-v1:0, or add it to judgeModels" in str(
        caught.value
    )


def test_a_generator_is_allowed_by_a_setting_of_its_own(bedrock: Stubber) -> None:
    with pytest.raises(GeneratorNotAllowed) as caught:
        check(bedrock, NOVA, GENERATOR, allowed=())
    assert "not among the generators that the settings allow" in str(caught.value)
    assert "List it in generatorModels in cdk.json and deploy" in str(caught.value)


def test_a_near_miss_is_answered_with_the_judge_that_was_meant(bedrock: Stubber) -> None:
    with pytest.raises(JudgeNotAllowed, match=f"Did you mean {NOVA}?") as caught:
        check(bedrock, "amazon.nova-pro", allowed=(NOVA, HAIKU))
    assert f"Allowed are: {NOVA}, {HAIKU}." in str(caught.value)


def test_what_is_no_identifier_is_refused_even_where_it_is_listed(bedrock: Stubber) -> None:
    with pytest.raises(JudgeNotAllowed):
        check(bedrock, "no identifier", allowed=("no identifier",))


@pytest.mark.parametrize("text", ["x" * 5000, "a." + "b" * 5000 + "!"])
def test_a_long_text_is_refused_at_once_and_cut(bedrock: Stubber, text: str) -> None:
    with pytest.raises(JudgeNotAllowed) as caught:
        check(bedrock, text, allowed=(NOVA,))
    assert len(str(caught.value)) < 500


def test_what_may_generate_only_is_refused_as_judge_by_its_kind(bedrock: Stubber) -> None:
    with pytest.raises(JudgeNotUsable) as caught:
        check(bedrock, OWN_PROFILE)
    assert "Bedrock takes no application inference profile as a judge" in str(caught.value)
    assert "A judge is a foundation model, or an inference profile that AWS" in str(caught.value)
    assert FIELD in str(caught.value)


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "ValidationException"])
@pytest.mark.parametrize(
    ("purpose", "error", "noun"),
    [(JUDGE, JudgeNotFound, "judge"), (GENERATOR, GeneratorNotFound, "generator")],
)
def test_a_model_that_bedrock_does_not_know_is_refused(
    bedrock: Stubber, code: str, purpose: Purpose, error: type[Exception], noun: str
) -> None:
    bedrock.add_client_error("get_foundation_model", code)
    with pytest.raises(error) as caught:
        check(bedrock, NOVA, purpose)
    assert f"There is no foundation model {NOVA} in this Region" in str(caught.value)
    assert "past its end of life" in str(caught.value)
    assert f"Choose another {noun}" in str(caught.value)
    assert FIELD in str(caught.value)


@pytest.mark.parametrize("status", ["ACTIVE", "LEGACY"])
def test_a_judge_past_its_end_of_life_is_refused_with_the_day(
    bedrock: Stubber, status: str
) -> None:
    model(bedrock, modelLifecycle={"status": status, "endOfLifeTime": NOW})
    with pytest.raises(JudgeNotUsable, match="reached its end of life on 2026-11-22"):
        check(bedrock)


@pytest.mark.parametrize(
    ("purpose", "error"), [(JUDGE, JudgeNotUsable), (GENERATOR, GeneratorNotUsable)]
)
def test_a_legacy_model_is_refused_with_the_day_it_ends(
    bedrock: Stubber, purpose: Purpose, error: type[Exception]
) -> None:
    end = datetime(2027, 1, 31, tzinfo=UTC)
    model(bedrock, modelLifecycle={"status": "LEGACY", "endOfLifeTime": end})
    with pytest.raises(error) as caught:
        check(bedrock, NOVA, purpose)
    assert "not active: its lifecycle status is LEGACY and ends on 2027-01-31" in str(caught.value)
    assert "cannot be compared" in str(caught.value)


def test_a_judge_that_is_had_through_a_profile_only_is_answered_with_its_profiles(
    bedrock: Stubber,
) -> None:
    model(bedrock, HAIKU, inferenceTypesSupported=["INFERENCE_PROFILE"])
    listed = [
        profile_summary(f"global.{HAIKU}", foundation_arn(HAIKU), foundation_arn(HAIKU, "eu-a")),
        profile_summary(f"us.{NOVA}", foundation_arn(NOVA)),
        profile_summary("us.other", foundation_arn("x" + HAIKU), foundation_arn(HAIKU + "x")),
    ]
    bedrock.add_response(
        PROFILES,
        {"inferenceProfileSummaries": listed, "nextToken": "t"},
        {"typeEquals": "SYSTEM_DEFINED"},
    )
    bedrock.add_response(
        PROFILES,
        {"inferenceProfileSummaries": [profile_summary(f"us.{HAIKU}", foundation_arn(HAIKU))]},
        {"typeEquals": "SYSTEM_DEFINED", "nextToken": "t"},
    )
    with pytest.raises(JudgeNotUsable) as caught:
        check(bedrock, HAIKU)
    assert "cannot be called on demand, only through an inference profile" in str(caught.value)
    assert f"Use the profile us.{HAIKU} (or global.{HAIKU}), and list it in judgeModels" in str(
        caught.value
    )


def test_where_no_profile_is_found_one_is_asked_for_all_the_same(bedrock: Stubber) -> None:
    model(bedrock, inferenceTypesSupported=["INFERENCE_PROFILE"])
    bedrock.add_response(PROFILES, {"inferenceProfileSummaries": []})
    with pytest.raises(JudgeNotUsable, match=r"Use an inference profile, and list it in judgeM"):
        check(bedrock)


def test_what_bedrock_does_not_say_of_a_judge_is_no_reason_to_refuse_it(bedrock: Stubber) -> None:
    model(bedrock, modelLifecycle=None, inferenceTypesSupported=None)
    available(bedrock)
    check(bedrock)


def test_throttling_is_worth_another_try(bedrock: Stubber) -> None:
    bedrock.add_client_error("get_foundation_model", "ThrottlingException", http_status_code=429)
    with pytest.raises(TransientServiceError):
        check(bedrock)


def test_being_refused_to_look_is_not_taken_for_an_unknown_judge(bedrock: Stubber) -> None:
    bedrock.add_client_error("get_foundation_model", "AccessDeniedException", http_status_code=403)
    with pytest.raises(ClientError, match="AccessDenied"):
        check(bedrock)
