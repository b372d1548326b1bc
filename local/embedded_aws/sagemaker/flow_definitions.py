"""DescribeFlowDefinition, for the workflows that are registered (``POST /_standin/models``).

Bedrock's evaluation jobs ask for such a workflow: user guide, "Create a human review workflow"
(HumanLoopRequestSource ``AWS/Bedrock/Evaluation``, a human task UI of AWS's own).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from embedded_aws.bedrock.registry import Registered
from embedded_aws.callers import Caller
from embedded_aws.sagemaker.errors import missing

if TYPE_CHECKING:
    from embedded_aws.sagemaker.service import SageMaker


def operations(service: SageMaker) -> dict[str, Callable[[Caller, dict[str, Any]], dict[str, Any]]]:
    """The operation, by name."""

    def describe(caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        arn = caller.arn_of(f"flow-definition/{request['FlowDefinitionName']}")
        service.require(caller, "sagemaker:DescribeFlowDefinition", arn)
        found = service.registry.find("flow-definition", arn)
        if found is None or found.arn != arn:
            raise missing(f"Could not find flow definition {arn}.")
        return _shown(found)

    return {"DescribeFlowDefinition": describe}


def _shown(workflow: Registered) -> dict[str, Any]:
    _, _, _, region, account, _ = workflow.arn.split(":", 5)
    team = f"arn:aws:sagemaker:{region}:{account}:workteam/private-crowd/stand-in"
    failed = {"FailureReason": "The stand-in was told so."} if workflow.status == "Failed" else {}
    return {
        "FlowDefinitionArn": workflow.arn,
        "FlowDefinitionName": workflow.arn.rsplit("/", 1)[-1],
        "FlowDefinitionStatus": workflow.status,
        "CreationTime": workflow.created,
        "HumanLoopRequestSource": {"AwsManagedHumanLoopRequestSource": "AWS/Bedrock/Evaluation"},
        "HumanLoopConfig": {
            "WorkteamArn": team,
            "HumanTaskUiArn": (f"arn:aws:sagemaker:{region}:394669845002:human-task-ui/Evaluation"),
            "TaskTitle": "Rate responses",
            "TaskDescription": "Rate responses of models",
            "TaskCount": workflow.workers,
        },
        "OutputConfig": {"S3OutputPath": "s3://stand-in/human"},
        "RoleArn": f"arn:aws:iam::{account}:role/human-loops",
        **failed,
    }
