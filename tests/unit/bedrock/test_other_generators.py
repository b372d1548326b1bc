"""Provisioned and imported models, prompt routers and SageMaker endpoints, each in its state."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from model_answers import ACCOUNT, NOVA, NOW, check, foundation_arn

from modeleval.bedrock.models import GENERATOR, JUDGE
from modeleval.errors import (
    GeneratorNotFound,
    GeneratorNotUsable,
    JudgeNotUsable,
    TransientServiceError,
)

ENDPOINT = "arn:aws:sagemaker:us-east-1:111122223333:endpoint/mine"
PROVISIONED = f"{ACCOUNT}provisioned-model/abcdefghijkl"
IMPORTED = f"{ACCOUNT}imported-model/abcdefghijkl"
ROUTER = f"{ACCOUNT}default-prompt-router/anthropic.claude:1"


class Kind(NamedTuple):
    """An identifier, the question about it, and the word of its answer that is right."""

    identifier: str
    operation: str
    asked: dict[str, str]
    named: str
    right: str = "InService"


KINDS = [
    Kind(
        PROVISIONED,
        "get_provisioned_model_throughput",
        {"provisionedModelId": PROVISIONED},
        "provisioned model",
    ),
    Kind(IMPORTED, "get_imported_model", {"modelIdentifier": IMPORTED}, "imported model"),
    Kind(ROUTER, "get_prompt_router", {"promptRouterArn": ROUTER}, "prompt router", "AVAILABLE"),
]
every_kind = pytest.mark.parametrize("kind", KINDS, ids=[kind.named for kind in KINDS])


def answer(kind: Kind, status: str) -> dict[str, Any]:
    """What the service answers, as far as its model wants it complete."""
    arn = foundation_arn(NOVA)
    provisioned = {
        "modelUnits": 1,
        "desiredModelUnits": 1,
        "provisionedModelName": "mine",
        "provisionedModelArn": PROVISIONED,
        "modelArn": arn,
        "desiredModelArn": arn,
        "foundationModelArn": arn,
        "creationTime": NOW,
        "lastModifiedTime": NOW,
    }
    router = {
        "promptRouterName": "mine",
        "routingCriteria": {"responseQualityDifference": 25.0},
        "promptRouterArn": ROUTER,
        "models": [{"modelArn": arn}],
        "fallbackModel": {"modelArn": arn},
        "type": "default",
    }
    answers = {PROVISIONED: provisioned, IMPORTED: {"modelArn": IMPORTED}, ROUTER: router}
    return answers[kind.identifier] | ({} if kind.identifier == IMPORTED else {"status": status})


@every_kind
def test_each_kind_is_asked_for_in_its_own_way(bedrock: Stubber, kind: Kind) -> None:
    bedrock.add_response(kind.operation, answer(kind, kind.right), kind.asked)
    assert check(bedrock, kind.identifier, GENERATOR).kind.value == kind.named


@every_kind
@pytest.mark.parametrize("code", ["ResourceNotFoundException", "ValidationException"])
def test_what_is_not_there_is_refused_by_its_kind(bedrock: Stubber, kind: Kind, code: str) -> None:
    bedrock.add_client_error(kind.operation, code)
    with pytest.raises(GeneratorNotFound, match=f"There is no {kind.named} {kind.identifier} in"):
        check(bedrock, kind.identifier, GENERATOR)


@every_kind
def test_no_answer_is_worth_another_try(bedrock: Stubber, kind: Kind) -> None:
    bedrock.add_client_error(kind.operation, "ThrottlingException", http_status_code=429)
    with pytest.raises(TransientServiceError):
        check(bedrock, kind.identifier, GENERATOR)


@pytest.mark.parametrize("status", ["Creating", "Updating", "Failed"])
def test_a_provisioned_model_that_is_not_in_service_is_refused_with_its_state(
    bedrock: Stubber, status: str
) -> None:
    kind = KINDS[0]
    bedrock.add_response(kind.operation, answer(kind, status))
    with pytest.raises(GeneratorNotUsable, match=f"is {status} .*Wait until it is InService"):
        check(bedrock, PROVISIONED, GENERATOR)


def test_a_router_that_is_not_available_is_refused_with_its_state(bedrock: Stubber) -> None:
    kind = KINDS[2]
    bedrock.add_response(kind.operation, answer(kind, "CREATING"))
    with pytest.raises(GeneratorNotUsable, match=r"is CREATING .*Wait until it is AVAILABLE"):
        check(bedrock, ROUTER, GENERATOR)


def test_a_router_of_ones_own_that_cannot_be_asked_for_is_let_through(bedrock: Stubber) -> None:
    bedrock.add_client_error("get_prompt_router", "ValidationException")
    check(bedrock, f"{ACCOUNT}prompt-router/abcdefghijkl", GENERATOR)


class Endpoints:
    """A SageMaker client with one endpoint, or with an error."""

    def __init__(self, status: str = "", error: str = "") -> None:
        self._status, self._error = status, error
        self.asked: list[str] = []

    def describe_endpoint(self, *, EndpointName: str) -> dict[str, str]:  # noqa: N803 - boto3's
        self.asked.append(EndpointName)
        if self._error:
            raise ClientError({"Error": {"Code": self._error}}, "DescribeEndpoint")
        return {"EndpointStatus": self._status}


def test_an_endpoint_is_asked_for_by_its_name(bedrock: Stubber) -> None:
    endpoints = Endpoints("InService")
    check(bedrock, ENDPOINT, GENERATOR, sagemaker=endpoints)
    assert endpoints.asked == ["mine"]


@pytest.mark.parametrize("status", ["Creating", "OutOfService", "Failed", "RollingBack"])
def test_an_endpoint_that_is_not_in_service_is_refused_with_its_state(
    bedrock: Stubber, status: str
) -> None:
    with pytest.raises(GeneratorNotUsable, match=f"{ENDPOINT} is {status}"):
        check(bedrock, ENDPOINT, GENERATOR, sagemaker=Endpoints(status))


def test_an_unknown_endpoint_is_refused(bedrock: Stubber) -> None:
    endpoints = Endpoints(error="ValidationException")
    with pytest.raises(GeneratorNotFound, match="There is no SageMaker endpoint"):
        check(bedrock, ENDPOINT, GENERATOR, sagemaker=endpoints)


def test_sagemaker_is_not_reached_for_any_other_kind(bedrock: Stubber) -> None:
    bedrock.add_response("get_imported_model", {"modelArn": IMPORTED})
    check(bedrock, IMPORTED, GENERATOR, sagemaker=SimpleNamespace())


@pytest.mark.parametrize("identifier", [PROVISIONED, IMPORTED, ROUTER, ENDPOINT])
def test_none_of_them_may_judge(bedrock: Stubber, identifier: str) -> None:
    with pytest.raises(JudgeNotUsable, match="A judge is a foundation model"):
        check(bedrock, identifier, JUDGE)
