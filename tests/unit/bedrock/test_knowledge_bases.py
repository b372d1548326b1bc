"""A knowledge base is looked up before anything is paid for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from modeleval.bedrock.knowledge_bases import KnowledgeBases
from modeleval.errors import (
    KnowledgeBaseNotFound,
    KnowledgeBaseNotUsable,
    TransientServiceError,
)

BASE = "ABCDEFGHIJ"
FIELD = "evaluations[0].knowledgeBase.id"


@pytest.fixture
def agents() -> Iterator[Stubber]:
    client: Any = boto3.client(
        "bedrock-agent",
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",  # noqa: S106 - no secret
    )
    with Stubber(client) as stub:
        yield stub
        stub.assert_no_pending_responses()


def answer(status: str) -> dict[str, Any]:
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    base = {
        "knowledgeBaseId": BASE,
        "name": "support",
        "knowledgeBaseArn": f"arn:aws:bedrock:us-east-1:111122223333:knowledge-base/{BASE}",
        "roleArn": "arn:aws:iam::111122223333:role/knowledge",
        "knowledgeBaseConfiguration": {"type": "VECTOR"},
        "status": status,
        "createdAt": moment,
        "updatedAt": moment,
    }
    return {"knowledgeBase": base}


def check(agents: Stubber) -> None:
    KnowledgeBases(lambda: agents.client).check(BASE, field=FIELD)


def test_an_active_one_may_be_asked(agents: Stubber) -> None:
    agents.add_response("get_knowledge_base", answer("ACTIVE"), {"knowledgeBaseId": BASE})
    check(agents)


@pytest.mark.parametrize("status", ["CREATING", "DELETING", "FAILED", "UPDATE_UNSUCCESSFUL"])
def test_another_status_is_told(agents: Stubber, status: str) -> None:
    agents.add_response("get_knowledge_base", answer(status))
    with pytest.raises(KnowledgeBaseNotUsable) as caught:
        check(agents)
    assert str(caught.value) == (
        f"{BASE} is {status} ({FIELD}). Wait until it is ACTIVE, or choose another."
    )


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "ValidationException"])
def test_one_that_is_not_there(agents: Stubber, code: str) -> None:
    agents.add_client_error("get_knowledge_base", code)
    with pytest.raises(KnowledgeBaseNotFound) as caught:
        check(agents)
    assert str(caught.value) == (
        f"There is no knowledge base {BASE} in this Region and account ({FIELD}). "
        "Look its id up in the Bedrock console."
    )


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("ThrottlingException", 429, TransientServiceError),
        ("AccessDeniedException", 403, ClientError),
    ],
)
def test_other_errors_stay_what_they_are(
    agents: Stubber, code: str, status: int, error: type[Exception]
) -> None:
    agents.add_client_error("get_knowledge_base", code, http_status_code=status)
    with pytest.raises(error):
        check(agents)
