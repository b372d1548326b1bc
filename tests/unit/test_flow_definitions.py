"""Human review workflows: there, in this account and Region, active."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from modeleval.errors import TransientServiceError, WorkflowNotUsable
from modeleval.sagemaker.flow_definitions import FlowDefinitions

ARN = "arn:aws:sagemaker:us-east-1:111122223333:flow-definition/reviewers"


def client(answer: dict[str, Any] | str, region: str = "us-east-1") -> Any:
    """SageMaker, which shows the workflow or answers with an error's code."""

    def describe_flow_definition(*, FlowDefinitionName: str) -> Any:  # noqa: N803 - boto3's
        assert FlowDefinitionName == "reviewers"
        if isinstance(answer, str):
            error: Any = {"Error": {"Code": answer, "Message": "because"}}
            raise ClientError(error, "DescribeFlowDefinition")
        return {
            "FlowDefinitionArn": ARN,
            "FlowDefinitionStatus": "Active",
            "HumanLoopConfig": {"TaskCount": 3},
            **answer,
        }

    return SimpleNamespace(
        describe_flow_definition=describe_flow_definition,
        meta=SimpleNamespace(region_name=region),
    )


def refusal(**given: Any) -> str:
    with pytest.raises(WorkflowNotUsable) as caught:
        FlowDefinitions(client(**given)).check(ARN, field="here")
    assert caught.value.where == "here"
    return str(caught.value)


def test_who_answers_is_told() -> None:
    assert FlowDefinitions(client({})).check(ARN, field="here") == (ARN, 3)


def test_a_workflow_elsewhere_is_refused_without_asking() -> None:
    assert "us-east-1, and the evaluation job in eu-west-1" in refusal(
        answer={}, region="eu-west-1"
    )


def test_a_workflow_of_the_same_name_in_another_account_is_not_it() -> None:
    other = ARN.replace("111122223333", "999999999999")
    assert "the account 111122223333, which is not this one" in refusal(
        answer={"FlowDefinitionArn": other}
    )


@pytest.mark.parametrize("status", ["Initializing", "Failed", "Deleting"])
def test_it_must_be_active(status: str) -> None:
    assert f"is {status}, and must be Active" in refusal(answer={"FlowDefinitionStatus": status})


@pytest.mark.parametrize("code", ["ResourceNotFound", "AccessDeniedException"])
def test_one_that_is_not_shown_is_refused_with_why(code: str) -> None:
    assert f"{code}: because" in refusal(answer=code)


def test_throttling_is_no_refusal() -> None:
    with pytest.raises(TransientServiceError):
        FlowDefinitions(client("ThrottlingException")).check(ARN, field="here")
