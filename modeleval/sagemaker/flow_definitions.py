"""Human review workflows (flow definitions): is it there, and how many people answer?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from botocore.exceptions import ClientError

from modeleval.aws import error_code, error_message, transient_errors
from modeleval.errors import WorkflowNotUsable
from modeleval.sagemaker.allowed import is_denied

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import DescribeFlowDefinitionResponseTypeDef

_ACTIVE = "Active"


class FlowDefinition(NamedTuple):
    """workers: how many people answer each task (TaskCount)."""

    arn: str
    workers: int


class FlowDefinitions:
    def __init__(self, client: SageMakerClient) -> None:
        self._client = client

    def check(self, arn: str, *, field: str) -> FlowDefinition:
        """The workflow, if it can be used; raises WorkflowNotUsable. `field`: where it is named."""
        _, _, _, region, account, resource = arn.split(":", 5)
        if region != self._client.meta.region_name:
            raise WorkflowNotUsable(
                f"The workflow is in {region}, and the evaluation job in "
                f"{self._client.meta.region_name}",
                where=field,
                action="Make one in this Region.",
            )
        found = self._describe(resource.partition("/")[2], field)
        if found["FlowDefinitionArn"] != arn:
            raise WorkflowNotUsable(
                f"The workflow belongs to the account {account}, which is not this one",
                where=field,
                action="Make one in this account.",
            )
        if found["FlowDefinitionStatus"] != _ACTIVE:
            raise WorkflowNotUsable(
                f"The workflow is {found['FlowDefinitionStatus']}, and must be {_ACTIVE}",
                where=field,
                action="Look at it in the SageMaker console (human review workflows).",
            )
        return FlowDefinition(arn, int(found["HumanLoopConfig"]["TaskCount"]))

    def _describe(self, name: str, field: str) -> DescribeFlowDefinitionResponseTypeDef:
        with transient_errors("SageMaker"):
            try:
                return self._client.describe_flow_definition(FlowDefinitionName=name)
            except ClientError as error:
                if error_code(error) not in ("ResourceNotFound", "ValidationException") and (
                    not is_denied(error)
                ):
                    raise
                raise WorkflowNotUsable(
                    f"SageMaker does not show the workflow: {error_code(error)}: "
                    f"{error_message(error)}",
                    where=field,
                    action="Correct the ARN, or make the workflow; flowDefinitionArns in the "
                    "settings lets modeleval look at it.",
                ) from None
