"""What CreateEvaluationJob does not say: may this account call the model, here?"""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from model_answers import FIELD, NOVA, available, check, model

from modeleval.bedrock.models import GENERATOR, JUDGE, Purpose
from modeleval.errors import GeneratorNotUsable, JudgeNotUsable, TransientServiceError

AVAILABILITY = "get_foundation_model_availability"
AGREEMENT = {"agreementAvailability": {"status": "NOT_AVAILABLE"}}
WRONG: list[tuple[dict[str, Any], str]] = [
    (AGREEMENT, "agreement is NOT_AVAILABLE"),
    ({"agreementAvailability": {"status": "PENDING"}}, "agreement is PENDING"),
    ({"authorizationStatus": "NOT_AUTHORIZED"}, "authorization is NOT_AUTHORIZED"),
    ({"entitlementAvailability": "NOT_AVAILABLE"}, "entitlement is NOT_AVAILABLE"),
    ({"regionAvailability": "NOT_AVAILABLE"}, "region is NOT_AVAILABLE"),
]


@pytest.mark.parametrize(("answer", "words"), WRONG)
@pytest.mark.parametrize(
    ("purpose", "error"), [(JUDGE, JudgeNotUsable), (GENERATOR, GeneratorNotUsable)]
)
def test_a_model_that_the_account_may_not_call_is_refused_with_what_is_missing(
    bedrock: Stubber,
    answer: dict[str, Any],
    words: str,
    purpose: Purpose,
    error: type[Exception],
) -> None:
    model(bedrock)
    available(bedrock, **answer)
    with pytest.raises(error) as caught:
        check(bedrock, NOVA, purpose)
    assert f"{NOVA} is not available to this account: {words} ({FIELD})" in str(caught.value)
    assert "Open model access in the Bedrock console" in str(caught.value)


def test_all_that_is_missing_is_named_at_once(bedrock: Stubber) -> None:
    model(bedrock)
    available(bedrock, **{key: value for answer, _ in WRONG for key, value in answer.items()})
    with pytest.raises(JudgeNotUsable) as caught:
        check(bedrock)
    for word in ("agreement", "authorization", "entitlement", "region"):
        assert f"{word} is " in str(caught.value)


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("ThrottlingException", 429, TransientServiceError),
        ("InternalServerException", 500, TransientServiceError),
        ("AccessDeniedException", 403, ClientError),
    ],
)
def test_no_answer_is_not_taken_for_a_no(
    bedrock: Stubber, code: str, status: int, error: type[Exception]
) -> None:
    model(bedrock)
    bedrock.add_client_error(AVAILABILITY, code, http_status_code=status)
    with pytest.raises(error, match=code):
        check(bedrock)
