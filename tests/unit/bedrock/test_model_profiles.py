"""Inference profiles are as good as the models behind them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from botocore.stub import Stubber
from model_answers import (
    ACCOUNT,
    HAIKU,
    NOVA,
    OWN_PROFILE,
    PROFILE,
    available,
    check,
    foundation_arn,
    model,
    profile,
)

from modeleval.bedrock.models import GENERATOR
from modeleval.errors import GeneratorNotUsable, JudgeNotFound, JudgeNotUsable

REGIONS = [foundation_arn(HAIKU, region) for region in ("us-east-1", "us-east-2", "us-west-2")]


@pytest.mark.parametrize("judge", [PROFILE, f"{ACCOUNT}inference-profile/{PROFILE}"])
def test_a_profile_is_looked_up_as_it_was_written_and_its_model_once(
    bedrock: Stubber, judge: str
) -> None:
    profile(bedrock, judge, *REGIONS)
    model(bedrock, HAIKU, inferenceTypesSupported=["INFERENCE_PROFILE"])
    available(bedrock, HAIKU)
    assert check(bedrock, judge).model == HAIKU


def test_a_profile_of_ones_own_may_generate(bedrock: Stubber) -> None:
    profile(bedrock, OWN_PROFILE, foundation_arn(NOVA))
    model(bedrock)
    available(bedrock)
    check(bedrock, OWN_PROFILE, GENERATOR)


def test_a_profile_that_is_not_active_is_refused_without_another_question(
    bedrock: Stubber,
) -> None:
    profile(bedrock, PROFILE, *REGIONS, status="CREATING")
    with pytest.raises(JudgeNotUsable, match=f"{PROFILE} is CREATING"):
        check(bedrock, PROFILE)


def test_an_unknown_profile_is_refused_by_its_kind(bedrock: Stubber) -> None:
    bedrock.add_client_error("get_inference_profile", "ResourceNotFoundException")
    with pytest.raises(JudgeNotFound, match=f"There is no inference profile {PROFILE} in"):
        check(bedrock, PROFILE)


def test_a_profile_whose_model_is_gone_is_gone_too(bedrock: Stubber) -> None:
    profile(bedrock, PROFILE, *REGIONS)
    bedrock.add_client_error("get_foundation_model", "ResourceNotFoundException")
    with pytest.raises(JudgeNotFound, match=PROFILE):
        check(bedrock, PROFILE)


def test_a_profile_of_a_model_that_ends_is_refused_with_the_models_name(bedrock: Stubber) -> None:
    profile(bedrock, OWN_PROFILE, foundation_arn(NOVA))
    end = datetime(2027, 1, 31, tzinfo=UTC)
    model(bedrock, modelLifecycle={"status": "LEGACY", "endOfLifeTime": end})
    with pytest.raises(GeneratorNotUsable) as caught:
        check(bedrock, OWN_PROFILE, GENERATOR)
    assert f"LEGACY and ends on 2027-01-31 (its model {NOVA})" in str(caught.value)


def test_every_model_of_a_profile_must_be_usable(bedrock: Stubber) -> None:
    profile(bedrock, OWN_PROFILE, foundation_arn(HAIKU), foundation_arn(NOVA))
    model(bedrock)
    available(bedrock)
    model(bedrock, HAIKU)
    available(bedrock, HAIKU, entitlementAvailability="NOT_AVAILABLE")
    with pytest.raises(GeneratorNotUsable, match="entitlement is NOT_AVAILABLE"):
        check(bedrock, OWN_PROFILE, GENERATOR)
