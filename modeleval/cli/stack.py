"""Finding a deployed stack: by its name, through its outputs."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from modeleval.aws import CONFIG, error_message
from modeleval.cli.surroundings import advice
from modeleval.errors import StackNotFound
from modeleval.services import Environment, Services

DEFAULT_STACK = "modeleval"
_OUTPUTS = {
    "BucketName": "BUCKET_NAME",
    "TableName": "TABLE_NAME",
    "BedrockRoleArn": "BEDROCK_ROLE_ARN",
    "SageMakerRoleArn": "SAGEMAKER_ROLE_ARN",
    "Settings": "SETTINGS",
}
_NEEDED = {*_OUTPUTS, "RunStateMachineArn"}


class Deployment:
    """A deployed stack: its services, and the state machine that runs suites."""

    def __init__(self, name: str) -> None:
        outputs = _outputs(name)
        missing = sorted(_NEEDED - set(outputs))
        if missing:
            raise StackNotFound(
                f"The stack {name} is not one of modeleval's: it has no output {missing[0]}",
                action=_instead(boto3.client("cloudformation", config=CONFIG), name)
                or "Name the right one with --stack.",
            )
        self.state_machine_arn = outputs["RunStateMachineArn"]
        self._decide_function = outputs.get("DecideFunctionName")
        self.services = Services(
            Environment.model_validate(
                {
                    **{variable: outputs[output] for output, variable in _OUTPUTS.items()},
                    "STACK_NAME": name,
                }
            )
        )

    @property
    def decide_function(self) -> str:
        """The name of the function that takes people's decisions; raises StackNotFound."""
        if self._decide_function is None:
            raise StackNotFound(
                "The stack has no output DecideFunctionName: it is older than this command",
                action="Deploy it again.",
            )
        return self._decide_function


def _outputs(name: str) -> dict[str, str]:
    try:
        client = boto3.client("cloudformation", config=CONFIG)
        stacks = client.describe_stacks(StackName=name)
    except ClientError as error:
        raise StackNotFound(
            f"The stack {name} was not found: {error_message(error)}",
            action=_instead(client, name)
            or "Deploy it (make deploy), name it with --stack, or choose the account and "
            "Region with AWS_PROFILE and AWS_REGION.",
        ) from None
    except BotoCoreError as error:
        raise StackNotFound(
            f"AWS cannot be reached: {str(error).rstrip('.')}", action=advice(error)
        ) from None
    return _outputs_of(stacks["Stacks"][0])


def _outputs_of(stack: Any) -> dict[str, str]:
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def _instead(client: Any, name: str) -> str | None:
    """The one stack of modeleval's that this account and Region has, as advice."""
    try:
        pages = client.get_paginator("describe_stacks").paginate()
        every = [stack for page in pages for stack in page["Stacks"]]
    except (ClientError, BotoCoreError):
        return None  # whoever may describe one stack need not be allowed to list them
    ours = [one["StackName"] for one in every if set(_outputs_of(one)) >= _NEEDED]
    if len(ours) != 1 or ours == [name]:
        return None
    return f"There is one of modeleval's here: --stack {ours[0]}, or MODELEVAL_STACK={ours[0]}."
